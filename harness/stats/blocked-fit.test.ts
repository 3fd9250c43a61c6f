import fc from 'fast-check'
import { mean, sampleVariance } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normal } from '../testing/noise-stream.ts'
import { type BlockValue, blockedFit } from './blocked-fit.ts'
import { inverse } from './inverse.ts'
import { studentTQuantile } from './student-t.ts'
import { intervalOf } from './welch.ts'

/** Rows are blocks, columns treatments; NaN was not measured. */
const table = (...blocks: readonly (readonly number[])[]): BlockValue[] =>
  blocks.flatMap((row, block) =>
    row.flatMap((value, treatment) => (Number.isNaN(value) ? [] : [{ treatment, block, value }])),
  )
const none = Number.NaN

test('complete blocks, two treatments: the paired t test of the differences', () => {
  const fit = blockedFit(table([1, 4], [2, 4.5], [3, 6.5], [5, 8.2]))
  const differences = [3, 2.5, 3.5, 3.2]
  const found = fit.difference(1, 0)!
  expect(found.difference).toBeCloseTo(mean(differences), 12)
  expect(found.standardError).toBeCloseTo(Math.sqrt(sampleVariance(differences) / 4), 12)
  expect(found.degrees).toBe(3)
})

test('complete blocks, several treatments: residual mean square of the two-way table', () => {
  // Snedecor and Cochran's form: residual = total - blocks - treatments, (b - 1)(t - 1) degrees
  const rows = [
    [10.1, 12.3, 15.2],
    [11.4, 13.1, 16.9],
    [9.2, 11.8, 14.1],
    [12.5, 14.2, 17.8],
  ]
  const all = rows.flat()
  const square = (values: readonly number[], times: number) =>
    times * values.reduce((sum, value) => sum + (value - mean(all)) ** 2, 0)
  const residual =
    square(all, 1) -
    square(
      rows.map((row) => mean(row)),
      3,
    ) -
    square(
      [0, 1, 2].map((t) => mean(rows.map((row) => row[t]!))),
      4,
    )
  const found = blockedFit(table(...rows)).difference(2, 0)!
  expect(found.degrees).toBe(6)
  expect(found.standardError).toBeCloseTo(Math.sqrt((2 * residual) / 6 / 4), 10)
  expect(found.difference).toBeCloseTo(mean(rows.map((row) => row[2]! - row[0]!)), 12)
})

test('a treatment that was measured in the bad blocks only is not blamed for them', () => {
  // block 2 is 100 lower for all
  const fit = blockedFit(table([10, 20, none], [10, 20, none], [-90, -80, -70], [-90, -80, -70]))
  expect(fit.difference(2, 1)!.difference).toBeCloseTo(10, 9)
  expect(fit.level(2)!.difference - fit.level(0)!.difference).toBeCloseTo(20, 9)
})

test('treatments that no block connects have no difference; one block has no spread', () => {
  const apart = blockedFit(table([1, 2, none, none], [1.1, 2, none, none], [none, none, 5, 7], [none, none, 5, 7.1]))
  expect(apart.difference(0, 2)).toBeNull()
  expect(apart.difference(0, 1)!.difference).toBeCloseTo(-0.95, 9)
  expect(blockedFit(table([1, 2, 3])).difference(0, 1)).toBeNull()
  expect(blockedFit(table([1, 2, 3])).level(0)).toBeNull()
  expect(blockedFit([]).level(0)).toBeNull()
})

test('one treatment: the t interval of its blocks', () => {
  const values = [5.1, 5.4, 4.9]
  const level = blockedFit(table(...values.map((value) => [value]))).level(0)!
  const half = studentTQuantile(0.975, 2) * Math.sqrt(sampleVariance(values) / 3)
  expect(intervalOf(level)[1] - level.difference).toBeCloseTo(half, 9)
})

test('a treatment that spreads far more than the rest does not widen the differences of the others', () => {
  const calm = [0, 1, 2, 3]
  const wobble = [0.01, -0.02, 0.015, -0.01]
  const rows = [0, 1, 2, 3].map((block) => [
    ...calm.map((c, t) => c + wobble[(block + t) % 4]!),
    10 + 4 * (-1) ** block,
  ])
  const fit = blockedFit(table(...rows))
  const [withNoisy, ofOthers] = [fit.difference(4, 0)!, fit.difference(1, 0)!]
  expect(withNoisy.degrees).toBeLessThan(4)
  expect(withNoisy.standardError).toBeGreaterThan(1)
  expect(ofOthers.degrees).toBe(9)
  expect(ofOthers.standardError).toBeLessThan(0.05)
})

test('a constant added to a block changes no difference and no error', () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 5 }),
      value,
      fc.nat(1),
      (rows, shift, block) => {
        const moved = rows.map((row, index) => (index === block ? row.map((each) => each + shift) : row))
        const [before, after] = [rows, moved].map((each) => blockedFit(table(...each)).difference(2, 0)!)
        expect(after!.difference).toBeCloseTo(before!.difference, 6)
        expect(after!.standardError).toBeCloseTo(before!.standardError, 6)
      },
    ),
  )
})

describe('coverage over 2,000 seeded tables with incomplete blocks', () => {
  const truth = [0, 0.5, 1, 1.5, 2]
  const counts = { difference: 0, level: 0, n: 0 }
  for (let seed = 0; seed < 2000; seed += 1) {
    const random = seededRandom(seed)
    const rows = [0, 1, 2, 3].map(() => {
      const block = 2 * normal(random)
      return truth.map((each, t) => (t > 0 && random() < 0.25 ? none : each + block + 0.3 * normal(random)))
    })
    const fit = blockedFit(table(...rows))
    const [difference, level] = [fit.difference(3, 1), fit.level(3)]
    if (difference === null || level === null) continue
    const covers = ([low, high]: readonly [number, number], value: number) => Number(low <= value && value <= high)
    counts.n += 1
    counts.difference += covers(intervalOf(difference), 1)
    counts.level += covers(intervalOf(level), 1.5)
  }
  test.each(['difference', 'level'] as const)('of a %s: 92 to 98 percent', (key) => {
    expect(counts.n).toBeGreaterThan(1900)
    expect(counts[key] / counts.n).toBeGreaterThan(0.92)
    expect(counts[key] / counts.n).toBeLessThan(0.98)
  })
})

test('inverse: times the matrix it is the identity; none for a singular one', () => {
  const value = fc.double({ min: -5, max: 5, noNaN: true })
  const row = fc.array(value, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 4, maxLength: 4 }), (raw) => {
      // dominant on its diagonal: never singular
      const matrix = raw.map((line, i) => line.map((each, j) => (i === j ? each + 25 : each)))
      const product = matrix.map((line) =>
        line.map((_, j) => inverse(matrix).reduce((sum, other, k) => sum + line[k]! * other[j]!, 0)),
      )
      for (const [i, line] of product.entries())
        for (const [j, each] of line.entries()) expect(each).toBeCloseTo(Number(i === j), 9)
    }),
  )
  expect(() =>
    inverse([
      [1, 2],
      [2, 4],
    ]),
  ).toThrow(RangeError)
})
