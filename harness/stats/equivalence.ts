import { contrast, type Estimate, pAbove } from './welch.ts'

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
