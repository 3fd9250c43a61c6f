import { seededRandom } from '../plan/random.ts'

/** True power in W, piecewise constant: each piece holds from its start to the start of the next. */
export interface Trace {
  readonly kind: TraceKind
  readonly pieces: readonly { readonly startMs: number; readonly powerW: number }[]
  /** The steady window to be measured: 1.5 s after full load begins, to the last moment of full load. */
  readonly windowStartMs: number
  readonly windowEndMs: number
  readonly endMs: number
}

export const traceKinds = ['constant', 'step', 'prefill bursts', 'drain', 'hard stop'] as const
export type TraceKind = (typeof traceKinds)[number]

const LEAD_MS = 4000
/** Head of the steady window (docs/metrics.md#one-trial). */
const RAMP_UP_MS = 1500
const TAIL_MS = 4000

/**
 * A load of the given kind whose steady window is `windowS` long, from a seed.
 * Constant: a steady decode with the ripple of its batches. Step: the load changes its level inside the window.
 * Prefill bursts: short spells of higher power at random times. Drain: as constant, and the load decreases in steps
 * right after the window, where the sensor's mean still includes the window. Hard stop: idle right at the window's end, as
 * when a single stream receives its last token: the most difficult edge.
 */
export function makeTrace(kind: TraceKind, windowS: number, seed: number): Trace {
  const random = seededRandom(seed)
  const idleW = 15 + 45 * random()
  const loadW = 200 + 350 * random()
  const windowStartMs = LEAD_MS + RAMP_UP_MS + 1000 * random()
  const loadStartMs = windowStartMs - RAMP_UP_MS
  const windowEndMs = windowStartMs + windowS * 1000
  const pieces = [{ startMs: -10_000, powerW: idleW }]
  const stepAtMs = windowStartMs + (0.2 + 0.6 * random()) * windowS * 1000
  const secondW = loadW * (0.6 + 0.3 * random())
  let burstUntilMs = Number.NEGATIVE_INFINITY
  let nextBurstMs = loadStartMs + 2000 * random()
  // The ripple of continuous batching: a new level every 40 ms to 240 ms, a few percent apart.
  for (let at = loadStartMs; at < windowEndMs; at += 40 + 200 * random()) {
    if (at >= nextBurstMs) {
      burstUntilMs = at + 100 + 500 * random()
      nextBurstMs = at + 800 + 3000 * random()
    }
    const level = kind === 'step' && at >= stepAtMs ? secondW : loadW
    const burst = kind === 'prefill bursts' && at < burstUntilMs ? 1.35 : 1
    pieces.push({ startMs: at, powerW: level * burst * (1 + 0.03 * (random() - 0.5)) })
  }
  const drainMs = kind === 'drain' ? 3000 + 3000 * random() : 0
  for (let passed = 0; passed < drainMs; passed += 250) {
    pieces.push({ startMs: windowEndMs + passed, powerW: idleW + (loadW - idleW) * (1 - passed / drainMs) })
  }
  // Without a drain the sessions go on past the window, as a closed loop does until its last request is sent.
  const idleAtMs = windowEndMs + (kind === 'drain' ? drainMs : kind === 'hard stop' ? 0 : 2000 * random())
  if (idleAtMs > windowEndMs && kind !== 'drain')
    pieces.push({ startMs: windowEndMs, powerW: kind === 'step' ? secondW : loadW })
  pieces.push({ startMs: idleAtMs, powerW: idleW })
  return { kind, pieces, windowStartMs, windowEndMs, endMs: idleAtMs + TAIL_MS }
}

/** Energy of a trace from its beginning to each of its pieces, for exact integrals of any span. */
export function cumulativeOf(trace: Trace): (timeMs: number) => number {
  const sums = [0]
  for (let index = 1; index < trace.pieces.length; index += 1) {
    const from = trace.pieces[index - 1] as Trace['pieces'][number]
    const to = trace.pieces[index] as Trace['pieces'][number]
    sums.push((sums[index - 1] as number) + (from.powerW * (to.startMs - from.startMs)) / 1000)
  }
  return (timeMs) => {
    let low = 0
    let high = trace.pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((trace.pieces[middle] as { startMs: number }).startMs <= timeMs) low = middle
      else high = middle - 1
    }
    const piece = trace.pieces[low] as Trace['pieces'][number]
    return (sums[low] as number) + (piece.powerW * (timeMs - piece.startMs)) / 1000
  }
}

/** True energy of the window in J. */
export function trueEnergyJ(trace: Trace): number {
  const cumulative = cumulativeOf(trace)
  return cumulative(trace.windowEndMs) - cumulative(trace.windowStartMs)
}
