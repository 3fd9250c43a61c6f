import { describe, expect, test } from 'vitest'
import type { MoneyInputs } from '../metrics/cost.ts'
import { makeSetting } from '../testing/setting-builder.ts'
import { type TunedRun, trueAt, trueCost, tunedRun } from '../testing/tuned-card.ts'
import { operatingPoints } from './operating-points.ts'
import type { TunePoint } from './point.ts'
import { pointsOf } from './points.ts'

const card = { demandW: 573, idleW: 40, tokensPerS: 1400 }
const money: MoneyInputs = { priceGbp: 8000, years: 4, tariffGbpPerKwh: 0.25, utilisation: 0.6, idleW: 40, pue: 1.3 }
const noMoney = { reason: 'no price: --price' }

const at = (powerLimitW: number, concurrency = 32): TunePoint => ({
  setting: { powerLimitW, smClockMHz: null },
  concurrency,
})
/** Noise that repeats: a share per measurement, different for each point and block. */
const noise = (place: number) => 0.01 * Math.sin(place * 12.9898)

interface Shape {
  readonly limits?: readonly number[]
  readonly blocks?: number
  /** What a block is faster or slower by. */
  readonly drift?: (block: number) => number
  readonly change?: (watts: number, block: number) => Partial<TunedRun>
}
function runs({ limits = [600, 500, 400, 300, 200], blocks = 3, drift = () => 0, change = () => ({}) }: Shape = {}) {
  return Array.from({ length: blocks }, (_, block) =>
    limits.map((watts, index) => {
      const place = block * limits.length + index
      const { tokensPerS, powerW } = trueAt(card, watts)
      const factor = (1 + noise(place)) * (1 + drift(block))
      const setting = makeSetting({ powerLimitW: { asked: watts, enforced: watts, found: 600 }, block, blocks, place })
      return tunedRun({ point: at(watts), setting, tokensPerS: tokensPerS * factor, powerW, ...change(watts, block) })
    }),
  ).flat()
}

describe('points', () => {
  test('a row per limit from the highest down, with means and intervals over the blocks', () => {
    const table = pointsOf(runs(), money)
    expect(table.rows.map(({ label }) => label)).toEqual([600, 500, 400, 300, 200].map((w) => `${w} W, 32 streams`))
    const row = table.rows[2]!
    expect(row).toMatchObject({ limitW: 400, enforcedW: 400, blocks: [0, 1, 2], reason: null })
    const { tokensPerS } = trueAt(card, 400)
    expect(row.figures.outputTokensPerS!.mean! / tokensPerS).toBeCloseTo(1, 2)
    expect(row.figures.outputTokensPerS!.ci95).not.toBeNull()
    expect(row.gbp.mean! / trueCost(card, 400, money)).toBeCloseTo(1, 2)
    expect(table.rows[0]!.vsReference).toBeNull()
    expect(row.vsReference!.value).toBeCloseTo(tokensPerS / trueAt(card, 600).tokensPerS - 1, 2)
  })

  test('what changes from block to block widens the levels and not the differences', () => {
    const [calm, drifting] = [runs(), runs({ drift: (block) => 0.1 * block })].map(
      (each) => pointsOf(each, money).rows[2]!,
    )
    const width = ([low, high]: readonly [number, number]) => high - low
    expect(width(drifting!.figures.outputTokensPerS!.ci95!)).toBeGreaterThan(
      10 * width(calm!.figures.outputTokensPerS!.ci95!),
    )
    expect(width(drifting!.vsReference!.ci95) / width(calm!.vsReference!.ci95)).toBeCloseTo(1, 6)
  })

  test('a run whose gates failed does not count, with the reason; a gate that only a quote needs does not matter', () => {
    const gate = (id: string) => [{ id, required: false, status: 'fail' as const, evidence: `${id} evidence` }]
    const change = (watts: number, block: number) =>
      watts === 300 ? { gates: gate('power-limit') } : watts === 400 && block === 1 ? { gates: gate('ecc') } : {}
    const { rows, leftOut } = pointsOf(runs({ change }), money)
    expect(rows[3]).toMatchObject({ blocks: [], reason: 'gate power-limit failed: power-limit evidence' })
    expect(rows[3]!.gbp).toMatchObject({ mean: null, reason: 'no run of this point counts' })
    expect(rows[2]!.blocks).toEqual([0, 1, 2])
    expect(leftOut).toHaveLength(3)
  })

  test('a point that never left a record is a row with its reason', () => {
    const failed = [{ point: at(250), block: 0, reason: 'the driver refused 250 W' }]
    const { rows } = pointsOf(runs(), money, failed)
    expect(rows.find(({ limitW }) => limitW === 250)).toMatchObject({ blocks: [], reason: 'the driver refused 250 W' })
  })

  test('of two runs of one point in one block the later one counts; a run that no tuning set is ignored', () => {
    const [first, ...rest] = runs()
    const again = tunedRun({
      point: at(600),
      setting: { ...first!.setting!, place: 59 },
      tokensPerS: 1234,
      powerW: 573,
    })
    const { setting: _, ...plain } = first!
    const { rows } = pointsOf([first!, again, ...rest, plain], money)
    expect(rows[0]!.runs).toHaveLength(3)
    expect(rows[0]!.runs).toContain('run-59')
  })

  test('no record of a tuning is an error of the caller', () => {
    expect(() => pointsOf([], money)).toThrow(RangeError)
  })
})

describe('operating points', () => {
  const close = runs({ limits: [600, 450, 425, 400, 300] })

  test('cheapest: points that cannot be told apart are named, and the one of lowest power is proposed', () => {
    const { best } = operatingPoints(pointsOf(close, money))
    const { members, proposal, atMostWorse } = best.cheapest
    const costs = [600, 450, 425, 400, 300].map((watts) => trueCost(card, watts, money))
    expect(Math.min(...costs)).toBe(trueCost(card, 425, money))
    expect(members.map(({ limitW }) => limitW)).toContain(425)
    expect(members.map(({ limitW }) => limitW)).not.toContain(300)
    expect(proposal!.limitW).toBe(Math.min(...members.map(({ limitW }) => limitW!)))
    expect(atMostWorse).toBeGreaterThan(trueCost(card, proposal!.limitW!, money) / Math.min(...costs) - 1)
    expect(atMostWorse).toBeLessThan(0.03)
  })

  test('most efficient: one alone where it is shown', () => {
    const { best } = operatingPoints(pointsOf(runs(), noMoney))
    expect(best.mostEfficient.members.map(({ limitW }) => limitW)).toEqual([300])
    expect(best.cheapest).toMatchObject({ proposal: null, reason: 'no price: --price' })
    expect(best.fastestWithinSlo.reason).toBe('the scenario states no SLO')
  })

  test('no measurable loss: down to the last limit that is shown to lose less than the threshold', () => {
    const [loss] = operatingPoints(pointsOf(runs(), money)).noLoss
    const kept = (watts: number) => trueAt(card, watts).tokensPerS / trueAt(card, 600).tokensPerS
    expect([kept(500) > 0.98, kept(400) < 0.96]).toEqual([true, true])
    expect(loss).toMatchObject({ metric: 'outputTokensPerS', isLossShown: true, reason: null, concurrency: 32 })
    expect([loss!.reference, loss!.downTo, loss!.stoppedAt].map((row) => row?.limitW)).toEqual([600, 500, 400])
  })

  test('a TTFT that is longer there is said beside it', () => {
    const change = (watts: number) => (watts === 500 ? { ttftMs: 120 } : {})
    const [loss] = operatingPoints(pointsOf(runs({ change }), money)).noLoss
    expect(loss!.others).toMatchObject([{ metric: 'ttftMsP50' }])
    expect(loss!.others[0]!.relative.value).toBeCloseTo(0.2, 6)
  })

  test('one block decides nothing, and says why', () => {
    const { best, noLoss } = operatingPoints(pointsOf(runs({ blocks: 1 }), money))
    expect(best.cheapest.reason).toMatch(/one block has no spread/)
    expect(noLoss[0]).toMatchObject({ downTo: null, reason: 'at least two blocks must be measured' })
  })

  test('a reference without a run leaves nothing to lose from; a point without one is passed over', () => {
    const without = (watts: number) =>
      pointsOf(
        runs().filter(({ setting }) => setting!.powerLimitW.asked !== watts),
        money,
      )
    expect(operatingPoints(without(500)).noLoss[0]!.reference!.limitW).toBe(600)
    expect(operatingPoints(without(600)).noLoss[0]!.reference!.limitW).toBe(500)
  })

  test('limits and locked clocks as a grid: losses are counted from the highest of both, over each', () => {
    const points = [600, 400].flatMap((powerLimitW) => [2400, 1800].map((smClockMHz) => ({ powerLimitW, smClockMHz })))
    const records = [0, 1, 2].flatMap((block) =>
      points.map((setting, index) => {
        const { powerLimitW, smClockMHz } = setting
        const place = 4 * block + index
        // a quarter less clock costs a tenth; a lower limit costs nothing here
        const tokensPerS = 1000 * (smClockMHz === 1800 ? 0.9 : 1) * (1 + noise(place) / 4)
        return tunedRun({
          point: { setting, concurrency: 32 },
          setting: makeSetting({
            powerLimitW: { asked: powerLimitW, enforced: powerLimitW, found: 600 },
            smClockMHz: { asked: smClockMHz, read: smClockMHz },
            block,
            place,
          }),
          tokensPerS,
          powerW: powerLimitW / 2,
        })
      }),
    )
    const table = pointsOf(records, money)
    expect(table.rows[0]).toMatchObject({ key: '600/2400/32', vsReference: null, readClockMHz: 2400 })
    const [overLimits, overClocks] = operatingPoints(table).noLoss
    expect(overLimits).toMatchObject({ over: 'powerLimitW', downTo: { key: '400/2400/32' }, stoppedAt: null })
    expect(overClocks).toMatchObject({ over: 'smClockMHz', downTo: null, stoppedAt: { key: '600/1800/32' } })
    expect(overClocks!.isLossShown).toBe(true)
  })

  test('within the SLO: only points that meet it in every block', () => {
    const slo = { ttftMs: 500 }
    const inSlo = runs().map((record) => {
      const watts = record.setting!.powerLimitW.asked!
      const share = watts >= 500 ? 1 : watts === 400 ? (record.setting!.block === 0 ? 0.98 : 1) : 0.9
      const trial = { kind: 'text', sloShare: share }
      return { ...record, scenario: { ...record.scenario, slo }, trials: [trial] } as typeof record
    })
    const table = pointsOf(inSlo, money)
    expect(table.rows.map(({ slo: { state } }) => state)).toEqual(['met', 'met', 'unclear', 'missed', 'missed'])
    const { cheapestWithinSlo, fastestWithinSlo } = operatingPoints(table).best
    expect(cheapestWithinSlo.proposal!.limitW).toBe(500)
    expect(fastestWithinSlo.members.map(({ limitW }) => limitW)).toEqual([600, 500])
  })
})
