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
export function upperTail(n: number, score: number): number {
  const shares = inversionShares(n)
  const pairs = (n * (n - 1)) / 2
  return shares.reduce((sum, share, inversions) => (pairs - 2 * inversions >= score ? sum + share : sum), 0)
}

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
