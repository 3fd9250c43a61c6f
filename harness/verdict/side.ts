import { mean, sampleVariance } from 'simple-statistics'
import { studentTQuantile } from '../stats/student-t.ts'
import type { Contrast, Estimate, VariancePart } from '../stats/welch.ts'

/** The data of one side of a comparison for one metric: trial values by run. A run is one start of the server. */
export type SideValues = readonly (readonly (number | null)[])[]

/** A side's estimate, or one sentence why there is none. */
export type SideEstimate =
  | { readonly estimate: Estimate; readonly trials: number; readonly runs: number; readonly notes: readonly string[] }
  | { readonly estimate: null; readonly trials: number; readonly runs: number; readonly reason: string }

/**
 * Allowance for the spread between starts of one server: standard deviation as a share of the value. Trials of one run
 * share a start, so their spread cannot show it. It is used with fewer than three runs per side, alone or together with
 * two runs. The evidence is weak: fresh deployments of one workload on two hosts were 0.4 and 0.7 % apart in P99 latency
 * (vllm-project/vllm#42484), which is 0.3 to 0.5 % per start. Three runs per side replace it by the measured spread.
 */
export const RESTART_SHARE = 0.003

/** From this many runs on, the spread between runs is used, at first together with the allowance. */
export const RUNS_THAT_SHOW_RESTARTS = 2
/** From this many runs on, no allowance is required. */
const RUNS_THAT_NEED_NO_ALLOWANCE = 3
/**
 * Degrees of freedom given to the variance explained by trials and allowance, beside the spread of two runs. Chosen by
 * simulation (`npm run bench:verdict` prints its rows): with the spread of two runs alone (one degree), a 5 % loss is
 * detected in less than half of all pairs; with a fixed allowance, intervals cover the true value in 82 % of pairs when
 * starts differ by three times the allowance. With this weight both are better: all pairs, and 89 %.
 */
const ALLOWANCE_DEGREES = 2

/**
 * Mean of one side and the parts of its variance.
 *
 * Three runs or more: mean of the run means, spread between them with runs - 1 degrees (repetition at the highest
 * level that varies: Kalibera and Jones 2013, "Rigorous benchmarking in reasonable time", ISMM).
 * Two runs: the spread between them, with one degree, and the variance explained by trials and allowance, weighted by
 * their degrees (a moderated variance: Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3).
 * One run: its s²/n with n - 1 degrees, plus the allowance for restarts as a known variance.
 */
export function estimateSide(values: SideValues, restartShare = RESTART_SHARE): SideEstimate {
  const runs = values.length
  const trials = values.reduce((sum, run) => sum + run.length, 0)
  const none = (reason: string): SideEstimate => ({ estimate: null, trials, runs, reason })
  if (trials === 0) return none('no trials')
  const known = values.map((run) => run.filter((value) => value !== null))
  const missing = trials - known.reduce((sum, run) => sum + run.length, 0)
  if (missing > 0) return none(missing === trials ? 'not measured' : `not measured in ${missing} of ${trials} trials`)
  const means = known.filter((run) => run.length > 0).map((run) => mean(run))
  const centre = mean(means)
  const found = (parts: Estimate['parts'], notes: readonly string[] = []): SideEstimate => ({
    estimate: { mean: centre, parts },
    trials,
    runs,
    notes,
  })
  const between = means.length > 1 ? sampleVariance(means) : 0
  const betweenRuns = { variance: between / means.length, degrees: means.length - 1 }
  if (means.length >= RUNS_THAT_NEED_NO_ALLOWANCE) return found([betweenRuns])
  if (known.some((run) => run.length < 2)) return none('one trial in a run has no spread; at least 2 are required')

  const within = known.map((run) => ({
    variance: sampleVariance(run) / run.length / known.length ** 2,
    degrees: run.length - 1,
  }))
  const allowance = { variance: (restartShare * centre) ** 2 / known.length, degrees: Number.POSITIVE_INFINITY }
  const explained = [...within, allowance]
  if (means.length < RUNS_THAT_SHOW_RESTARTS) return found(explained)
  const notes = disagree(means, explained) ? ['its two runs differ by more than trials and restarts explain'] : []
  return found([moderated(betweenRuns, explained)], notes)
}

/** The variance between runs, moderated by the explained variance. */
function moderated(shown: VariancePart, explained: readonly VariancePart[]): VariancePart {
  const expected = explained.reduce((sum, part) => sum + part.variance, 0)
  const degrees = shown.degrees + ALLOWANCE_DEGREES
  return { variance: (shown.degrees * shown.variance + ALLOWANCE_DEGREES * expected) / degrees, degrees }
}

/** Whether two run means differ by more than the parts of their common variance explain, tested at 1 %. */
function disagree(means: readonly number[], parts: Estimate['parts']): boolean {
  // the mean of two runs has a quarter of the variance of their difference
  const variance = 4 * parts.reduce((sum, part) => sum + part.variance, 0)
  const doubt = parts.reduce((sum, part) => sum + (4 * part.variance) ** 2 / part.degrees, 0)
  const degrees: Contrast['degrees'] = doubt > 0 ? Math.min(variance ** 2 / doubt, 10_000) : 10_000
  return Math.abs(means[0]! - means[1]!) > studentTQuantile(0.995, degrees) * Math.sqrt(variance)
}
