import { expect, test } from 'vitest'
import { addGap, emptyGaps } from '../../record/gap-buckets.ts'
import { requestRow } from '../../testing/rows.ts'
import { compareRows } from './row-errors.ts'

/** Id, arrival, then three events: true TTFT 50 ms, gaps of 25 ms. */
const server = Float64Array.of(7, 1000, 1050, 1075, 1100, 8, 2000, 2050, 2075, 2100)
const row = (cachedTokens: number | null, dispatchedMs: number, firstTokenMs: number) => ({
  ...requestRow({ dispatchedMs, firstTokenMs }),
  cachedTokens,
})
const gapsOf = (gaps: readonly number[]) => {
  const buckets = emptyGaps()
  for (const gapMs of gaps) addGap(buckets, gapMs)
  return buckets
}

test('the error of a TTFT is its difference to that of the server, in either direction', () => {
  const rows = [row(8, 0, 48), row(7, 100, 151)]
  const errors = compareRows({ rows, gaps: gapsOf([25, 25, 25, 25]) }, server, 3)
  expect(errors?.requests).toBe(2)
  expect(errors?.ttftErrorMs.p50).toBeCloseTo(1.5, 9)
  expect(errors?.ttftErrorMs.max).toBeCloseTo(2, 9)
  expect(errors?.ttftMs.reported.p50).toBeCloseTo(49.5, 9)
  expect(errors?.ttftMs.true).toEqual({ p50: 50, p99: 50 })
  expect(errors?.gapErrorMs.p50).toBeCloseTo(0, 9)
})

test('gaps are compared by percentile: a tail of the client is an error at p99, not at the median', () => {
  const errors = compareRows({ rows: [row(7, 0, 50)], gaps: gapsOf([25, 25, 25, 40]) }, server, 3)
  expect(errors?.gapErrorMs.p50).toBeCloseTo(0, 9)
  expect(errors?.gapErrorMs.p99).toBeCloseTo(15, 9)
})

test('shorter answers than the widest one leave stamps that are not times', () => {
  const short = Float64Array.of(7, 1000, 1050, Number.NaN, Number.NaN)
  expect(compareRows({ rows: [row(7, 0, 50)], gaps: emptyGaps() }, short, 3)).toMatchObject({
    requests: 1,
    gapErrorMs: { p50: 0, p99: 0, max: 0 },
  })
})

test('without a request that both sides timed there is no error to state', () => {
  expect(compareRows({ rows: [], gaps: emptyGaps() }, server, 3)).toBeNull()
  expect(compareRows({ rows: [row(9, 0, 50), row(null, 0, 50)], gaps: emptyGaps() }, server, 3)).toBeNull()
})
