import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normal } from '../testing/noise-stream.ts'
import { heldAgainstOthers, siblingLevel } from './siblings.ts'

const USUAL = 0.0125
const SETS = 2000

/** Share of sets of healthy cards in which a card is named, and of those in which the first one is after it lost a share. */
function rates(cards: number, figures: number, { own = 1, common = 0, lost = 0 }) {
  const random = seededRandom(19)
  const draw = () => normal(random)
  const named = (values: readonly number[]) =>
    heldAgainstOthers(values, USUAL, cards * figures)!.map(
      ({ reference, margin }, at) => 1 - values[at]! / reference > margin,
    )
  let [accused, found] = [0, 0]
  for (let set = 0; set < SETS; set += 1) {
    const level = Array.from({ length: cards }, () => 1 + common * USUAL * draw())
    const sets = Array.from({ length: figures }, () => level.map((value) => value + own * USUAL * draw()))
    if (sets.some((values) => named(values).includes(true))) accused += 1
    const [first] = sets
    if (named(first!.with(0, first![0]! * (1 - lost)))[0]) found += 1
  }
  return { named: accused / SETS, found: found / SETS }
}

test.each([
  [2, 8],
  [4, 8],
  [4, 40],
  [8, 8],
  [8, 40],
])('of %i healthy cards with %i figures, one is named in at most 1 of 100 servers', (cards, figures) => {
  expect(rates(cards, figures, {}).named).toBeLessThanOrEqual(0.01)
  expect(rates(cards, figures, { own: 0.3, common: 0.95 }).named).toBeLessThanOrEqual(0.01)
})

test('one figure with the usual spread finds a loss of 10 % nearly always, and one of 5 % in a third of cases', () => {
  for (const cards of [2, 4, 8]) {
    expect(rates(cards, 8, { lost: 0.1 }).found).toBeGreaterThanOrEqual(0.98)
    const { found } = rates(cards, 8, { lost: 0.05 })
    expect(found).toBeGreaterThanOrEqual(0.25)
    expect(found).toBeLessThanOrEqual(0.5)
  }
})

test('a figure with a spread of 0.5 % finds a loss of 5 %: its margin is below 3 %', () => {
  for (const { margin } of heldAgainstOthers([1000, 1001, 999, 1000], 0.005, 64) ?? [])
    expect(margin).toBeLessThan(0.025)
})

test('one card has no siblings; of two, each is held against the other', () => {
  expect(heldAgainstOthers([1], USUAL, 8)).toBeNull()
  const held = heldAgainstOthers([100, 90], USUAL, 8)!
  expect(held.map(({ reference }) => reference)).toEqual([90, 100])
  expect(held[0]?.margin).toBe(held[1]?.margin)
})

test('one bad card among four moves the reference of the good ones by less than a margin, and widens no margin without end', () => {
  const [bad, good] = [
    heldAgainstOthers([50, 100, 101, 99], USUAL, 32)!,
    heldAgainstOthers([100, 100, 101, 99], USUAL, 32)!,
  ]
  for (const at of [1, 2, 3]) {
    expect(Math.abs(bad[at]!.reference / good[at]!.reference - 1)).toBeLessThan(0.02)
    expect(bad[at]!.margin).toBeLessThanOrEqual(1.51 * good[at]!.margin)
  }
})

test('neither the unit nor the order of the cards counts', () => {
  const values = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 100, noNaN: true }), (list, unit) => {
      const [plain, scaled] = [
        heldAgainstOthers(list, USUAL, 16)!,
        heldAgainstOthers(
          list.map((value) => value * unit),
          USUAL,
          16,
        )!,
      ]
      const reversed = heldAgainstOthers(list.toReversed(), USUAL, 16)!.toReversed()
      plain.forEach(({ margin, reference }, at) => {
        expect(scaled[at]!.margin).toBeCloseTo(margin, 9)
        expect(scaled[at]!.reference / unit).toBeCloseTo(reference, 6)
        expect(reversed[at]).toEqual({ margin, reference })
      })
    }),
  )
})

test('a single sibling has the usual spread', () => {
  expect(siblingLevel([7], USUAL)).toEqual({
    median: 7,
    deviation: USUAL * Math.SQRT2,
  })
})

test('forty cards whose own spread is twice the usual one accuse none of them, and still show one that lost a quarter', () => {
  const random = seededRandom(23)
  let named = 0
  for (let set = 0; set < 300; set += 1) {
    const values = Array.from({ length: 40 }, () => 1 + 2 * USUAL * normal(random))
    const held = heldAgainstOthers(values, USUAL, 40)!
    named += Number(held.some(({ reference, margin }, at) => 1 - values[at]! / reference > margin))
    const weak = heldAgainstOthers(values.with(0, 0.75), USUAL, 40)![0]!
    expect(1 - 0.75 / weak.reference).toBeGreaterThan(weak.margin)
  }
  expect(named / 300).toBeLessThanOrEqual(0.03)
})
