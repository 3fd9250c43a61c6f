import { median } from 'simple-statistics'
import { upperTail } from './kendall.ts'

/** A slope with its interval, in the unit of y per unit of x. */
export interface Slope {
  readonly slope: number
  readonly low: number
  readonly high: number
}

/** Two-sided level of the interval. */
const LEVEL = 0.05

/**
 * Theil-Sen: the median of the slopes between all pairs of points, with the 95 % interval of Sen (1968, "Estimates of the
 * regression coefficient based on Kendall's tau", JASA 63): the pair slopes whose ranks are the quantiles of Kendall's S,
 * exact up to any n. One value in ten that is wrong moves it little. Pairs with equal x are skipped. Null for fewer than
 * five points, which no interval of this level can hold.
 */
export function theilSen(points: readonly { readonly x: number; readonly y: number }[]): Slope | null {
  const slopes = points
    .flatMap((one, at) =>
      points.slice(at + 1).flatMap((other) => (other.x === one.x ? [] : [(other.y - one.y) / (other.x - one.x)])),
    )
    .toSorted((a, b) => a - b)
  const critical = criticalScore(points.length)
  if (critical === null || slopes.length === 0) return null
  const skip = Math.max(0, Math.floor((slopes.length - critical) / 2) - 1)
  return {
    slope: median(slopes),
    low: slopes[skip] as number,
    high: slopes[slopes.length - 1 - skip] as number,
  }
}

/** The smallest S with P(S >= it) within half the level; null where no order of n values is that rare. */
function criticalScore(n: number): number | null {
  const most = (n * (n - 1)) / 2
  // S has the parity of the number of pairs
  for (let score = most % 2; score <= most; score += 2) {
    if (upperTail(n, score) <= LEVEL / 2) return score - 2
  }
  return null
}
