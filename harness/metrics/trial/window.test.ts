import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import { closedLoopRows, requestRow } from '../../testing/rows.ts'
import { latenciesOf } from './latency.ts'
import { goodputOf, sloShareOf } from './slo.ts'
import { tokensInside, wholeTrialTokensPerS } from './throughput.ts'
import { scheduledWindow, steadyWindow } from './window.ts'

describe('the steady window', () => {
  test('begins 1.5 s after full load and ends with the last moment of it', () => {
    // one stream from 0 to 10 s: full from the first dispatch to the last end at 10 * 1000.1 - 0.1
    const window = steadyWindow(new RequestTable(closedLoopRows(1, 0, 10_000, 1000)), 1)
    expect(window).toEqual({ startMs: 1500, endMs: 10_000 })
  })

  test('waits for 95 % of the target: 31 of 32 are enough, 30 are not', () => {
    const table = new RequestTable(closedLoopRows(31, 0, 10_000, 1000))
    expect(steadyWindow(table, 32).startMs).toBe(1500)
    const fewer = steadyWindow(new RequestTable(closedLoopRows(30, 0, 10_000, 1000)), 32)
    expect(fewer).toMatchObject({ startMs: null, reason: 'in-flight reached 30 of the 32 asked for (31 needed)' })
  })

  test('leaves out the drain, when the first streams have no next request', () => {
    const long = [0, 1].map((id) => requestRow({ id, dispatchedMs: 0, endMs: 8000 }))
    const table = new RequestTable([...long, requestRow({ id: 2, dispatchedMs: 0, endMs: 5000 })])
    expect(steadyWindow(table, 3)).toEqual({ startMs: 1500, endMs: 5000 })
  })

  test('lies on bin edges and inside the trial, whatever the trial was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 2000, max: 20_000, noNaN: true }),
        fc.double({ min: 50, max: 3000, noNaN: true }),
        (streams, span, each) => {
          const rows = closedLoopRows(streams, 0, span, each)
          const window = steadyWindow(new RequestTable(rows), streams)
          if (window.startMs === null) return
          expect(window.startMs % 20).toBe(0)
          expect(window.endMs % 20).toBe(0)
          expect(window.endMs).toBeLessThanOrEqual(Math.max(...rows.map((row) => row.endMs)))
          expect(window.startMs).toBeGreaterThanOrEqual(1500)
        },
      ),
    )
  })

  test('does not exist without requests, with a reason', () => {
    expect(steadyWindow(new RequestTable(), 4)).toMatchObject({ startMs: null })
  })

  test('a request that never left counts as nothing in flight', () => {
    const table = new RequestTable([requestRow({ dispatchedMs: null, outcome: 'connect' })])
    expect(steadyWindow(table, 1)).toMatchObject({ startMs: null })
  })
})

describe('the window of a load with appointed times', () => {
  const due = (...scheduledMs: number[]) => new RequestTable(scheduledMs.map((at) => requestRow({ scheduledMs: at })))

  test('goes from 1.5 s after the start to the last request that was due, on bin edges', () => {
    expect(scheduledWindow(due(1005, 9037, 5000), 1005, 20_000)).toEqual({ startMs: 2520, endMs: 9020 })
  })

  test('ends when sending ended, where requests were due after that', () => {
    expect(scheduledWindow(due(0, 12_000), 0, 9999)).toEqual({ startMs: 1500, endMs: 9980 })
  })

  test('does not exist where nothing was due after the head', () => {
    expect(scheduledWindow(due(0, 1500), 0, 9999)).toMatchObject({ startMs: null })
    expect(scheduledWindow(new RequestTable(), 0, 9999)).toMatchObject({ startMs: null, reason: 'no request was due' })
  })
})

describe('latencies', () => {
  const table = new RequestTable([
    requestRow({ dispatchedMs: 1000, scheduledMs: 990, firstTokenMs: 1100, lastTokenMs: 2090, outputTokens: 100 }),
    requestRow({ dispatchedMs: 1000, firstTokenMs: 1200, lastTokenMs: 3180, outputTokens: 100 }),
    requestRow({ dispatchedMs: 1000, firstTokenMs: 9000, outcome: 'truncated' }),
    requestRow({ dispatchedMs: 500, firstTokenMs: 5000, lastTokenMs: 6000 }),
    requestRow({ dispatchedMs: 1000, firstTokenMs: 1300, lastTokenMs: 1300, outputTokens: 1 }),
  ])

  test('are those of successful requests of the window', () => {
    const { ttftMs, tpotMs, e2eMs, ttftFromScheduleMs } = latenciesOf(table, 1000, 4000)
    expect(ttftMs).toMatchObject({
      p50: 200,
      n: 3,
      max: 300,
      p99: { value: null, reason: '3 requests in the window; a p99 needs 100' },
    })
    expect(tpotMs).toMatchObject({ p50: 15, n: 2 }) // 990/99 = 10 and 1980/99 = 20; one token has no TPOT
    expect(e2eMs.max).toBe(2180)
    expect(ttftFromScheduleMs.p50).toBe(200)
  })

  test('TTFT counts where the first token arrived inside the window, wherever the request began or ended', () => {
    const rows = new RequestTable([
      // began before the window: 700 ms to its first token
      requestRow({ dispatchedMs: 500, firstTokenMs: 1200, lastTokenMs: 2000 }),
      requestRow({ dispatchedMs: 1000, firstTokenMs: 1100, lastTokenMs: 2000 }),
      // ends after the window: 900 ms, or 1000 ms from when it was due
      requestRow({ dispatchedMs: 3000, scheduledMs: 2900, firstTokenMs: 3900, lastTokenMs: 8000 }),
      // not inside: the first token came before or after, or the request failed
      requestRow({ dispatchedMs: 0, firstTokenMs: 999, lastTokenMs: 2000 }),
      requestRow({ dispatchedMs: 3000, firstTokenMs: 4001, lastTokenMs: 8000 }),
      requestRow({ dispatchedMs: 1000, firstTokenMs: 2000, outcome: 'truncated' }),
    ])
    const { ttftMs, ttftFromScheduleMs, e2eMs } = latenciesOf(rows, 1000, 4000)
    expect(ttftMs).toMatchObject({ n: 3, p50: 700, max: 900 })
    expect(ttftFromScheduleMs).toMatchObject({ n: 3, max: 1000 })
    // three completed inside, and took 1500, 1000 and 2000 ms
    expect(e2eMs).toMatchObject({ n: 3, p50: 1500, max: 2000 })
    // by the definitions of older records only the request that lies wholly inside
    expect(latenciesOf(rows, 1000, 4000, 1).ttftMs).toMatchObject({ n: 1, max: 100 })
    expect(latenciesOf(rows, 1000, 4000, 2)).toMatchObject({ ttftMs: { n: 3 }, e2eMs: { n: 1, max: 1000 } })
  })

  test('TTFT is known where no request fits into the window', () => {
    const long = new RequestTable([requestRow({ dispatchedMs: 1000, firstTokenMs: 1100, lastTokenMs: 90_000 })])
    const { ttftMs, e2eMs } = latenciesOf(long, 1000, 4000)
    expect(ttftMs).toMatchObject({ n: 1, p50: 100 })
    expect(e2eMs.p50).toMatchObject({ reason: 'no successful request completed inside the window' })
    expect(latenciesOf(long, 2000, 4000).ttftMs.p50).toMatchObject({
      reason: 'no successful request received its first token inside the window',
    })
  })

  test('goodput counts the requests that keep every limit', () => {
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: { ttftMs: 250 } })).toBeCloseTo(2 / 3, 12)
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: { ttftMs: 250, tpotMs: 12 } })).toBeCloseTo(1 / 3, 12)
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: {} })).toBeCloseTo(1, 12)
    // E2E of 1090, 2180 and 300 ms, TPOT of 10 and 20 ms: a limit that is met exactly is kept
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: { e2eMs: 1090 } })).toBeCloseTo(2 / 3, 12)
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: { e2eMs: 1089 } })).toBeCloseTo(1 / 3, 12)
    expect(goodputOf(table, { startMs: 1000, endMs: 4000, slo: { tpotMs: 20, ttftMs: 200 } })).toBeCloseTo(2 / 3, 12)
  })
})

describe('the share that keeps the SLO', () => {
  // due at 1, 2 and 3 s; the last one ends long after the window, as every last one does where answers are long
  const due = (scheduledMs: number, over: object = {}) =>
    requestRow({
      scheduledMs,
      dispatchedMs: scheduledMs,
      firstTokenMs: scheduledMs + 200,
      lastTokenMs: scheduledMs + 10_000,
      endMs: scheduledMs + 10_000,
      outputTokens: 101,
      ...over,
    })
  const table = new RequestTable([due(500), due(1000), due(2000), due(3000)])
  const slo = { ttftMs: 250, tpotMs: 100 }

  test('is over those due in the window, whenever they ended', () => {
    expect(sloShareOf(table, { startMs: 1000, endMs: 3500, slo, dropped: 0 })).toBe(1)
    // none fits into the window, so that goodput is not known: not 0
    expect(goodputOf(table, { startMs: 1000, endMs: 3500, slo })).toMatchObject({ value: null })
  })

  test('holds failed, dropped and late ones against it', () => {
    const rows = [due(1000), due(2000, { outcome: 'timeout' }), due(3000, { firstTokenMs: 3300 })]
    expect(sloShareOf(new RequestTable(rows), { startMs: 1000, endMs: 3500, slo, dropped: 0 })).toBeCloseTo(1 / 3, 12)
    expect(sloShareOf(table, { startMs: 1000, endMs: 3500, slo, dropped: 1 })).toBeCloseTo(3 / 4, 12)
    // sent in time is not enough: what the client made a request wait counts
    expect(
      sloShareOf(new RequestTable([due(1000, { scheduledMs: 900 })]), { startMs: 0, endMs: 3500, slo, dropped: 0 }),
    ).toBe(0)
  })

  test('does not ask of those due before or after it', () => {
    const late = due(4000, { outcome: 'timeout' })
    expect(sloShareOf(new RequestTable([due(1000), late]), { startMs: 1000, endMs: 3999, slo, dropped: 0 })).toBe(1)
    expect(sloShareOf(new RequestTable([due(1000), late]), { startMs: 1000, endMs: 4000, slo, dropped: 0 })).toBe(0.5)
    expect(sloShareOf(new RequestTable([due(1000), late]), { startMs: 1001, endMs: 4000, slo, dropped: 0 })).toBe(0)
  })

  test('is null where none was due', () => {
    expect(sloShareOf(table, { startMs: 20_000, endMs: 30_000, slo, dropped: 0 })).toBeNull()
  })
})

test('throughput counts the bins that lie inside the window', () => {
  const rows = [0, 980, 1000, 1980, 2000].map((binStartMs) => ({ trial: 0, binStartMs, tokens: 10 }))
  expect(tokensInside(rows, 1000, 2000)).toBe(20)
})

test("the whole-trial throughput is vLLM's: all tokens / first dispatch to last completion", () => {
  const table = new RequestTable([
    requestRow({ dispatchedMs: 0, endMs: 1000 }),
    requestRow({ dispatchedMs: 500, endMs: 2500 }),
    requestRow({ dispatchedMs: 100, endMs: 4000, outcome: 'timeout' }),
  ])
  expect(wholeTrialTokensPerS(table)).toBeCloseTo(200 / 4, 12)
  expect(wholeTrialTokensPerS(new RequestTable())).toBeNull()
})
