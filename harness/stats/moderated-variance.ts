import { mean, median, sampleVariance } from 'simple-statistics'
import { digamma, trigamma, trigammaInverse } from './gamma-derivatives.ts'
import type { VariancePart } from './welch.ts'

/** What the variances of many equal units say about one of them. */
export interface VariancePrior extends VariancePart {
  /** Degrees of all variances together: no variance is known better. */
  readonly mostDegrees: number
}

/** A variance of exactly 0 has no logarithm; it counts as this share of the median. */
const SMALLEST_SHARE = 1e-5

/**
 * The distribution of the variances of many units (machines, cards), each seen through a few values: a scaled inverse
 * chi-square with `variance` as its centre, which is worth `degrees` observations. Units that differ in their spread by
 * more than chance give few degrees; equal ones give infinitely many. Moments of the logarithm: Smyth 2004, "Linear models
 * and empirical Bayes methods for assessing differential expression", Statistical Applications in Genetics and Molecular
 * Biology 3, section 6.2. Parts without degrees are ignored. Null for no part with degrees, or without any spread.
 */
export function variancePrior(parts: readonly VariancePart[]): VariancePrior | null {
  const seen = parts.filter(({ degrees }) => degrees > 0)
  if (seen.length === 0) return null
  const mostDegrees = seen.reduce((sum, { degrees }) => sum + degrees, 0)
  const pooled = seen.reduce((sum, { variance, degrees }) => sum + variance * degrees, 0) / mostDegrees
  if (pooled === 0) return null
  if (seen.length === 1) return { variance: pooled, degrees: mostDegrees, mostDegrees }
  const typical = median(seen.map(({ variance }) => variance))
  const least = SMALLEST_SHARE * (typical > 0 ? typical : pooled)
  const logs = seen.map(
    ({ variance, degrees }) => Math.log(Math.max(variance, least)) - digamma(degrees / 2) + Math.log(degrees / 2),
  )
  const beyond = sampleVariance(logs) - mean(seen.map(({ degrees }) => trigamma(degrees / 2)))
  if (beyond <= 0) return { variance: pooled, degrees: Number.POSITIVE_INFINITY, mostDegrees }
  const degrees = 2 * trigammaInverse(beyond)
  return { variance: Math.exp(mean(logs) + digamma(degrees / 2) - Math.log(degrees / 2)), degrees, mostDegrees }
}

/**
 * The variance of one unit, moderated by that of all (Smyth 2004, equation for s̃²): (d₀s₀² + ds²) / (d₀ + d) with
 * d₀ + d degrees, but never more degrees than all units have together.
 */
export function moderatedVariance({ variance, degrees }: VariancePart, prior: VariancePrior): VariancePart {
  const total = Math.min(prior.degrees + degrees, prior.mostDegrees)
  if (!Number.isFinite(prior.degrees)) return { variance: prior.variance, degrees: total }
  const both = prior.degrees + degrees
  return { variance: (prior.degrees * prior.variance + degrees * variance) / both, degrees: total }
}
