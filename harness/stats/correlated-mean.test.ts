import fc from 'fast-check'
import { sampleVariance } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { correlatedMean } from './correlated-mean.ts'

/** Inverse and determinant by Gauss and Jordan: shares no step with the closed forms of an AR(1) process. */
function inverse(matrix: readonly (readonly number[])[]): { inverse: number[][]; determinant: number } {
  const n = matrix.length
  const rows = matrix.map((row, at) => [...row, ...Array.from({ length: n }, (_, column) => Number(column === at))])
  let determinant = 1
  for (let pivot = 0; pivot < n; pivot += 1) {
    const by = rows[pivot]![pivot]!
    determinant *= by
    rows[pivot] = rows[pivot]!.map((value) => value / by)
    for (const [at, row] of rows.entries()) {
      if (at === pivot) continue
      const share = row[pivot]!
      rows[at] = row.map((value, column) => value - share * rows[pivot]![column]!)
    }
  }
  return { inverse: rows.map((row) => row.slice(n)), determinant }
}

/** The definition with matrices: two correlations, 0 with a weight of 0.82 and 0.9 with 0.18. */
function byMatrices(values: readonly number[]): number {
  const n = values.length
  const fits = (
    [
      [0, 0.82],
      [0.9, 0.18],
    ] as const
  ).map(([correlation, weight]) => {
    const matrix = values.map((_, i) => values.map((__, j) => correlation ** Math.abs(i - j)))
    const { inverse: inverted, determinant } = inverse(matrix)
    const product = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, left, i) => sum + left * b.reduce((inner, right, j) => inner + inverted[i]![j]! * right, 0), 0)
    const ones = values.map(() => 1)
    const information = product(ones, ones)
    const centre = product(ones, values) / information
    const rest = values.map((value) => value - centre)
    const residual = product(rest, rest)
    const sum = matrix.flat().reduce((total, value) => total + value, 0)
    return {
      weight: weight * determinant ** -0.5 * information ** -0.5 * residual ** (-(n - 1) / 2),
      variance: ((residual / (n - 1)) * sum) / n ** 2,
    }
  })
  const total = fits.reduce((sum, { weight }) => sum + weight, 0)
  const averaged = fits.reduce((sum, { weight, variance }) => sum + weight * variance, 0) / total
  return Math.max(averaged, sampleVariance([...values]) / n)
}

const series = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 10 })

describe('the variance of the mean of correlated trials', () => {
  test('is that of its definition', () => {
    fc.assert(
      fc.property(series, (values) => {
        fc.pre(sampleVariance(values) > 1e-3)
        expect(correlatedMean(values)!.variance / byMatrices(values)).toBeCloseTo(1, 6)
      }),
      { numRuns: 300, seed: 1908 },
    )
  })

  test('is never below that of independent trials, and the effective number never above their number', () => {
    fc.assert(
      fc.property(series, (values) => {
        const found = correlatedMean(values)!
        expect(found.variance).toBeGreaterThanOrEqual((sampleVariance(values) / values.length) * (1 - 1e-12))
        expect(found.effectiveN).toBeLessThanOrEqual(values.length + 1e-9)
      }),
      { numRuns: 300, seed: 1908 },
    )
  })

  test.each([
    ['rising', [98, 98.5, 99, 99.5, 100, 100.5, 101, 101.5, 102]],
    ['two levels', [98, 98, 98, 98, 102, 102, 102, 102]],
  ])('the same trials, %s: an order in which neighbours agree leaves fewer effective trials', (_name, ordered) => {
    const mixed = ordered.map((_, at) => ordered[(at * 5) % ordered.length]!)
    expect(mixed.toSorted((a, b) => a - b)).toEqual(ordered)
    expect(correlatedMean(ordered)!.effectiveN).toBeLessThan(3)
    expect(correlatedMean(mixed)!.effectiveN).toBeGreaterThan(2 * correlatedMean(ordered)!.effectiveN)
  })

  test('scales with the values, and does not depend on their level', () => {
    const values = [1, 1.4, 1.2, 0.7, 0.9]
    const of = (scale: number, level: number) => correlatedMean(values.map((value) => value * scale + level))!
    expect(of(1e6, 0).variance / of(1, 0).variance).toBeCloseTo(1e12, -4)
    expect(of(1, 1e4).effectiveN).toBeCloseTo(of(1, 0).effectiveN, 6)
  })

  test('values without spread have none, and one value says nothing', () => {
    expect(correlatedMean([5, 5, 5])).toEqual({ variance: 0, effectiveN: 3 })
    expect(correlatedMean([5])).toBeNull()
    // their mean is rounded to another number
    expect(correlatedMean([254.68, 254.68, 254.68])).toEqual({ variance: 0, effectiveN: 3 })
  })

  test('values that differ by their last bits at most have a result', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 10 })
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), bits, (level, steps) => {
        const found = correlatedMean(steps.map((step) => level * (1 + step * Number.EPSILON)))!
        expect(found.variance).toBeGreaterThanOrEqual(0)
        expect(found.effectiveN).toBeGreaterThan(0)
        expect(found.effectiveN).toBeLessThanOrEqual(steps.length + 1e-9)
      }),
    )
  })
})
