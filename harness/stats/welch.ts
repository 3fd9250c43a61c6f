import { studentTCdf, studentTQuantile } from './student-t.ts'

/** One independent part of the variance of a mean. `degrees` is Infinity for a part that is known, not estimated. */
export interface VariancePart {
  readonly variance: number
  readonly degrees: number
}

/** A mean with the parts of its variance, in the squared unit of the mean; the parts add up. */
export interface Estimate {
  readonly mean: number
  readonly parts: readonly VariancePart[]
}

/** `candidate - factor · baseline` with its standard error, in the unit of the means. */
export interface Contrast {
  readonly difference: number
  readonly standardError: number
  readonly degrees: number
}

/** Beyond this many degrees t and normal quantiles agree to 0.01 %, and the incomplete beta is slow. */
const MOST_DEGREES = 10_000

/**
 * Difference of two independent means whose variances may differ. Degrees of freedom after Welch (1947, "The
 * generalization of Student's problem", Biometrika 34) and Satterthwaite (1946): (Σ vᵢ)² / Σ(vᵢ²/νᵢ) over all parts.
 * `factor` scales the baseline, so that a hypothesis about a ratio is one about a difference (Sasabuchi 1980).
 */
export function contrast(candidate: Estimate, baseline: Estimate, factor = 1): Contrast {
  const parts = [
    ...candidate.parts,
    ...baseline.parts.map(({ variance, degrees }) => ({ variance: variance * factor ** 2, degrees })),
  ]
  const variance = parts.reduce((sum, part) => sum + part.variance, 0)
  const doubt = parts.reduce((sum, part) => sum + part.variance ** 2 / part.degrees, 0)
  return {
    difference: candidate.mean - factor * baseline.mean,
    standardError: Math.sqrt(variance),
    degrees: doubt > 0 ? Math.min(variance ** 2 / doubt, MOST_DEGREES) : MOST_DEGREES,
  }
}

/** p of "the difference is 0" against "it is not"; 0 or 1 without any spread. */
export function pTwoSided({ difference, standardError, degrees }: Contrast): number {
  if (standardError === 0) return difference === 0 ? 1 : 0
  return 2 * (1 - studentTCdf(Math.abs(difference) / standardError, degrees))
}

/** p of "the difference is not above 0" against "it is". */
export function pAbove({ difference, standardError, degrees }: Contrast): number {
  if (standardError === 0) return difference > 0 ? 0 : 1
  return 1 - studentTCdf(difference / standardError, degrees)
}

/** Interval of the difference at a confidence in (0, 1), low end first. */
export function intervalOf({ difference, standardError, degrees }: Contrast, confidence = 0.95): [number, number] {
  const half = standardError === 0 ? 0 : studentTQuantile((1 + confidence) / 2, degrees) * standardError
  return [difference - half, difference + half]
}

/**
 * p of "candidate / baseline lies outside 1 ± margin" against "inside": two one-sided tests, the larger p of the two
 * (Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power approach", J. Pharmacokinetics
 * and Biopharmaceutics 15). Each is a test of a contrast, so that the baseline's own uncertainty is in the margin
 * (Sasabuchi 1980; Hauschke, Kieser, Diletti and Burke 1999, Statistics in Medicine 18). Means must be positive.
 */
export function equivalenceP(candidate: Estimate, baseline: Estimate, margin: number): number {
  const aboveLow = pAbove(contrast(candidate, baseline, 1 - margin))
  const high = contrast(candidate, baseline, 1 + margin)
  const belowHigh = pAbove({ ...high, difference: -high.difference })
  return Math.max(aboveLow, belowHigh)
}
