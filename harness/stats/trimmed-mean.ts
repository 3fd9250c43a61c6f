import { mean, sampleVariance } from 'simple-statistics'
import type { Estimate } from './welch.ts'

/** Share of the values that is left out at each end. */
const TRIMMED = 1 / 8

/** Values that are left out at each end of `n`: none below 8, five of 40. */
export const trimmedAtEnd = (n: number): number => Math.floor(n * TRIMMED)

/**
 * Mean of the middle values, an eighth left out at each end, with the variance of that mean by the Winsorised values and
 * n - 2g - 1 degrees (Tukey and McLaughlin 1963, Sankhya A 25; Yuen 1974, "The two-sample trimmed t for unequal population
 * variances", Biometrika 61). Of fewer than 8 values it is the plain mean. One value that is far off neither moves it nor
 * hides a shift of all others. Null for fewer than two values.
 */
export function trimmedMean(values: readonly number[]): Estimate | null {
  const n = values.length
  if (n < 2) return null
  const g = trimmedAtEnd(n)
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[g]!, sorted[n - 1 - g]!]
  const winsorised = sorted.map((value) => Math.min(high, Math.max(low, value)))
  const variance = sampleVariance(winsorised) / (n * (1 - (2 * g) / n) ** 2)
  return { mean: mean(sorted.slice(g, n - g)), parts: [{ variance, degrees: n - 2 * g - 1 }] }
}
