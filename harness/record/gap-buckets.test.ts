import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addGap, emptyGaps, GAP_ERROR_SHARE, gapRowsOf, mergedGaps } from './gap-buckets.ts'

const rowsOf = (gaps: readonly number[]) => {
  const buckets = emptyGaps()
  for (const gapMs of gaps) addGap(buckets, gapMs)
  return gapRowsOf(buckets)
}

test('equal gaps are read back as they were: a bucket has no middle that they are pulled to', () => {
  for (const gapMs of [0.5, 10, 24.9, 25, 25.1, 400]) {
    const [row, ...others] = rowsOf(Array.from({ length: 1000 }, () => gapMs))
    expect(others).toEqual([])
    expect(row?.gapMs).toBeCloseTo(gapMs, 9)
    expect(row?.count).toBe(1000)
  }
})

test('each gap is off by at most the error that the record states', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.0011, max: 900_000, noNaN: true }), { minLength: 1 }), (gaps) => {
      const rows = rowsOf(gaps)
      expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(gaps.length)
      const readBack = rows.flatMap(({ gapMs, count }) => Array.from({ length: count }, () => gapMs))
      gaps
        .toSorted((a, b) => a - b)
        .forEach((gapMs, index) => {
          const error = Math.abs((readBack[index] as number) - gapMs) / gapMs
          expect(error).toBeLessThanOrEqual(GAP_ERROR_SHARE * (1 + 1e-9))
        })
    }),
  )
})

test('gaps under 1 µs and over 1000 s are kept in the first and the last bucket', () => {
  expect(rowsOf([0, 0.0005])).toEqual([{ gapMs: 0.00025, count: 2 }])
  expect(rowsOf([2e6])).toEqual([{ gapMs: 2e6, count: 1 }])
})

test('the gaps of several workers add up', () => {
  const [one, other] = [emptyGaps(), emptyGaps()]
  addGap(one, 25)
  addGap(other, 25.01)
  addGap(other, 50)
  const [near, far] = gapRowsOf(mergedGaps([one, other]))
  expect(near?.gapMs).toBeCloseTo(25.005, 9)
  expect(near?.count).toBe(2)
  expect(far).toEqual({ gapMs: 50, count: 1 })
  expect(gapRowsOf(mergedGaps([]))).toEqual([])
})
