import { median } from 'simple-statistics'

/** A monotone trend in a series: Kendall's S, its exact two-sided p, and the median slope per step. */
export interface Trend {
  /** Number of rising pairs - number of falling pairs. */
  readonly score: number
  readonly p: number
  /** Theil-Sen: median of all pairwise slopes, in the unit of the values per step. */
  readonly slope: number
}

/**
 * Kendall's test of a trend (Mann 1945, "Nonparametric tests against trend", Econometrica 13; slope: Sen 1968). The
 * null distribution is exact: all orders of n values equally likely, counted by inversions; ties count as neither,
 * which makes p a little too large. Null for fewer than 3 values.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const n = values.length
  if (n < 3) return null
  const slopes: number[] = []
  let score = 0
  for (let later = 1; later < n; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      const rise = values[later]! - values[earlier]!
      score += Math.sign(rise)
      slopes.push(rise / (later - earlier))
    }
  }
  return { score, p: Math.min(1, 2 * upperTail(n, Math.abs(score))), slope: median(slopes) }
}

/** P(S >= score) for n values in random order. S = pairs - 2 · inversions. */
export const upperTail = (n: number, score: number): number => upperShare(inversionShares(n), (n * (n - 1)) / 2, score)

/** Share of the orders of n values that have 0, 1, 2 … inversions (Mahonian numbers / n!). */
function inversionShares(n: number): number[] {
  let shares = [1]
  for (let size = 2; size <= n; size += 1) {
    const next = new Array<number>(shares.length + size - 1).fill(0)
    for (const [inversions, share] of shares.entries()) {
      for (let more = 0; more < size; more += 1) next[inversions + more]! += share / size
    }
    shares = next
  }
  return shares
}

/**
 * p of "each of these series is in random order" against "they rise together, or fall together": the sum of their scores S,
 * two-sided, by its exact distribution (the convolution of those of the series). Series of fewer than 2 values say nothing.
 */
export function jointTrendP(series: readonly (readonly number[])[]): number {
  let [score, pairs, shares] = [0, 0, [1]]
  for (const values of series) {
    score += scoreOf(values)
    pairs += (values.length * (values.length - 1)) / 2
    shares = convolved(shares, inversionShares(values.length))
  }
  return Math.min(1, 2 * upperShare(shares, pairs, Math.abs(score)))
}

/** Rising pairs - falling pairs. */
function scoreOf(values: readonly number[]): number {
  let score = 0
  for (let later = 1; later < values.length; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) score += Math.sign(values[later]! - values[earlier]!)
  }
  return score
}

/** P(pairs - 2 · inversions >= score), given the shares of 0, 1, 2 … inversions. */
const upperShare = (shares: readonly number[], pairs: number, score: number): number =>
  shares.reduce((sum, share, inversions) => (pairs - 2 * inversions >= score ? sum + share : sum), 0)

function convolved(a: readonly number[], b: readonly number[]): number[] {
  const sum = new Array<number>(a.length + b.length - 1).fill(0)
  for (const [i, left] of a.entries()) {
    for (const [j, right] of b.entries()) sum[i + j]! += left * right
  }
  return sum
}
