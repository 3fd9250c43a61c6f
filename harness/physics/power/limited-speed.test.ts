import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import { powerSweeps, tensorActivity, tensorLoad } from '../../testing/measured-power.ts'
import { demandW } from './demand.ts'
import { powerShareAtClock, speedShare } from './limited-speed.ts'

describe('public sweeps: the share of the tokens/s that is kept', () => {
  const rows = powerSweeps.flatMap(({ id, card, demandW: demand, tokensPerS, points, use }) =>
    points.map((point) => ({ id, card, demand, use, limitW: point.limitW, measured: point.tokensPerS / tokensPerS })),
  )
  test.each(rows)('$card, $id, $limitW W', ({ card, demand, use, limitW, measured }) => {
    const kept = speedShare({ demandW: demand, limitW, idleW: cardByKey(card)!.idleW.value })
    expect(Math.abs(kept / measured - 1)).toBeLessThan(use === 'fitted' ? 0.04 : 0.08)
  })
})

test.each(tensorLoad)('tensor load on the $card at $limitW W, relative to a Workstation card: within 12 %', (row) => {
  const kept = (key: string, limitW: number) => {
    const card = cardByKey(key)!
    return speedShare({ demandW: demandW(card, tensorActivity), limitW, idleW: card.idleW.value })
  }
  const share = kept(row.card, row.limitW) / kept('rtx-pro-6000-workstation', 600)
  expect(Math.abs(share / row.share - 1)).toBeLessThan(0.12)
})

test('kept is 1 where the limit does not bind, 0 at idle, and never falls with a higher limit', () => {
  const watts = fc.double({ min: 50, max: 1000, noNaN: true })
  fc.assert(
    fc.property(watts, watts, watts, (demand, one, other) => {
      const kept = (limitW: number) => speedShare({ demandW: demand, limitW, idleW: 40 })
      expect(kept(demand)).toBe(1)
      expect(kept(40)).toBe(0)
      expect(kept(Math.max(one, other))).toBeGreaterThanOrEqual(kept(Math.min(one, other)))
      expect(kept(one)).toBeLessThanOrEqual(1)
    }),
  )
})

test('a locked clock draws the power whose limit would leave that clock', () => {
  expect(powerShareAtClock(1)).toBe(1)
  expect(powerShareAtClock(0)).toBe(0)
  expect(powerShareAtClock(0.5)).toBeCloseTo(0.3161, 4)
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.999, noNaN: true }), (clock) => {
      const power = powerShareAtClock(clock)
      expect(power).toBeLessThan(clock)
      expect(speedShare({ demandW: 500, limitW: 50 + 450 * power, idleW: 50 })).toBeCloseTo(clock, 9)
    }),
  )
})
