import type { RequestTable } from '../../record/request-table.ts'
import { EDGES_COUNT_SINCE } from '../definitions.ts'

/** A steady window, ms on the run's clock. */
export interface Window {
  readonly startMs: number
  readonly endMs: number
}

/** Which successful requests a value of a window counts, by their index; by the definitions of the record. */
interface Counted {
  /** TTFT, and prompt tokens. */
  readonly ttft: (index: number) => boolean
  /** E2E, goodput and J per request. */
  readonly completion: (index: number) => boolean
  /** TPOT: the share of the time from the first to the last token that lies inside, 0 to 1. */
  readonly pace: (index: number) => number
}

/** Why a value per request is missing where each request is longer than the window, or nearly so. */
export const NONE_FITS = 'no successful request lies wholly inside the window'

/**
 * The requests that count in a window: for TTFT those whose first token arrived inside, for E2E those that completed inside,
 * wherever they began, and for TPOT those that received tokens inside. By `definitions` 1 only those that lie wholly
 * inside; by 2 that holds for all but TTFT. docs/metrics.md#one-trial
 */
export function countedIn(requests: RequestTable, window: Window, definitions: number): Counted {
  const { startMs, endMs } = window
  const dispatched = requests.column('dispatchedMs')
  const [firstToken, lastToken] = [requests.column('firstTokenMs'), requests.column('lastTokenMs')]
  const isInside = (index: number) =>
    requests.isOk(index) && (dispatched[index] as number) >= startMs && (lastToken[index] as number) <= endMs
  const hasFirst = (index: number) => {
    const at = firstToken[index] as number
    return requests.isOk(index) && at >= startMs && at <= endMs
  }
  if (definitions < EDGES_COUNT_SINCE) {
    return {
      ttft: definitions < 2 ? isInside : hasFirst,
      completion: isInside,
      pace: (index) => (isInside(index) ? 1 : 0),
    }
  }
  return {
    ttft: hasFirst,
    completion: (index) => requests.isOk(index) && isWithin(lastToken[index] as number, window),
    pace: (index) =>
      requests.isOk(index) ? shareInside(firstToken[index] as number, lastToken[index] as number, window) : 0,
  }
}

/** Whether a time lies inside a window. One on the edge between two windows belongs to the first of them. */
export const isWithin = (atMs: number, { startMs, endMs }: Window): boolean => atMs > startMs && atMs <= endMs

/** The share of a span of time that lies inside a window; a span without length is inside or not, one without times is not. */
export function shareInside(fromMs: number, toMs: number, window: Window): number {
  if (toMs === fromMs) return isWithin(toMs, window) ? 1 : 0
  const overlapMs = Math.min(toMs, window.endMs) - Math.max(fromMs, window.startMs)
  return overlapMs > 0 ? overlapMs / (toMs - fromMs) : 0
}

/**
 * Why a window has no value per request, or null where it has: a request that is longer than the window, or nearly so,
 * completes in it by chance, all streams at once, so that a count says nothing. `completed` is the column of the completion.
 * Where every request that ended in the window failed, none is missing: the count of good ones is 0.
 */
export function whyNoneFits(
  requests: RequestTable,
  { startMs, endMs }: Window,
  completed: 'lastTokenMs' | 'endMs',
): string | null {
  const [dispatched, completion, ended] = [
    requests.column('dispatchedMs'),
    requests.column(completed),
    requests.column('endMs'),
  ]
  let [isAnyInside, isAnyFailed] = [false, false]
  for (let index = 0; index < requests.length; index += 1) {
    const from = dispatched[index] as number
    if (requests.isOk(index)) {
      const to = completion[index] as number
      if (from >= startMs && to <= endMs) return null
      isAnyInside ||= from < endMs && to > startMs
    } else isAnyFailed ||= (ended[index] as number) > startMs && (ended[index] as number) <= endMs
  }
  return isAnyFailed && !isAnyInside ? null : NONE_FITS
}
