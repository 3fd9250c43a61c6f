import { mean, sampleVariance } from 'simple-statistics'
import { correlatedMean } from '../stats/correlated-mean.ts'
import { jointTrendP } from '../stats/kendall.ts'
import { studentTQuantile } from '../stats/student-t.ts'
import type { Contrast, Estimate, VariancePart } from '../stats/welch.ts'
import { counted } from '../units.ts'
import { type ObservedStarts, observedStarts, pooledSpread, type SideValues, varianceOfStart } from './starts.ts'
import { STARTS_PER_SIDE } from './starts-per-side.ts'

/** A side's estimate, or one sentence why there is none. */
export type SideEstimate =
  | { readonly estimate: Estimate; readonly trials: number; readonly runs: number; readonly notes: readonly string[] }
  | { readonly estimate: null; readonly trials: number; readonly runs: number; readonly reason: string }

/**
 * Allowance for the spread between starts of one server: standard deviation as a share of the value. Trials of one run
 * share a start, so their spread cannot show it. It is used with two runs per side, together with theirs. The evidence is
 * weak: fresh deployments of one workload on two hosts were 0.4 and 0.7 % apart in P99 latency (vllm-project/vllm#42484),
 * which is 0.3 to 0.5 % per start. Three runs per side replace it by the measured spread.
 */
export const RESTART_SHARE = 0.003
/** The same for one run: nothing on that side checks the allowance, so it is a bound, twice the usual spread. */
export const ONE_START_SHARE = 2 * RESTART_SHARE

/** From this many runs on, the spread between runs is used, at first together with the allowance. */
const RUNS_THAT_SHOW_RESTARTS = 2
/**
 * Degrees of freedom given to the variance explained by trials and allowance, beside the spread of two runs. Chosen by
 * simulation (`npm run bench:verdict` prints its rows): with the spread of two runs alone (one degree), a 5 % loss is
 * detected in less than half of all pairs; with a fixed allowance, intervals cover the true value in 82 % of pairs when
 * starts differ by three times the allowance. With this weight both are better: all pairs, and 89 %.
 */
const ALLOWANCE_DEGREES = 2
/** Trials that rise or fall together in every run, at this level, were not measured on a settled server. */
const TREND_LEVEL = 0.05

/**
 * Mean of one side and the parts of its variance. `known` is what other starts of this server showed: those of the suite's
 * other scenarios, and those of earlier baselines.
 *
 * Three runs or more: mean of the run means, spread between them (repetition at the highest level that varies: Kalibera
 * and Jones 2013, "Rigorous benchmarking in reasonable time", ISMM), pooled with what is known (`varianceOfStart`).
 * Two runs: the spread between them, with one degree, and the variance explained by trials and allowance, weighted by
 * their degrees (a moderated variance: Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3).
 * One run: the variance of the mean of its trials, which are correlated, with n - 1 degrees, and the spread between starts
 * that is known, or else a bound, which the trials of one start cannot show.
 */
export function estimateSide(values: SideValues, known: readonly ObservedStarts[] = []): SideEstimate {
  const runs = values.length
  const trials = values.reduce((sum, run) => sum + run.length, 0)
  const none = (reason: string): SideEstimate => ({ estimate: null, trials, runs, reason })
  if (trials === 0) return none('no trials')
  const numbers = values.map((run) => run.filter((value) => value !== null))
  const missing = trials - numbers.reduce((sum, run) => sum + run.length, 0)
  if (missing > 0)
    return none(missing === trials ? 'not measured' : `not measured in ${missing} of ${counted(trials, 'trial')}`)
  const measured = numbers.filter((run) => run.length > 0)
  const means = measured.map((run) => mean(run))
  const centre = mean(means)
  const found = (parts: Estimate['parts'], notes: readonly string[] = []): SideEstimate => {
    const unsettled = trendOf(measured, centre)
    const trend =
      unsettled === null
        ? []
        : [
            `its trials ${unsettled > 0 ? 'rise' : 'fall'} in every start; the interval is widened by what that can change`,
          ]
    const more = unsettled === null ? [] : [{ variance: unsettled ** 2, degrees: Number.POSITIVE_INFINITY }]
    return { estimate: { mean: centre, parts: [...parts, ...more] }, trials, runs, notes: [...notes, ...trend] }
  }
  const between = means.length > 1 ? sampleVariance(means) : 0
  const betweenRuns = { variance: between / means.length, degrees: means.length - 1 }
  if (means.length >= STARTS_PER_SIDE) {
    const own = observedStarts(values)
    if (own === null) return found([betweenRuns])
    const { variance, degrees } = varianceOfStart(own, known)
    return found([{ variance: (variance * centre ** 2) / means.length, degrees }])
  }
  if (measured.some((run) => run.length < 2)) return none('one trial in a run has no spread; at least 2 are required')
  return means.length < RUNS_THAT_SHOW_RESTARTS
    ? found(partsOfOneRun(measured[0]!, centre, known))
    : found(...partsOfTwoRuns(measured, betweenRuns, known))
}

function partsOfOneRun(run: readonly number[], centre: number, known: readonly ObservedStarts[]): Estimate['parts'] {
  const spread = pooledSpread(known)
  const share = spread === null ? ONE_START_SHARE : Math.max(RESTART_SHARE, spread.share)
  return [
    { variance: correlatedMean(run)?.variance ?? 0, degrees: run.length - 1 },
    { variance: (share * centre) ** 2, degrees: spread?.degrees ?? Number.POSITIVE_INFINITY },
  ]
}

function partsOfTwoRuns(
  runs: readonly (readonly number[])[],
  betweenRuns: VariancePart,
  known: readonly ObservedStarts[],
): [Estimate['parts'], readonly string[]] {
  const means = runs.map((run) => mean([...run]))
  const within = runs.map((run) => ({
    variance: sampleVariance([...run]) / run.length / runs.length ** 2,
    degrees: run.length - 1,
  }))
  const share = Math.max(RESTART_SHARE, pooledSpread(known)?.share ?? 0)
  const allowance = { variance: (share * mean(means)) ** 2 / runs.length, degrees: Number.POSITIVE_INFINITY }
  const explained = [...within, allowance]
  const notes = disagree(means, explained) ? ['its two runs differ by more than trials and restarts explain'] : []
  return [[moderated(betweenRuns, explained)], notes]
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

/**
 * How far the mean may be off because the server was still warming up or slowing down: the second half of the trials - all of
 * them, where the trials of every run rise together or fall together. Starts that all begin cold agree with each other, so
 * their spread does not show it. Null without a trend.
 */
function trendOf(runs: readonly (readonly number[])[], centre: number): number | null {
  if (jointTrendP(runs) > TREND_LEVEL) return null
  return mean(runs.map((run) => mean(run.slice(Math.floor(run.length / 2))))) - centre
}
