import { max, mean } from 'simple-statistics'
import { type Measured, missing } from '../record/measured.ts'
import type { Percentiles } from '../record/schema/trial.ts'
import { counted } from '../units.ts'

/** With fewer samples a 99th percentile rests on one or two of them, so it is not given. */
export const MIN_SAMPLES_FOR_P99 = 100
/** The same for a 95th percentile: one sample of twenty lies above it. */
export const MIN_SAMPLES_FOR_P95 = 20

/**
 * Percentile of sorted values by linear interpolation between the two nearest ranks (type 7 of Hyndman and Fan 1996:
 * numpy's and vLLM's rule). `share` in [0, 1]. Null when there are no values.
 */
export function percentileSorted(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null
  const rank = share * (sorted.length - 1)
  const below = Math.floor(rank)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (rank - below)
}

/** p50, p90, p95, p99, mean and maximum of values in any order, with n; each is missing for `reason` if there are none. */
export function percentilesOf(values: Iterable<number>, reason = 'no values'): Percentiles {
  return percentilesBySorting(Float64Array.from(values), reason)
}

/** The same for values that may be sorted in place, which saves a copy of a million values. */
export function percentilesBySorting(values: Float64Array, reason: string): Percentiles {
  const sorted = values.sort()
  const n = sorted.length
  if (n === 0) return noPercentiles(reason)
  const list = sorted as unknown as number[]
  return {
    p50: percentileSorted(sorted, 0.5)!,
    p90: percentileSorted(sorted, 0.9)!,
    p95: p95Of(n, percentileSorted(sorted, 0.95)!),
    p99: p99Of(n, percentileSorted(sorted, 0.99)!),
    mean: mean(list),
    max: max(list),
    n,
  }
}

/** A p95 of `n` values, or why there is none. */
export const p95Of = (n: number, value: number): Measured =>
  n < MIN_SAMPLES_FOR_P95 ? missing(tooFew(n, 'p95', MIN_SAMPLES_FOR_P95)) : value

/** A p99 of `n` values, or why there is none. */
export const p99Of = (n: number, value: number): Measured =>
  n < MIN_SAMPLES_FOR_P99 ? missing(tooFew(n, 'p99', MIN_SAMPLES_FOR_P99)) : value

const tooFew = (n: number, percentile: string, needs: number): string =>
  `${counted(n, 'request')} in the window; a ${percentile} needs ${needs}`

/** Percentiles without values, each missing for this reason. */
export function noPercentiles(reason: string): Percentiles {
  const none = missing(reason)
  return { p50: none, p90: none, p95: none, p99: none, mean: none, max: none, n: 0 }
}
