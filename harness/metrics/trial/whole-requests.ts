import { type Measured, missing } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import { isWithin, shareInside, type Window, whyNoneFits } from './in-window.ts'

/** Requests that are answered as a whole, by the share of their time inside a window: images and embeddings. */

/** Requests/s of a window that took at most `limitMs`, each counted by the share of its time inside. */
export function requestGoodput(
  requests: RequestTable,
  window: Window,
  { limitMs, edgesCount }: { readonly limitMs: number | undefined; readonly edgesCount: boolean },
): Measured {
  if (limitMs === undefined) return missing('the scenario states no slo.e2eMs')
  const seconds = (window.endMs - window.startMs) / 1000
  if (!edgesCount) return e2eInside(requests, window).filter((ms) => ms <= limitMs).length / seconds
  const why = whyNoneFits(requests, window, 'endMs')
  return why === null ? requestsInside(requests, window, limitMs) / seconds : missing(why)
}

/** E2E in ms of the successful requests wholly inside a window. */
export const e2eInside = (requests: RequestTable, { startMs, endMs }: Window): number[] =>
  spansOf(requests).flatMap(([from, to]) => (from >= startMs && to <= endMs ? [to - from] : []))

/** E2E in ms of the successful requests that completed inside a window. */
export const e2eCompleted = (requests: RequestTable, window: Window): number[] =>
  spansOf(requests).flatMap(([from, to]) => (isWithin(to, window) ? [to - from] : []))

/** Number of successful requests inside a window that took at most `limitMs`, each weighted by the share of its time inside. */
export const requestsInside = (requests: RequestTable, window: Window, limitMs = Number.POSITIVE_INFINITY): number =>
  spansOf(requests).reduce((sum, [from, to]) => (to - from <= limitMs ? sum + shareInside(from, to, window) : sum), 0)

/** When each successful request was sent and ended, ms; without those of which a time is missing. */
function spansOf(requests: RequestTable): [number, number][] {
  const dispatched = requests.column('dispatchedMs')
  const ended = requests.column('endMs')
  const spans: [number, number][] = []
  for (let index = 0; index < requests.length; index += 1) {
    const [from, to] = [dispatched[index] as number, ended[index] as number]
    if (requests.isOk(index) && Number.isFinite(to - from)) spans.push([from, to])
  }
  return spans
}
