import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../simulator/random.ts'
import { theilSen } from './theil-sen.ts'

const series = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }))

test('five points by hand: the median of ten slopes, and with n = 5 all of them are within the interval', () => {
  // slopes -0.15 -0.13 -0.08 -0.07 -0.0575 -0.055 -0.045 -0.0333 0.01 0.04; P(S >= 8) = 5/120, P(S >= 10) = 1/120
  const found = theilSen([1.26, 1.27, 1.12, 1.16, 1.03].map((y, at) => ({ x: at + 1, y })))
  expect(found?.slope).toBeCloseTo(-0.05625, 6)
  expect(found!.low).toBeCloseTo(-0.15, 6)
  expect(found!.high).toBeCloseTo(0.04, 6)
})

test('one wild value in ten does not move it, and fewer than five values have no interval', () => {
  const straight = Array.from({ length: 20 }, (_, x) => 100 - x)
  expect(theilSen(series(straight))).toEqual({ slope: -1, low: -1, high: -1 })
  expect(theilSen(series(straight.with(3, 900).with(11, 0)))?.slope).toBe(-1)
  expect(theilSen(series([1, 2, 3, 4]))).toBeNull()
})

test('the interval holds the true slope in at least 95 of 100 cases', () => {
  const random = seededRandom(7)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let held = 0
  for (let round = 0; round < 1000; round += 1) {
    const { low, high } = theilSen(series(Array.from({ length: 12 }, (_, x) => 0.3 * x + normal())))!
    if (low <= 0.3 && 0.3 <= high) held += 1
  }
  expect(held).toBeGreaterThan(945)
  expect(held).toBeLessThan(985)
})

test('a constant added to the values changes nothing, and a factor scales it', () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 5, maxLength: 15 }), (ys) => {
      const found = theilSen(series(ys))!
      const moved = theilSen(series(ys.map((y) => 2 * y + 5)))!
      expect(moved.slope).toBeCloseTo(2 * found.slope, 6)
      expect(moved.low).toBeCloseTo(2 * found.low, 6)
      expect(found.low).toBeLessThanOrEqual(found.slope)
      expect(found.slope).toBeLessThanOrEqual(found.high)
    }),
  )
})
