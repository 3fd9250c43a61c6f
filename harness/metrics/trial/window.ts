import type { RequestTable } from '../../record/request-table.ts'
import { TOKEN_BIN_MS } from '../../record/rows.ts'

/** The steady window of a trial on the run's clock, or why there is none. */
export type SteadyWindow =
  | { readonly startMs: number; readonly endMs: number }
  | { readonly startMs: null; readonly endMs: null; readonly reason: string }

/** Ramp-up excluded from the window: the power sensor averages over 1 s, and a batch takes time to fill. */
const RAMP_UP_MS = 1500
const FULL_SHARE = 0.95

/**
 * The steady window (docs/metrics.md#one-trial): from 1.5 s after in-flight first reaches 95 % of the target to the last
 * moment at that level. Both edges are moved inwards to a whole token bin, so that tokens and energy are
 * counted over exactly the same span.
 */
export function steadyWindow(requests: RequestTable, targetInFlight: number): SteadyWindow {
  const needed = Math.ceil(FULL_SHARE * targetInFlight)
  const { starts, ends } = inOrder(requests.column('dispatchedMs'), requests.column('endMs'))
  let firstFullMs: number | null = null
  let lastFullMs: number | null = null
  let highest = 0
  let started = 0
  let finished = 0
  while (finished < ends.length) {
    const startNext = started < starts.length && (starts[started] as number) <= (ends[finished] as number)
    if (startNext) {
      started += 1
      highest = Math.max(highest, started - finished)
      if (started - finished >= needed) firstFullMs ??= starts[started - 1] as number
    } else {
      if (started - finished >= needed) lastFullMs = ends[finished] as number
      finished += 1
    }
  }
  // released at once: garbage collection may come late, and a million requests take 16 MB
  for (const { buffer } of [starts, ends]) buffer.transfer(0)
  if (firstFullMs === null || lastFullMs === null) {
    return none(`in-flight reached ${highest} of the ${targetInFlight} asked for (${needed} needed)`)
  }
  const startMs = Math.ceil((firstFullMs + RAMP_UP_MS) / TOKEN_BIN_MS) * TOKEN_BIN_MS
  const endMs = Math.floor(lastFullMs / TOKEN_BIN_MS) * TOKEN_BIN_MS
  if (endMs <= startMs) {
    return none(
      `full load lasted ${((lastFullMs - firstFullMs) / 1000).toFixed(1)} s, and the first ${RAMP_UP_MS / 1000} s do not count`,
    )
  }
  return { startMs, endMs }
}

type OwnNumbers = Float64Array<ArrayBuffer>

/** Send and end times of the requests that were sent, in order. `filter` would make an object of every number. */
function inOrder(dispatched: Float64Array, ended: Float64Array): { starts: OwnNumbers; ends: OwnNumbers } {
  const starts = new Float64Array(dispatched.length)
  const ends = new Float64Array(dispatched.length)
  let sent = 0
  for (let index = 0; index < dispatched.length; index += 1) {
    if (Number.isNaN(dispatched[index])) continue
    starts[sent] = dispatched[index] as number
    ends[sent] = ended[index] as number
    sent += 1
  }
  return { starts: starts.subarray(0, sent).sort(), ends: ends.subarray(0, sent).sort() }
}

/**
 * The window of a load with scheduled times (open loop, trace, conversations): the span over which requests were due,
 * without the same ramp-up. The number in flight depends on the server here, not on the harness.
 */
export function scheduledWindow(requests: RequestTable, startMs: number, sendUntilMs: number): SteadyWindow {
  const scheduled = requests.column('scheduledMs')
  if (scheduled.length === 0) return none('no request was due')
  const lastDueMs = scheduled.reduce((latest, at) => Math.max(latest, at), startMs)
  const fromMs = Math.ceil((startMs + RAMP_UP_MS) / TOKEN_BIN_MS) * TOKEN_BIN_MS
  const endMs = Math.floor(Math.min(sendUntilMs, lastDueMs) / TOKEN_BIN_MS) * TOKEN_BIN_MS
  if (endMs > fromMs) return { startMs: fromMs, endMs }
  return none(
    `requests were due over ${((lastDueMs - startMs) / 1000).toFixed(1)} s, and the first ${RAMP_UP_MS / 1000} s do not count`,
  )
}

const none = (reason: string): SteadyWindow => ({ startMs: null, endMs: null, reason })
