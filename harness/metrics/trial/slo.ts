import { type Measured, missing } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import { EDGES_COUNT_SINCE, METRIC_DEFINITIONS } from '../definitions.ts'
import { countedIn, type Window, whyNoneFits } from './in-window.ts'
import { isAtOnce, type TokenSpan, tpotMsOf } from './pace.ts'

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
  due: Window & { readonly slo: Slo; readonly dropped: number },
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

/**
 * Whether one answer met every limit. Where its tokens all arrived at one moment it has no known TPOT, so that it meets no
 * limit of it.
 */
export function keeps(slo: Slo, span: TokenSpan & { readonly sentMs: number }): boolean {
  const tpotMs = span.tokens > 1 ? (isAtOnce(span) ? Number.POSITIVE_INFINITY : tpotMsOf(span)) : 0
  return (
    span.firstMs - span.sentMs <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) &&
    tpotMs <= (slo.tpotMs ?? Number.POSITIVE_INFINITY) &&
    span.lastMs - span.sentMs <= (slo.e2eMs ?? Number.POSITIVE_INFINITY)
  )
}

/**
 * Goodput, requests/s: successful requests that completed inside the window and met every limit of the SLO / its length,
 * wherever they began. Missing where no request fits into the window; by older definitions it was 0 there, and counted
 * the requests that lie wholly inside.
 */
export function goodputOf(
  requests: RequestTable,
  { slo, ...window }: Window & { readonly slo: Slo },
  definitions = METRIC_DEFINITIONS,
): Measured {
  const why = definitions < EDGES_COUNT_SINCE ? null : whyNoneFits(requests, window, 'lastTokenMs')
  if (why !== null) return missing(why)
  const { completion } = countedIn(requests, window, definitions)
  const dispatched = requests.column('dispatchedMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const firstTokens = requests.column('firstTokens')
  let good = 0
  for (let index = 0; index < requests.length; index += 1) {
    if (!completion(index)) continue
    const isGood = keeps(slo, {
      sentMs: dispatched[index] as number,
      firstMs: firstToken[index] as number,
      lastMs: lastToken[index] as number,
      tokens: outputTokens[index] as number,
      firstTokens: firstTokens[index] as number,
    })
    if (isGood) good += 1
  }
  return good / ((window.endMs - window.startMs) / 1000)
}
