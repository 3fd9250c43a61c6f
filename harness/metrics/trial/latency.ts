import type { RequestTable } from '../../record/request-table.ts'
import type { Percentiles } from '../../record/schema/trial.ts'
import { noPercentiles, percentilesBySorting } from '../../stats/percentiles.ts'
import { METRIC_DEFINITIONS } from '../definitions.ts'
import { isAtOnce, type TokenSpan, tpotMsOf } from './pace.ts'

/** Latencies of a trial, from its successful requests: TTFT by the first token, the others by the whole request. */
export interface Latencies {
  /** firstToken - dispatched. */
  readonly ttftMs: Percentiles
  /** firstChunk - dispatched: vLLM's own client counts the role chunk. */
  readonly ttftFirstChunkMs: Percentiles
  /** firstToken - scheduled: includes the time that a request waited in the client. */
  readonly ttftFromScheduleMs: Percentiles
  /** tpotMsOf (pace.ts), for answers of more than one token that did not arrive at one moment. */
  readonly tpotMs: Percentiles
  /** lastToken - dispatched. */
  readonly e2eMs: Percentiles
}

const NONE_INSIDE = 'no successful request lies wholly inside the window'
const NONE_STARTED = 'no successful request received its first token inside the window'
const ONE_TOKEN = 'no successful request of more than one token lies wholly inside the window'
/** Why no answer of a trial has a TPOT: caused by a proxy that buffers the stream, or by a client short of CPU. */
export const AT_ONE_MOMENT =
  'all output tokens of each request arrived at one moment: something between server and client buffers the stream'

/** The latencies of a trial that has none, each missing for this reason. */
export function noLatencies(reason: string): Latencies {
  const none = noPercentiles(reason)
  return { ttftMs: none, ttftFirstChunkMs: none, ttftFromScheduleMs: none, tpotMs: none, e2eMs: none }
}

/**
 * Latency percentiles (docs/metrics.md#one-request). TTFT counts where the first token arrived inside the window, so that
 * long answers do not thin its percentiles. E2E and TPOT count where the request was dispatched at or after the window's
 * start and its last token arrived by the window's end. Failed requests are in no percentile. By `definitions` 1 the rule
 * of E2E holds for TTFT too.
 */
export function latenciesOf(
  requests: RequestTable,
  startMs: number,
  endMs: number,
  definitions = METRIC_DEFINITIONS,
): Latencies {
  const inside = indicesInside(requests, startMs, endMs)
  const started = ttftIndices(requests, startMs, endMs, definitions)
  const scheduled = requests.column('scheduledMs')
  const dispatched = requests.column('dispatchedMs')
  const firstChunk = requests.column('firstChunkMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const firstTokens = requests.column('firstTokens')
  // one array for all metrics, released at once: garbage collection may come late, and a million requests take 8 MB each
  const scratch = new Float64Array(Math.max(inside.length, started.length))
  const over = (indices: Uint32Array, valueAt: (index: number) => number, reason: string) => {
    let n = 0
    for (const index of indices) {
      const value = valueAt(index)
      // NaN: a missing time, or an answer without a TPOT
      if (!Number.isFinite(value)) continue
      scratch[n] = value
      n += 1
    }
    return percentilesBySorting(scratch.subarray(0, n), reason)
  }
  const whyNone = definitions < 2 ? NONE_INSIDE : NONE_STARTED
  const toFirst = (from: Float64Array, to: Float64Array) =>
    over(started, (index) => (to[index] as number) - (from[index] as number), whyNone)
  const spanOf = (index: number) => ({
    firstMs: firstToken[index] as number,
    lastMs: lastToken[index] as number,
    tokens: outputTokens[index] as number,
    firstTokens: firstTokens[index] as number,
  })
  const isLong = inside.some((index) => (outputTokens[index] as number) > 1)
  const whyNoPace = isLong ? AT_ONE_MOMENT : inside.length === 0 ? NONE_INSIDE : ONE_TOKEN
  const latencies = {
    ttftMs: toFirst(dispatched, firstToken),
    ttftFirstChunkMs: toFirst(dispatched, firstChunk),
    ttftFromScheduleMs: toFirst(scheduled, firstToken),
    tpotMs: over(inside, (index) => tpotMsOf(spanOf(index)), whyNoPace),
    e2eMs: over(inside, (index) => (lastToken[index] as number) - (dispatched[index] as number), NONE_INSIDE),
  }
  scratch.buffer.transfer(0)
  return latencies
}

/** Indices of the successful requests that lie wholly inside a window. */
export function indicesInside(requests: RequestTable, startMs: number, endMs: number): Uint32Array {
  const dispatched = requests.column('dispatchedMs')
  const lastToken = requests.column('lastTokenMs')
  return indicesOf(
    requests,
    (index) => (dispatched[index] as number) >= startMs && (lastToken[index] as number) <= endMs,
  )
}

/** Indices of the successful requests whose TTFT counts in a window, by the definitions of their record. */
export const ttftIndices = (requests: RequestTable, startMs: number, endMs: number, definitions: number): Uint32Array =>
  (definitions < 2 ? indicesInside : firstTokensInside)(requests, startMs, endMs)

/** Indices of the successful requests whose first token arrived inside a window. */
function firstTokensInside(requests: RequestTable, startMs: number, endMs: number): Uint32Array {
  const firstToken = requests.column('firstTokenMs')
  return indicesOf(
    requests,
    (index) => (firstToken[index] as number) >= startMs && (firstToken[index] as number) <= endMs,
  )
}

/** Indices of the successful requests for which `counts` is true. */
function indicesOf(requests: RequestTable, counts: (index: number) => boolean): Uint32Array {
  const found = new Uint32Array(requests.length)
  let count = 0
  for (let index = 0; index < requests.length; index += 1) {
    if (!requests.isOk(index) || !counts(index)) continue
    found[count] = index
    count += 1
  }
  return found.subarray(0, count)
}

/** Limits that a request must meet to count as good; a missing one is no limit. */
export interface Slo {
  readonly ttftMs?: number | undefined
  readonly tpotMs?: number | undefined
  readonly e2eMs?: number | undefined
}

/**
 * Share of the requests due inside the window that succeeded and met every limit, with TTFT and E2E from the time they
 * were due. When they ended does not matter, so that the last requests count like the first. A dropped request was due
 * and is not good. Null if none was due.
 */
export function sloShareOf(
  requests: RequestTable,
  due: { readonly startMs: number; readonly endMs: number; readonly slo: Slo; readonly dropped: number },
): number | null {
  const { startMs, endMs, slo } = due
  const scheduled = requests.column('scheduledMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const firstTokens = requests.column('firstTokens')
  let count = due.dropped
  let good = 0
  for (let index = 0; index < requests.length; index += 1) {
    const at = scheduled[index] as number
    if (at < startMs || at > endMs) continue
    count += 1
    const first = firstToken[index] as number
    const last = lastToken[index] as number
    const isGood =
      requests.isOk(index) &&
      keeps(slo, {
        sentMs: at,
        firstMs: first,
        lastMs: last,
        tokens: outputTokens[index] as number,
        firstTokens: firstTokens[index] as number,
      })
    if (isGood) good += 1
  }
  return count === 0 ? null : good / count
}

/** An answer whose tokens all arrived at one moment has no known TPOT, so that it meets no limit of it. */
function keeps(slo: Slo, span: TokenSpan & { readonly sentMs: number }): boolean {
  const tpotMs = span.tokens > 1 ? (isAtOnce(span) ? Number.POSITIVE_INFINITY : tpotMsOf(span)) : 0
  return (
    span.firstMs - span.sentMs <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) &&
    tpotMs <= (slo.tpotMs ?? Number.POSITIVE_INFINITY) &&
    span.lastMs - span.sentMs <= (slo.e2eMs ?? Number.POSITIVE_INFINITY)
  )
}

/** Goodput: requests per second, inside the window, that met every limit of the SLO. */
export function goodputOf(requests: RequestTable, startMs: number, endMs: number, slo: Slo): number {
  const dispatched = requests.column('dispatchedMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const firstTokens = requests.column('firstTokens')
  const good = indicesInside(requests, startMs, endMs).filter((index) =>
    keeps(slo, {
      sentMs: dispatched[index] as number,
      firstMs: firstToken[index] as number,
      lastMs: lastToken[index] as number,
      tokens: outputTokens[index] as number,
      firstTokens: firstTokens[index] as number,
    }),
  )
  return good.length / ((endMs - startMs) / 1000)
}
