import { expect, test } from 'vitest'
import { tellExpectation } from './expectation.ts'

/** A workload of which a trial yields 60 s / the time of a request. */
const workload = {
  expectedRequests: (requestMs: number | null) =>
    requestMs === null
      ? null
      : { requests: Math.floor(60_000 / requestMs), secondsFor: (wanted: number) => (wanted * requestMs) / 1000 },
}

function told(times: readonly (number | null)[]): string[] {
  const lines: string[] = []
  const progress = {
    note: (line: string) => void lines.push(`note: ${line}`),
    warn: (line: string) => void lines.push(`warn: ${line}`),
  }
  const before = { requests: null }
  for (const requestMs of times) tellExpectation(workload, { requestMs, basis: 'so far' }, before, progress)
  return lines
}

test('the number of requests is told beforehand, and again only if it has changed', () => {
  expect(told([200])).toEqual(['note: about 300 requests in the window of each trial (so far)'])
  expect(told([200, 220])).toHaveLength(1)
  expect(told([200, 400])[1]).toBe('note: about 150 requests in the window of each trial (so far)')
})

test('too few for a p99 is a warning with the seconds that would suffice, once', () => {
  const warning =
    'warn: no p99 is possible: about 60 requests in the window of each trial (so far), and a p99 requires 100; set trial.seconds to 100 or more for one'
  expect(told([1000])).toEqual([warning])
  expect(told([1000, 1050])).toEqual([warning])
  expect(told([500, 1000])).toEqual(['note: about 120 requests in the window of each trial (so far)', warning])
  // exactly 100 are enough
  expect(told([600])).toEqual(['note: about 100 requests in the window of each trial (so far)'])
})

test('an unknown time tells nothing', () => {
  expect(told([null])).toEqual([])
})
