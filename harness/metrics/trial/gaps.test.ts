import { expect, test } from 'vitest'
import { gapPercentiles } from './gaps.ts'

const row = (gapMs: number, count: number) => ({ trial: 0, gapMs, count })

test('percentiles of gaps are the nearest rank of all gaps', () => {
  // 100 gaps: 50 of 10 ms, 40 of 20 ms, 9 of 30 ms, one of 500 ms
  const gaps = gapPercentiles([row(10, 50), row(20, 40), row(30, 9), row(500, 1)])
  expect(gaps).toMatchObject({ p50: 10, p90: 20, p95: 30, p99: 30, max: 500, n: 100 })
  const more = gapPercentiles([row(10, 49), row(20, 40), row(30, 9), row(500, 2)])
  expect(more).toMatchObject({ p50: 20, p90: 30, p99: 500, max: 500, n: 100 })
})

test('a p99 needs 100 gaps, and empty buckets are none', () => {
  expect(gapPercentiles([row(10, 99), row(20, 0)])).toMatchObject({
    p50: 10,
    p90: 10,
    p99: { value: null, reason: '99 gaps; a p99 needs 100' },
    max: 10,
    n: 99,
  })
  expect(gapPercentiles([row(10, 19)]).p95).toEqual({ value: null, reason: '19 gaps; a p95 needs 20' })
  const none = { value: null, reason: 'no successful request had two content events' }
  expect(gapPercentiles([])).toMatchObject({ p50: none, p90: none, p95: none, p99: none, max: none, n: 0 })
})
