import type { Percentiles } from '../record/schema/trial.ts'
import { p95Of, p99Of, percentilesBySorting } from './percentiles.ts'

/** A value that counts by a weight above 0. */
export interface Weighted {
  readonly value: number
  readonly weight: number
}

/** Many values of weight 1, and some of another weight. */
interface WeightedValues {
  /** Sorted in place. */
  readonly ones: Float64Array
  readonly others: readonly Weighted[]
}

/**
 * p50, p90, p95, p99, mean and maximum of weighted values, as in percentiles.ts where all weights are 1; n is the number of
 * values, whatever their weights. Each is missing for `reason` if there are none.
 */
export function weightedPercentiles({ ones, others }: WeightedValues, reason: string): Percentiles {
  if (others.length === 0) return percentilesBySorting(ones, reason)
  const n = ones.length + others.length
  const [p50, p90, p95, p99, max] = weightedQuantiles({ ones, others }, [0.5, 0.9, 0.95, 0.99, 1]) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const weights = others.reduce((sum, { weight }) => sum + weight, ones.length)
  const sum = others.reduce((total, { value, weight }) => total + value * weight, sumOf(ones))
  return {
    p50,
    p90,
    p95: p95Of(n, p95),
    p99: p99Of(n, p99),
    mean: sum / weights,
    max,
    n,
  }
}

/**
 * Quantiles of weighted values at these shares, which rise in [0, 1]. The rank of a value is the weight below it / (the
 * weight below and above it), with linear interpolation between ranks: type 7 of Hyndman and Fan where all weights are
 * equal. Empty where there are no values.
 */
export function weightedQuantiles({ ones, others }: WeightedValues, shares: readonly number[]): number[] {
  const whole = ones.sort()
  const parts = [...others].sort((a, b) => a.value - b.value)
  const count = whole.length + parts.length
  if (count === 0) return []
  const total = parts.reduce((sum, { weight }) => sum + weight, whole.length)
  const found: number[] = []
  let [atWhole, atPart, below] = [0, 0, 0]
  let last = { value: Number.NaN, rank: 0 }
  for (let index = 0; index < count && found.length < shares.length; index += 1) {
    const part = parts[atPart]
    const isPart = part !== undefined && !((whole[atWhole] ?? Number.POSITIVE_INFINITY) <= part.value)
    const { value, weight } = isPart ? part : { value: whole[atWhole] as number, weight: 1 }
    if (isPart) atPart += 1
    else atWhole += 1
    // the highest rank is 1, whatever rounding left of the sums
    const rank = index === count - 1 ? 1 : index === 0 ? 0 : below / (total - weight)
    while (found.length < shares.length && (shares[found.length] as number) <= rank) {
      found.push(between(last, { value, rank }, shares[found.length] as number))
    }
    below += weight
    last = { value, rank }
  }
  return found
}

interface Ranked {
  readonly value: number
  readonly rank: number
}

function between(low: Ranked, high: Ranked, share: number): number {
  if (Number.isNaN(low.value) || high.rank <= low.rank || share >= high.rank) return high.value
  return low.value + (high.value - low.value) * ((share - low.rank) / (high.rank - low.rank))
}

function sumOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
