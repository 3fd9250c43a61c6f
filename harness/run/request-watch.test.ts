import { describe, expect, test } from 'vitest'
import type { RequestRow } from '../record/rows.ts'
import { requestRow } from '../testing/rows.ts'
import { RequestWatch } from './request-watch.ts'

/** A watch over four connections, with what it said. */
function watched(over: { aloneMs?: number | null } = {}) {
  const said: string[] = []
  const ends: string[] = []
  const watch = new RequestWatch({
    connections: 4,
    aloneMs: over.aloneMs ?? null,
    onFirst: (message) => void said.push(message),
    onHopeless: (reason) => void ends.push(reason),
  })
  return { watch, said, ends }
}

const ended = (endMs: number, over: Partial<RequestRow> = {}): RequestRow =>
  requestRow({ dispatchedMs: endMs - 1000, lastTokenMs: endMs, endMs, ...over })
const failed = (endMs: number, outcome: RequestRow['outcome'], error: string): RequestRow =>
  ended(endMs, { outcome, error, httpStatus: null, finishReason: null })
const refused = (endMs: number) => failed(endMs, 'connect', 'connect ECONNREFUSED 127.0.0.1:8000')
const every100 = (fromMs: number, toMs: number, make: (endMs: number) => RequestRow): RequestRow[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / 100) + 1 }, (_, index) => make(fromMs + index * 100))

describe('the first failure of each kind is reported, with its message', () => {
  test('and no other', () => {
    const { watch, said } = watched()
    watch.see([ended(1000), refused(1100), failed(1200, 'http-4xx', 'HTTP 429: queue is full'), refused(1300)])
    watch.see([failed(1400, 'http-4xx', 'HTTP 429: queue is full')])
    expect(said).toEqual([
      'a request failed (connect): connect ECONNREFUSED 127.0.0.1:8000',
      'a request failed (http-4xx): HTTP 429: queue is full',
    ])
  })

  test('but not of a request that the harness cut', () => {
    const { watch, said } = watched()
    watch.see([failed(1000, 'aborted', 'stopped by the harness')])
    expect(said).toEqual([])
    expect(watch.verdictOfPhase()).toBeNull()
  })
})

describe('a server that refuses every connection', () => {
  test('ends the load after five seconds, once', () => {
    const { watch, ends } = watched()
    watch.see([ended(1000), failed(1500, 'truncated', 'connection closed')])
    watch.see(every100(1600, 6400, refused))
    expect(ends).toEqual([])
    watch.see(every100(6500, 9000, refused))
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatch(
      /^the server has refused every connection for 7\.4 s \(75 requests\): connect: connect ECONNREFUSED/,
    )
  })

  test('does not end it where the server answers in between', () => {
    const { watch, ends } = watched()
    watch.see(every100(0, 4900, refused))
    watch.see([ended(5000)])
    watch.see(every100(5100, 9900, refused))
    expect(ends).toEqual([])
  })
})

describe('a server that fails every request', () => {
  const full = (endMs: number) => failed(endMs, 'http-4xx', 'HTTP 429: queue is full')

  test('ends the load after five seconds', () => {
    const { watch, ends } = watched()
    watch.see(every100(0, 5000, full))
    expect(ends).toEqual(['no request has succeeded for 5.0 s (51 failed): http-4xx: HTTP 429: queue is full'])
  })

  test('gets five times as long as one request takes', () => {
    const { watch, ends } = watched({ aloneMs: 3000 })
    watch.see(every100(0, 14_900, full))
    expect(ends).toEqual([])
    watch.see(every100(15_000, 15_100, full))
    expect(ends).toHaveLength(1)
  })

  test('does not end it while requests in flight may still succeed: fewer failed than twice the connections', () => {
    const { watch, ends } = watched()
    watch.see([0, 1000, 2000, 3000, 4000, 5000, 9000].map(full))
    expect(ends).toEqual([])
  })
})

describe('a phase', () => {
  test('in which nothing succeeded says so, with the most frequent message', () => {
    const { watch } = watched()
    watch.beginPhase()
    watch.see([
      failed(100, 'truncated', 'stream ended without [DONE]'),
      ...[200, 300].map((at) => failed(at, 'http-5xx', 'HTTP 502: Bad Gateway')),
    ])
    expect(watch.verdictOfPhase()).toBe('none of 3 requests succeeded: http-5xx: HTTP 502: Bad Gateway')
    watch.beginPhase()
    expect(watch.verdictOfPhase()).toBeNull()
    watch.see([ended(1000), failed(1100, 'http-5xx', 'HTTP 502: Bad Gateway')])
    expect(watch.verdictOfPhase()).toBeNull()
  })

  test('gives the typical time of its successful requests: the first may be slow', () => {
    const { watch } = watched()
    expect(watch.typicalMs).toBeNull()
    watch.see([
      ended(9000, { dispatchedMs: 0 }),
      ended(9200, { dispatchedMs: 9000 }),
      ended(9500, { dispatchedMs: 9200 }),
    ])
    expect(watch.typicalMs).toBe(300)
  })
})
