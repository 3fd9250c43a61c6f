import type { RequestTable } from '../record/request-table.ts'
import type { Percentiles } from '../record/schema.ts'
import { percentilesBySorting } from './percentiles.ts'

/** Latencies of a trial, from successful requests that lie wholly inside the window. */
export interface Latencies {
  /** firstToken - dispatched. */
  readonly ttftMs: Percentiles
  /** firstChunk - dispatched: vLLM's own client counts the role chunk. */
  readonly ttftFirstChunkMs: Percentiles
  /** firstToken - scheduled: holds what the client made a request wait. */
  readonly ttftFromScheduleMs: Percentiles
  /** (lastToken - firstToken) / (outputTokens - 1), for outputs of more than one token. */
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
  const over = (indices: Uint32Array, valueAt: (index: number) => number) => {
    const values = new Float64Array(indices.length)
    indices.forEach((index, at) => {
      values[at] = valueAt(index)
    })
    return percentilesBySorting(values)
  }
  const between = (from: Float64Array, to: Float64Array) =>
    over(inside, (index) => (to[index] as number) - (from[index] as number))
  const several = inside.filter((index) => (outputTokens[index] as number) > 1)
  const perToken = (index: number) =>
    ((lastToken[index] as number) - (firstToken[index] as number)) / ((outputTokens[index] as number) - 1)
  return {
    ttftMs: between(dispatched, firstToken),
    ttftFirstChunkMs: between(dispatched, firstChunk),
    ttftFromScheduleMs: between(scheduled, firstToken),
    tpotMs: over(several, perToken),
    e2eMs: between(dispatched, lastToken),
  }
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

/** Goodput: requests a second, inside the window, that kept every limit of the SLO. */
export function goodputOf(requests: RequestTable, startMs: number, endMs: number, slo: Slo): number {
  const dispatched = requests.column('dispatchedMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const good = indicesInside(requests, startMs, endMs).filter((index) => {
    const first = firstToken[index] as number
    const last = lastToken[index] as number
    const sent = dispatched[index] as number
    const tokens = outputTokens[index] as number
    const tpotMs = tokens > 1 ? (last - first) / (tokens - 1) : 0
    return (
      first - sent <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) &&
      tpotMs <= (slo.tpotMs ?? Number.POSITIVE_INFINITY) &&
      last - sent <= (slo.e2eMs ?? Number.POSITIVE_INFINITY)
    )
  })
  return good.length / ((endMs - startMs) / 1000)
}
