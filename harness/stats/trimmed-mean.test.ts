import fc from 'fast-check'
import { sampleVariance } from 'simple-statistics'
import { expect, test } from 'vitest'
import { trimmedAtEnd, trimmedMean } from './trimmed-mean.ts'

test('below eight values it is the plain mean with its standard error', () => {
  const values = [1, 2, 4, 8]
  expect(trimmedMean(values)).toEqual({ mean: 3.75, parts: [{ variance: sampleVariance(values) / 4, degrees: 3 }] })
})

test('one value of eight that is far off moves it by no more than the others differ', () => {
  const values = [1, 1.1, 0.9, 1, 1.05, 0.95, 1, 1]
  const [{ mean: before }, { mean: after }] = [trimmedMean(values)!, trimmedMean(values.with(0, -100))!]
  expect(Math.abs(after - before)).toBeLessThan(0.02)
  expect(Math.sqrt(trimmedMean(values.with(0, -100))!.parts[0]!.variance)).toBeLessThan(0.1)
})

test('five of forty at each end are left out', () => {
  expect([7, 8, 15, 16, 40].map(trimmedAtEnd)).toEqual([0, 1, 1, 2, 5])
  expect(trimmedMean(Array.from({ length: 40 }, (_, at) => at))!.parts[0]!.degrees).toBe(29)
})

test('it moves and scales with its values, and lies among them', () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.1, max: 10, noNaN: true }), (list, scale) => {
      const [plain, moved] = [trimmedMean(list)!, trimmedMean(list.map((value) => 5 + scale * value))!]
      expect(moved.mean).toBeCloseTo(5 + scale * plain.mean, 6)
      expect(moved.parts[0]!.variance).toBeCloseTo(scale ** 2 * plain.parts[0]!.variance, 3)
      expect(plain.mean).toBeGreaterThanOrEqual(Math.min(...list) - 1e-9)
      expect(plain.mean).toBeLessThanOrEqual(Math.max(...list) + 1e-9)
    }),
  )
  expect(trimmedMean([1])).toBeNull()
})
