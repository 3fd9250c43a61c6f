import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentileSorted, percentilesOf } from './percentiles.ts'

// numpy.percentile([1, 2, 3, 4], [25, 50, 90]) = [1.75, 2.5, 3.7]
test.each([
  [0.25, 1.75],
  [0.5, 2.5],
  [0.9, 3.7],
  [0, 1],
  [1, 4],
])('the %f percentile of 1 to 4 is %f, as numpy has it', (share, expected) => {
  expect(percentileSorted([1, 2, 3, 4], share)).toBeCloseTo(expected, 12)
})

test('no value gives null with the reason, never 0', () => {
  const none = { value: null, reason: 'nothing was sent' }
  expect(percentilesOf([], none.reason)).toEqual({
    p50: none,
    p90: none,
    p95: none,
    p99: none,
    mean: none,
    max: none,
    n: 0,
  })
})

test('a p95 needs 20 values', () => {
  const from0 = (n: number) => Array.from({ length: n }, (_, index) => index)
  expect(percentilesOf(from0(19)).p95).toEqual({ value: null, reason: '19 requests in the window; a p95 needs 20' })
  expect(percentilesOf(from0(21)).p95).toBe(19)
})

test('a p99 needs 100 values', () => {
  expect(percentilesOf(Array.from({ length: 99 }, (_, index) => index)).p99).toEqual({
    value: null,
    reason: '99 requests in the window; a p99 needs 100',
  })
  expect(percentilesOf(Array.from({ length: 100 }, (_, index) => index)).p99).toBeCloseTo(98.01, 12)
  // 0 to 100 in falling order
  expect(percentilesOf(Array.from({ length: 101 }, (_, index) => 100 - index))).toEqual({
    p50: 50,
    p90: 90,
    p95: 95,
    p99: 99,
    mean: 50,
    max: 100,
    n: 101,
  })
})

test('percentiles are ordered and inside the values, in whatever order those come', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const { p50, p90, max } = percentilesOf(values)
      expect(p50).toBeLessThanOrEqual(p90 as number)
      expect(p90).toBeLessThanOrEqual(max as number)
      expect(p50).toBeGreaterThanOrEqual(Math.min(...values))
    }),
  )
})
