import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapInterval, ratioInterval } from './ratio-interval.ts'

test('with an exact divisor the interval is the dividend scaled', () => {
  const interval = ratioInterval({ value: 200, ci95: [180, 220] }, { value: 100, ci95: null })!
  expect(interval[0]).toBeCloseTo(1.8, 12)
  expect(interval[1]).toBeCloseTo(2.2, 12)
})

test('with an exact dividend it is the dividend over the ends of the divisor', () => {
  // Worked by hand: a = 200, b = 100 in [90, 110]: low = (20000 - sqrt(4e8 - 200*110*200*90)) / (110*90) = 1.818…
  const interval = ratioInterval({ value: 200, ci95: null }, { value: 100, ci95: [90, 110] })!
  expect(interval[0]).toBeCloseTo(200 / 110, 9)
  expect(interval[1]).toBeCloseTo(200 / 90, 9)
})

test('two small errors of one size add as squares: 1 % and 1 % make about 1.41 %', () => {
  const [low, high] = ratioInterval({ value: 1000, ci95: [990, 1010] }, { value: 500, ci95: [495, 505] })!
  expect((high - low) / 2 / 2).toBeCloseTo(0.01414, 4)
})

test('no interval without one on either side, or where the divisor could be 0', () => {
  expect(ratioInterval({ value: 2, ci95: null }, { value: 1, ci95: null })).toBeNull()
  expect(ratioInterval({ value: 2, ci95: [1, 3] }, { value: 1, ci95: [-0.1, 2.1] })).toBeNull()
})

test('the ratio lies in its interval', () => {
  const measured = fc
    .tuple(fc.double({ min: 1, max: 1e4, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }))
    .map(([value, share]) => ({ value, ci95: [value * (1 - share), value * (1 + share)] as const }))
  fc.assert(
    fc.property(measured, measured, (over, under) => {
      const [low, high] = ratioInterval(over, under)!
      const ratio = over.value / under.value
      return low <= ratio * (1 + 1e-9) && high >= ratio * (1 - 1e-9)
    }),
  )
})

test('a falling function turns the ends round', () => {
  expect(mapInterval({ value: 2, ci95: [1, 4] }, (value) => 8 / value)).toEqual([2, 8])
  expect(mapInterval({ value: 2, ci95: [0, 4] }, (value) => (value === 0 ? null : 8 / value))).toBeNull()
})
