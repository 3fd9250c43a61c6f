import type { CounterRow } from '../record/rows.ts'

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
    const own = readings.filter((reading) => reading.uuid === uuid).toSorted((a, b) => a.timeMs - b.timeMs)
    const start = valueAt(own, windowStartMs)
    const end = valueAt(own, windowEndMs)
    if (start === null || end === null)
      return { energyJ: null, reason: `no counter readings of ${uuid} at both edges of the window` }
    const between = own.filter(({ timeMs }) => timeMs > windowStartMs - LONGEST_MS && timeMs < windowEndMs + LONGEST_MS)
    const fell = between.some(
      (reading, index) => index > 0 && reading.energyMj < (between[index - 1] as CounterRow).energyMj,
    )
    if (fell || end < start) return { energyJ: null, reason: `the counter of ${uuid} was reset during the window` }
    // A window of seconds at any power has energy, so a constant counter does not count.
    if (end === start) return { energyJ: null, reason: `the counter of ${uuid} did not change` }
    energyJ += (end - start) / 1000
  }
  return { energyJ }
}

/** Relative difference of the trapezoid from the counter; null if either is missing. */
export function disagreement(trapezoidJ: number | null, counterJ: number | null): number | null {
  return trapezoidJ === null || counterJ === null || counterJ <= 0 ? null : trapezoidJ / counterJ - 1
}

function valueAt(readings: readonly CounterRow[], timeMs: number): number | null {
  const after = readings.findIndex((reading) => reading.timeMs >= timeMs)
  const to = readings[after]
  if (!to) return null
  if (to.timeMs === timeMs) return to.energyMj
  const from = readings[after - 1]
  if (!from || to.timeMs - from.timeMs > LONGEST_MS) return null
  return from.energyMj + ((to.energyMj - from.energyMj) * (timeMs - from.timeMs)) / (to.timeMs - from.timeMs)
}
