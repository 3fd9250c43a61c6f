import { max, mean } from 'simple-statistics'
import type { Percentiles } from '../record/schema/trial.ts'

/** Under this many samples a 99th percentile is one or two samples: it is not given. */
export const MIN_SAMPLES_FOR_P99 = 100

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

/** p50, p90, p99, mean and maximum of values in any order, with n. */
export function percentilesOf(values: Iterable<number>): Percentiles {
  return percentilesBySorting(Float64Array.from(values))
}

/** The same of values that may be put in order where they are: a million of them need no second copy. */
export function percentilesBySorting(values: Float64Array): Percentiles {
  const sorted = values.sort()
  const n = sorted.length
  if (n === 0) return { p50: null, p90: null, p99: null, mean: null, max: null, n }
  const list = sorted as unknown as number[]
  return {
    p50: percentileSorted(sorted, 0.5),
    p90: percentileSorted(sorted, 0.9),
    p99: n < MIN_SAMPLES_FOR_P99 ? null : percentileSorted(sorted, 0.99),
    mean: mean(list),
    max: max(list),
    n,
  }
}
