import { inside, type PowerPoint, type Span } from './power-series.ts'

/**
 * The terms of an energy's error bar, in J. `sensorGain` is systematic: about 5 % per board and repeatable, so that it cancels
 * between two runs on one board. The other terms are random.
 */
export interface ErrorTerms {
  readonly sensorGain: number
  readonly edges: number
  readonly sampling: number
  readonly gaps: number
}

/** What is known of a sensor, for the error of an energy by it. */
export interface Sensor {
  /** Systematic error as a share of the value. */
  readonly gainShare: number
  /** Time that one reading averages. */
  readonly averagingMs: number
  /** Width of the interval in which the age of a reading lies. */
  readonly ageMs: number
}

/** Error of the board's own sensor against an external meter (Yang et al., SC24: 4090 -5.3 %, others -7 to 0 %). */
const SENSOR_GAIN = 0.05
/** Maximum age of the sensor's value (Yang et al.: every card of interest updates at 10 Hz). */
const UPDATE_MS = 100

/** The sensor of a board, by the averaging window of its reading. */
export const boardSensor = (averagingMs: number): Sensor => ({ gainShare: SENSOR_GAIN, averagingMs, ageMs: UPDATE_MS })

/**
 * Error terms of an energy by one sensor over a span.
 * Edges: a reading is a mean over `averagingMs` whose age is known to `ageMs`. A step of power at an edge is blurred by
 * averagingMs / 8 (the half-wedge of a centred boxcar) and displaced by ageMs / 2, so each edge costs the range of
 * power near it times both. Sampling: sd / sqrt(n_eff) of the mean power, n_eff = span / averaging window.
 * Gaps: uncovered time at the observed range of power.
 */
export function errorTerms(
  points: readonly PowerPoint[],
  span: Span,
  energy: { readonly energyJ: number; readonly coveredMs: number },
  { gainShare, averagingMs, ageMs }: Sensor,
): ErrorTerms {
  const seen = inside(points, span)
  const powers = seen.map(({ powerW }) => powerW)
  const lengthMs = span.endMs - span.startMs
  const nearMs = averagingMs + ageMs
  const edgeW = [span.startMs, span.endMs].map((edgeMs) =>
    rangeOf(inside(points, { startMs: edgeMs - nearMs, endMs: edgeMs + nearMs }).map(({ powerW }) => powerW)),
  )
  const edgeS = (averagingMs / 8 + ageMs / 2) / 1000
  const independent = Math.max(1, lengthMs / Math.max(averagingMs, ageMs, 1))
  return {
    sensorGain: gainShare * energy.energyJ,
    edges: Math.hypot(...edgeW) * edgeS,
    sampling: (deviationOf(powers) / Math.sqrt(independent)) * (lengthMs / 1000),
    gaps: (Math.max(0, lengthMs - energy.coveredMs) / 1000) * rangeOf(powers),
  }
}

/** Combined terms of several GPUs, or of several sensors of a server: gains may have the same sign and add linearly; the other terms are independent. */
export function combineTerms(all: readonly ErrorTerms[]): ErrorTerms {
  const of = (pick: (terms: ErrorTerms) => number) => Math.hypot(...all.map(pick))
  return {
    sensorGain: all.reduce((sum, terms) => sum + terms.sensorGain, 0),
    edges: of(({ edges }) => edges),
    sampling: of(({ sampling }) => sampling),
    gaps: of(({ gaps }) => gaps),
  }
}

/**
 * Half width of the error bar in J: the random terms in quadrature, and with the systematic gain added to them linearly.
 * Compare two runs on one board by `randomJ`, anything else by `totalJ`.
 */
export function errorBar(terms: Readonly<Record<string, number>>): { randomJ: number; totalJ: number } {
  const { sensorGain = 0, ...random } = terms
  const randomJ = Math.hypot(...Object.values(random))
  return { randomJ, totalJ: sensorGain + randomJ }
}

/**
 * Standard deviation of the readings about their trend, from successive differences (von Neumann 1941). The trapezoid
 * measures a step or a drift of the load, so that neither must widen the bar.
 */
function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0
  let squares = 0
  for (let index = 1; index < values.length; index += 1)
    squares += ((values[index] as number) - (values[index - 1] as number)) ** 2
  return Math.sqrt(squares / (2 * (values.length - 1)))
}

const rangeOf = (values: readonly number[]): number => {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const value of values) {
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  return values.length === 0 ? 0 : max - min
}
