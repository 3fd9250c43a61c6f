import type { CounterRow } from '../record/rows.ts'
import type { Span } from './power-series.ts'

export interface CounterEnergy {
  readonly energyJ: number | null
  /** Why `energyJ` is null; absent if it is not. */
  readonly reason?: string
}

/** Two sources of one board's energy that differ by more than this are a finding (docs/metrics.md#energy). */
export const AGREEMENT = 0.05
/** `power.draw.instant` is sampled between its updates and scatters with the load: it may differ by more. */
export const INSTANT_AGREEMENT = 0.1
/** Readings further apart than this are not interpolated between at a window's edge. */
const LONGEST_MS = 5000

/**
 * Energy of a window by the counter: difference of its values at the two edges, each interpolated between the readings
 * beside it, summed over the serving GPUs. A counter that decreased was reset with its driver: the energy is null, never partial.
 */
export function counterEnergy(
  readings: readonly CounterRow[],
  servingUuids: readonly string[],
  windowStartMs: number,
  windowEndMs: number,
): CounterEnergy {
  if (servingUuids.length === 0) return { energyJ: null, reason: 'no serving GPU is known' }
  let energyJ = 0
  for (const uuid of servingUuids) {
    const own = readings.flatMap(({ uuid: of, timeMs, energyMj }) => (of === uuid ? [{ timeMs, value: energyMj }] : []))
    const increase = counterIncrease(own, { startMs: windowStartMs, endMs: windowEndMs }, uuid)
    if (typeof increase === 'string') return { energyJ: null, reason: increase }
    energyJ += increase / 1000
  }
  return { energyJ }
}

/** One reading of a counter. */
export interface CounterValue {
  readonly timeMs: number
  readonly value: number
}

/**
 * By how much a counter grew over a span, in its own unit, interpolated at both edges between the readings beside it; or why that
 * is not known, in words that name `what`.
 */
export function counterIncrease(
  readings: readonly CounterValue[],
  { startMs, endMs }: Span,
  what: string,
): number | string {
  const own = readings.toSorted((a, b) => a.timeMs - b.timeMs)
  const start = valueAt(own, startMs)
  const end = valueAt(own, endMs)
  if (start === null || end === null) return `no counter readings of ${what} at both edges of the window`
  const between = own.filter(({ timeMs }) => timeMs > startMs - LONGEST_MS && timeMs < endMs + LONGEST_MS)
  const fell = between.some((reading, index) => index > 0 && reading.value < (between[index - 1] as CounterValue).value)
  if (fell || end < start) return `the counter of ${what} was reset during the window`
  // A window of seconds at any power has energy, so a constant counter does not count.
  return end === start ? `the counter of ${what} did not change` : end - start
}

/** Relative difference of the trapezoid from the counter; null if either is missing. */
export function disagreement(trapezoidJ: number | null, counterJ: number | null): number | null {
  return trapezoidJ === null || counterJ === null || counterJ <= 0 ? null : trapezoidJ / counterJ - 1
}

function valueAt(readings: readonly CounterValue[], timeMs: number): number | null {
  const after = readings.findIndex((reading) => reading.timeMs >= timeMs)
  const to = readings[after]
  if (!to) return null
  if (to.timeMs === timeMs) return to.value
  const from = readings[after - 1]
  if (!from || to.timeMs - from.timeMs > LONGEST_MS) return null
  return from.value + ((to.value - from.value) * (timeMs - from.timeMs)) / (to.timeMs - from.timeMs)
}
