import type { RequestTable } from '../record/request-table.ts'
import type { Percentiles } from '../record/schema/trial.ts'
import { percentilesBySorting } from '../stats/percentiles.ts'

/** Latencies of a trial, from successful requests that lie wholly inside the window. */
export interface Latencies {
  /** firstToken - dispatched. */
  readonly ttftMs: Percentiles
  /** firstChunk - dispatched: vLLM's own client counts the role chunk. */
  readonly ttftFirstChunkMs: Percentiles
  /** firstToken - scheduled: holds what the client made a request wait. */
  readonly ttftFromScheduleMs: Percentiles
  /**
   * (lastToken - firstToken) / (outputTokens - 1), for outputs of more than one token. A request whose tokens all
   * arrived at one moment has none: something between server and client held them back.
   */
  readonly tpotMs: Percentiles
  /** lastToken - dispatched. */
  readonly e2eMs: Percentiles
}

/**
 * Latency percentiles (metrics section 2). A request counts when it was dispatched at or after the window's start and
 * its last token arrived by the window's end; a failed one enters no percentile.
 */
export function latenciesOf(requests: RequestTable, startMs: number, endMs: number): Latencies {
  const inside = indicesInside(requests, startMs, endMs)
  const scheduled = requests.column('scheduledMs')
  const dispatched = requests.column('dispatchedMs')
  const firstChunk = requests.column('firstChunkMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  // one array for every figure, given back at once: a collection may come late, and a million requests are 8 MB a figure
  const scratch = new Float64Array(inside.length)
  const over = (valueAt: (index: number) => number, counts: (index: number) => boolean = () => true) => {
    let n = 0
    for (const index of inside) {
      if (!counts(index)) continue
      const value = valueAt(index)
      // a time that was never stamped is NaN in the table
      if (!Number.isFinite(value)) continue
      scratch[n] = value
      n += 1
    }
    return percentilesBySorting(scratch.subarray(0, n))
  }
  const between = (from: Float64Array, to: Float64Array) =>
    over((index) => (to[index] as number) - (from[index] as number))
  const perToken = (index: number) =>
    ((lastToken[index] as number) - (firstToken[index] as number)) / ((outputTokens[index] as number) - 1)
  const latencies = {
    ttftMs: between(dispatched, firstToken),
    ttftFirstChunkMs: between(dispatched, firstChunk),
    ttftFromScheduleMs: between(scheduled, firstToken),
    tpotMs: over(
      perToken,
      (index) => (outputTokens[index] as number) > 1 && (lastToken[index] as number) > (firstToken[index] as number),
    ),
    e2eMs: between(dispatched, lastToken),
  }
  scratch.buffer.transfer(0)
  return latencies
}

/** Indices of the successful requests that lie wholly inside a window. */
export function indicesInside(requests: RequestTable, startMs: number, endMs: number): Uint32Array {
  const dispatched = requests.column('dispatchedMs')
  const lastToken = requests.column('lastTokenMs')
  const inside = new Uint32Array(requests.length)
  let count = 0
  for (let index = 0; index < requests.length; index += 1) {
    if (!requests.isOk(index)) continue
    if ((dispatched[index] as number) >= startMs && (lastToken[index] as number) <= endMs) {
      inside[count] = index
      count += 1
    }
  }
  return inside.subarray(0, count)
}

/** Limits that a request must keep to count as good; a missing one is no limit. */
export interface Slo {
  readonly ttftMs?: number | undefined
  readonly tpotMs?: number | undefined
  readonly e2eMs?: number | undefined
}

/**
 * Share of the requests that were due inside the window which succeeded and kept every limit, TTFT and E2E from the
 * time they were due, however long after the window they ended: the last ones are as good as the first. A dropped
 * request was due and is not good. Null when none was due.
 */
export function sloShareOf(
  requests: RequestTable,
  startMs: number,
  endMs: number,
  slo: Slo,
  dropped: number,
): number | null {
  const scheduled = requests.column('scheduledMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  let due = dropped
  let good = 0
  for (let index = 0; index < requests.length; index += 1) {
    const at = scheduled[index] as number
    if (at < startMs || at > endMs) continue
    due += 1
    const first = firstToken[index] as number
    const last = lastToken[index] as number
    const isGood =
      requests.isOk(index) && keeps(slo, first - at, last - first, last - at, outputTokens[index] as number)
    if (isGood) good += 1
  }
  return due === 0 ? null : good / due
}

function keeps(slo: Slo, ttftMs: number, decodeMs: number, e2eMs: number, outputTokens: number): boolean {
  const tpotMs = outputTokens > 1 ? decodeMs / (outputTokens - 1) : 0
  return (
    ttftMs <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) &&
    tpotMs <= (slo.tpotMs ?? Number.POSITIVE_INFINITY) &&
    e2eMs <= (slo.e2eMs ?? Number.POSITIVE_INFINITY)
  )
}

/** Goodput: requests a second, inside the window, that kept every limit of the SLO. */
export function goodputOf(requests: RequestTable, startMs: number, endMs: number, slo: Slo): number {
  const dispatched = requests.column('dispatchedMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const good = indicesInside(requests, startMs, endMs).filter((index) => {
    const sent = dispatched[index] as number
    const [first, last] = [firstToken[index] as number, lastToken[index] as number]
    return keeps(slo, first - sent, last - first, last - sent, outputTokens[index] as number)
  })
  return good.length / ((endMs - startMs) / 1000)
}
