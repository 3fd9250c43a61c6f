/** Events that came in one report, at a time in ms. */
interface Lump {
  readonly atMs: number
  readonly events: number
}

/** Events as they are reported: in lumps, because a request counts when it ends. The older ones are dropped. */
export interface RateWindow {
  readonly lumps: readonly Lump[]
  /** The rate per second as it was shown, one value for each time. */
  readonly history: readonly { readonly atMs: number; readonly perS: number }[]
}

export const emptyRates: RateWindow = { lumps: [], history: [] }

/** The sparkline shows this time. */
export const HISTORY_MS = 60_000
const HISTORY_STEP_MS = 1000
/** A lump is several reports that follow each other this closely: the requests of a batch end together. */
const SAME_LUMP_MS = 600
/** The rate is that of so much time, or of three lumps if they are further apart. */
const WINDOW_MS = 10_000
const FEWEST_LUMPS = 3
/** Without events for so many times the usual distance, the rate falls. */
const PATIENCE = 2

/** The window with what was reported at a time. `perS` of the result is `ratePerS`. */
export function withEvents(window: RateWindow, atMs: number, events: number): RateWindow {
  const last = window.lumps.at(-1)
  const lumps =
    events <= 0
      ? window.lumps
      : last !== undefined && atMs - last.atMs < SAME_LUMP_MS
        ? [...window.lumps.slice(0, -1), { atMs: last.atMs, events: last.events + events }]
        : [...window.lumps, { atMs, events }]
  const kept = { lumps: lumps.filter((lump) => atMs - lump.atMs <= HISTORY_MS), history: window.history }
  const perS = ratePerS(kept, atMs)
  const lastShown = window.history.at(-1)
  const isDue = lastShown === undefined || atMs - lastShown.atMs >= HISTORY_STEP_MS
  if (perS === null || !isDue) return kept
  return { ...kept, history: [...window.history, { atMs, perS }].filter((each) => atMs - each.atMs < HISTORY_MS) }
}

/** The window at the start of a phase: what came before is no part of its rate, but still of the sparkline. */
export const nextPhase = ({ history }: RateWindow): RateWindow => ({ lumps: [], history })

/**
 * Events per second, smoothed: those between the first and the last lump of the window, over the time between them. A batch
 * whose requests end together so has the same rate at any moment. Null before there are two lumps.
 */
export function ratePerS(window: RateWindow, nowMs: number): number | null {
  // a lump that may still grow would be too small
  const lumps = window.lumps.filter(({ atMs }) => nowMs - atMs >= SAME_LUMP_MS)
  const recent = lumps.findIndex(({ atMs }) => nowMs - atMs <= WINDOW_MS)
  const from = Math.max(0, Math.min(recent === -1 ? lumps.length : recent, lumps.length - FEWEST_LUMPS))
  const [first, ...others] = lumps.slice(from)
  const last = others.at(-1)
  if (first === undefined || last === undefined) return null
  const spanMs = last.atMs - first.atMs
  const sinceLastMs = nowMs - last.atMs
  const isStalled = sinceLastMs > PATIENCE * (spanMs / others.length) + SAME_LUMP_MS
  const events = others.reduce((sum, each) => sum + each.events, 0)
  return (events / (spanMs + (isStalled ? sinceLastMs : 0))) * 1000
}
