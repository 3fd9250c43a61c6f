import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { annualElectricityGbp, electricityGbp, powerAtUtilisationW } from '../../../harness/metrics/cost.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { makeRun } from '../../../harness/testing/record-builder.ts'
import { costs, quoteOf as quote } from '../../testing/quote-builder.ts'
import type { Costs } from '../inputs.ts'
import { HOURS_PER_MONTH, monthlyCost } from './price.ts'

const at = (tariffGbpPerKwh: number, over: Partial<Costs> = {}): Costs =>
  costs({ electricity: { tariffGbpPerKwh, pue: 1, hostOverhead: 1 }, ...over })

/** A run that drew at most `loadW` under load, and `idleW` at rest where that was measured. */
function run(scenario: string, loadW: number, idleW: number | null): RunRecord {
  const record = makeRun({
    card: 'rtx-4090',
    scenario,
    result: { outputTokensPerS: [1000, 990, 1010], meanPowerW: [loadW - 20, loadW - 30, loadW] },
  })
  const span = { startMs: 0, endMs: 20_000, powerW: idleW, pstates: ['P8'] }
  const sight = { atMs: 0, health: [], processes: [] }
  const counter = { state: 'ok' }
  const telemetry = { sampler: null, before: sight, after: sight, counter, idle: span, trials: [] }
  return { ...record, telemetry }
}

/** What lies behind the price of a server at half use. */
function insideOf(...records: readonly RunRecord[]) {
  const [option] = quote(records, { inputs: { utilisation: '50%' } }).options
  if (option === undefined || option.inside.cost === null) throw new Error('a cost was expected')
  return { draw: option.inside.draw, cost: option.inside.cost }
}

describe('electricity of a quote at half use', () => {
  test('is charged at the power of rest that was measured', () => {
    const { draw, cost } = insideOf(run('one', 400, 100))
    expect(draw).toMatchObject({ loadW: 400, idleW: 100, idleMeasured: true })
    // 250 W x 730 h = 182.5 kWh, 4562.5 p, rounded up
    expect(cost.kilowattHours).toBe(182.5)
    expect(cost.electricityPence).toBe(4563n)
  })

  test('is charged as under load where rest was not measured', () => {
    const { draw, cost } = insideOf(run('one', 400, null))
    expect(draw).toMatchObject({ loadW: 400, idleW: 400, idleMeasured: false })
    expect(cost.kilowattHours).toBe(292)
    expect(cost.electricityPence).toBe(7300n)
  })

  test('is charged at the most that any of its runs drew, under load and at rest', () => {
    const { draw, cost } = insideOf(run('one', 400, 60), run('two', 380, 100))
    expect(draw).toMatchObject({ loadW: 400, idleW: 100, idleMeasured: true })
    expect(cost.kilowattHours).toBe(182.5)
  })

  test('counts rest as not measured as soon as one run lacks it', () => {
    const { draw } = insideOf(run('one', 400, 60), run('two', 380, null))
    expect(draw).toMatchObject({ loadW: 400, idleW: 400, idleMeasured: false })
  })
})

test('a quote charges what the report has for the same watts, rounded up by a watt-hour and a penny at most', () => {
  const cases = fc.record({
    loadW: fc.double({ min: 0, max: 20_000, noNaN: true }),
    idleW: fc.double({ min: 0, max: 2000, noNaN: true }),
    tariff: fc.integer({ min: 0, max: 10_000_000 }).map((millionths) => millionths / 1e6),
    pue: fc.double({ min: 1, max: 5, noNaN: true }),
    hostOverhead: fc.double({ min: 1, max: 5, noNaN: true }),
    percent: fc.integer({ min: 1, max: 100 }),
  })
  fc.assert(
    fc.property(cases, ({ loadW, idleW, tariff, pue, hostOverhead, percent }) => {
      const factors = { tariffGbpPerKwh: tariff, pue, hostOverhead }
      const given = costs({ electricity: factors, utilisation: percent / 100 })
      const monthly = powerAtUtilisationW(loadW, { idleW, utilisation: percent / 100 })
      const exactPence = electricityGbp(monthly, HOURS_PER_MONTH, factors) * 100
      const pence = Number(monthlyCost(given, { of: 'boards', loadW, idleW }).electricityPence)
      // Doubles hold a sum of this size to better than a thousandth of a penny.
      expect(pence).toBeGreaterThan(exactPence - 0.001)
      expect(pence).toBeLessThan(exactPence + tariff / 10 + 1.001)
      const board = { tariffGbpPerKwh: tariff, pue, idleW, utilisation: percent / 100 }
      expect(annualElectricityGbp(loadW, board) * hostOverhead).toBeCloseTo((exactPence / 100) * 12, 3)
    }),
  )
})

describe('the rounding that stands on the page', () => {
  const electricityOf = (loadW: number, tariff: number) =>
    monthlyCost(at(tariff), { of: 'boards', loadW, idleW: 0 }).electricityPence

  test('electricity is rounded up to the penny, however little is over', () => {
    // 300 W x 730 h = 219 kWh: at 25.01 p 5477.19 p, at 25 p 5475 p, at 25.0001 p 5475.0219 p
    expect([electricityOf(300, 0.25), electricityOf(300, 0.2501), electricityOf(300, 0.250001)]).toEqual([
      5475n,
      5478n,
      5476n,
    ])
  })

  test('power enters as whole watt-hours, rounded up', () => {
    // 0.001 W x 730 h = 0.73 Wh: 1 Wh at 10 GBP a kWh is 1 p
    expect(monthlyCost(at(10), { of: 'boards', loadW: 0.001, idleW: 0 })).toMatchObject({
      kilowattHours: 0.001,
      electricityPence: 1n,
    })
  })

  test('server and price are rounded to the nearest penny, halves up', () => {
    const costOf = (capexGbp: number, over: Partial<Costs> = {}) =>
      monthlyCost(at(0, { box: { capexGbp, writeOffMonths: 8 }, ...over }), { of: 'boards', loadW: 0, idleW: 0 })
    // 100 p / 8 = 12.5 p, 99 p / 8 = 12.375 p; 13 p / 0.8 = 16.25 p
    expect([costOf(1).boxPence, costOf(0.99).boxPence]).toEqual([13n, 12n])
    expect(costOf(1, { marginShareOfPrice: 0.2 }).pricePence).toBe(16n)
  })

  test('further costs are added, each in whole pence', () => {
    const otherCostsGbpPerMonth = { rack: 60.37, staff: 0.01 }
    const cost = monthlyCost(at(0, { otherCostsGbpPerMonth }), { of: 'boards', loadW: 0, idleW: 0 })
    expect([cost.otherPence, cost.costPence]).toEqual([6038n, 16_038n])
  })
})
