import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costs } from '../../testing/quote-builder.ts'
import { marginOf } from './margin.ts'
import { monthlyCost } from './price.ts'

const draw = { of: 'boards', loadW: 400, idleW: 100 } as const

describe('what a price leaves', () => {
  test('by hand: half use of 400 W and 100 W at 25 p, a server of 100 pounds per month, sold at 200', () => {
    // use: 250 W x 730 h = 182.5 kWh, 4563 p; idle: 73 kWh, 1825 p; full: 292 kWh, 7300 p
    const margin = marginOf(20_000n, costs({ utilisation: 0.5, minimumMarginShareOfPrice: 0.1 }), draw)
    expect(margin).toMatchObject({
      fullLoadPence: 17_300n,
      marginPence: 5437n,
      marginShare: 0.272,
      // 17 300 / 0.9
      floorPence: 19_222n,
      // (10 000 + 1825) / (20 000 - 4563 + 1825) = 0.6850
      breakEvenShare: 0.686,
    })
  })

  test('a price under the cost has a margin below zero, and breaks even beyond the month', () => {
    const margin = marginOf(10_000n, costs(), draw)
    expect(margin.marginPence).toBe(-7300n)
    expect(margin.breakEvenShare).toBeGreaterThan(1)
  })

  test('where an hour sold costs more electricity than it earns, no use breaks even', () => {
    expect(marginOf(100n, costs({ utilisation: 1 }), draw).breakEvenShare).toBeNull()
    expect(marginOf(0n, costs(), draw)).toMatchObject({ marginShare: null, breakEvenShare: null })
  })

  test('sold for the break-even share of the month, the income covers the cost, and a thousandth less does not', () => {
    const cases = fc.record({
      pricePence: fc.bigInt({ min: 30_000n, max: 200_000n }),
      utilisation: fc.double({ min: 0.05, max: 1, noNaN: true }),
      capexGbp: fc.integer({ min: 1000, max: 8000 }),
    })
    fc.assert(
      fc.property(cases, ({ pricePence, utilisation, capexGbp }) => {
        const given = costs({ utilisation, box: { capexGbp, writeOffMonths: 36 } })
        const { breakEvenShare } = marginOf(pricePence, given, draw)
        const costAt = (share: number) => {
          const [used, idle] = [utilisation, 0].map((each) => monthlyCost({ ...given, utilisation: each }, draw))
          return Number(used?.costPence) * share + Number(idle?.costPence) * (1 - share)
        }
        const surplus = (share: number) => Number(pricePence) * share - costAt(share)
        expect(surplus(breakEvenShare ?? Number.NaN)).toBeGreaterThanOrEqual(-1)
        expect(surplus((breakEvenShare ?? Number.NaN) - 0.001)).toBeLessThan(1)
      }),
    )
  })
})
