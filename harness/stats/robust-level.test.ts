import { mean, median } from 'simple-statistics'
import { expect, test } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normal } from '../testing/noise-stream.ts'
import { robustLevel } from './robust-level.ts'

test('median, and 1.4826 · factor · median absolute deviation', () => {
  // deviations from 100 are 0, 1, 1, 2, 50: their median is 1, and the factor of five values 1.206
  expect(robustLevel([99, 100, 101, 102, 150])).toEqual({ median: 101, deviation: expect.closeTo(1.4826 * 1.206, 6) })
  expect(robustLevel([10])).toEqual({ median: 10, deviation: null })
  expect(() => robustLevel([])).toThrow()
})

test.each([2, 3, 5, 8, 9, 12, 40])('on %d normal values the deviation is right on average', (n) => {
  const random = seededRandom(n)
  const deviations = Array.from(
    { length: 4000 },
    () => robustLevel(Array.from({ length: n }, () => normal(random))).deviation!,
  )
  expect(mean(deviations)).toBeGreaterThan(0.95)
  expect(mean(deviations)).toBeLessThan(1.05)
})

test('one wrong value among ten moves neither', () => {
  const healthy = [98, 99, 99.5, 100, 100, 100.5, 101, 101, 102]
  const { median: level, deviation } = robustLevel([...healthy, 1])
  expect(level).toBeGreaterThan(median(healthy) - 0.6)
  expect(deviation! / robustLevel(healthy).deviation!).toBeLessThan(1.5)
})
