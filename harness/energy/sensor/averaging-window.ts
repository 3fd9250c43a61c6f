import type { PowerPoint, Span } from '../power-series.ts'

/** How readings follow a load that is switched on and off, as a mean of the power over a window that ends some time ago. */
export interface WindowFit {
  /** Length over which a reading is the mean, in ms. */
  readonly windowMs: number
  /** Time between the end of that window and the time stamp of the reading, in ms. */
  readonly delayMs: number
  /** Power with the load off and on, in W. */
  readonly lowW: number
  readonly highW: number
  /** Root mean square of what the fit does not explain, as a share of the step. */
  readonly residualShare: number
  readonly readings: number
}

/** A mean over 1 s leaves 0.5 to 3 % of a step unexplained; an exponential filter, which has no window, 6 % or more. */
const MOST_RESIDUAL = 0.04
/** Below this window in ms the limit grows with the root of the shortness: a reading is dated to one sample, and then a part of the window. */
const LONG_WINDOW_MS = 500

/** Whether the readings are a mean over a window at all: the best fit of a sensor of another kind is no property of it. */
export const isWindow = ({ windowMs, residualShare }: WindowFit): boolean =>
  residualShare <= MOST_RESIDUAL * Math.sqrt(Math.max(1, LONG_WINDOW_MS / windowMs))

/** Readings that a fit of four numbers needs. */
const FEWEST_READINGS = 20
/** A smaller step cannot be distinguished from the ripple of idle and load, in W. */
const CLEAR_STEP_W = 20
const LONGEST_WINDOW_MS = 3000
const LONGEST_DELAY_MS = 1500
/** Steps of the search in ms: first over everything, then around the best. */
const COARSE_MS = 50
const FINE_MS = 10

/**
 * The readings that hold for the time at which they were sampled: those that differ from the one before, and those whose value
 * stays for two updates before and one after, where the power did not change. Any other repeats a value that is older.
 */
export function freshReadings(points: readonly PowerPoint[], updateMs: number): PowerPoint[] {
  const changes = points.flatMap(({ timeMs, powerW }, index) =>
    index > 0 && powerW !== points[index - 1]?.powerW ? [timeMs] : [],
  )
  let next = 0
  return points.filter(({ timeMs }) => {
    while ((changes[next] ?? Number.POSITIVE_INFINITY) < timeMs) next += 1
    if (changes[next] === timeMs) return true
    const sinceMs = timeMs - (changes[next - 1] ?? Number.NEGATIVE_INFINITY)
    const untilMs = (changes[next] ?? Number.POSITIVE_INFINITY) - timeMs
    return sinceMs > 2 * updateMs && untilMs > updateMs
  })
}

/**
 * Averaging window and delay of a power sensor from its step response: fresh readings during a load of known edges, and the spans in
 * which the load was on, both in ms on one clock. Least squares over all windows and delays, so that every edge counts. A
 * string says why nothing can be fitted.
 */
export function fitWindow(points: readonly PowerPoint[], on: readonly Span[]): WindowFit | string {
  if (points.length < FEWEST_READINGS) return `${points.length} readings of power; ${FEWEST_READINGS} are needed`
  if (on.length === 0) return 'the load was never on'
  const onBefore = cumulativeOn(on)
  let best: WindowFit | null = null
  const search = (windows: readonly number[], delays: readonly number[]): void => {
    for (const windowMs of windows) {
      for (const delayMs of delays) {
        const fit = fitLevels(points, { windowMs, delayMs }, onBefore)
        if (fit !== null && (best === null || fit.residualShare < best.residualShare)) best = fit
      }
    }
  }
  search(range(COARSE_MS, LONGEST_WINDOW_MS, COARSE_MS), range(0, LONGEST_DELAY_MS, COARSE_MS))
  const coarse = best as WindowFit | null
  if (coarse === null) return `the power did not follow the load by ${CLEAR_STEP_W} W or more`
  search(
    range(Math.max(FINE_MS, coarse.windowMs - COARSE_MS), coarse.windowMs + COARSE_MS, FINE_MS),
    range(Math.max(0, coarse.delayMs - COARSE_MS), coarse.delayMs + COARSE_MS, FINE_MS),
  )
  return best as unknown as WindowFit
}

/** Levels of the load by least squares for one window and delay; null where the step between them is not clear. */
function fitLevels(
  points: readonly PowerPoint[],
  { windowMs, delayMs }: { readonly windowMs: number; readonly delayMs: number },
  onBefore: (timeMs: number) => number,
): WindowFit | null {
  const shares = points.map(({ timeMs }) => {
    const endMs = timeMs - delayMs
    return (onBefore(endMs) - onBefore(endMs - windowMs)) / windowMs
  })
  const n = points.length
  const meanShare = shares.reduce((sum, share) => sum + share, 0) / n
  const meanW = points.reduce((sum, { powerW }) => sum + powerW, 0) / n
  let covariance = 0
  let variance = 0
  for (const [index, { powerW }] of points.entries()) {
    const apart = (shares[index] as number) - meanShare
    covariance += apart * (powerW - meanW)
    variance += apart * apart
  }
  if (variance === 0) return null
  const stepW = covariance / variance
  if (stepW < CLEAR_STEP_W) return null
  const lowW = meanW - stepW * meanShare
  let squares = 0
  for (const [index, { powerW }] of points.entries())
    squares += (powerW - lowW - stepW * (shares[index] as number)) ** 2
  return { windowMs, delayMs, lowW, highW: lowW + stepW, residualShare: Math.sqrt(squares / n) / stepW, readings: n }
}

/** For how long the load was on before a time, in ms. */
function cumulativeOn(on: readonly Span[]): (timeMs: number) => number {
  const spans = on.toSorted((a, b) => a.startMs - b.startMs)
  return (timeMs) => {
    let sum = 0
    for (const { startMs, endMs } of spans) {
      if (startMs >= timeMs) break
      sum += Math.min(endMs, timeMs) - startMs
    }
    return sum
  }
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
