import type { Figure, RunRecord } from '../record/schema/run.ts'
import type { Scenario } from '../scenario/schema.ts'
import { headlineMetric } from './headline.ts'
import { FIXED_QUANTILE, relativeHalfWidth } from './result.ts'

/** How many trials a run may have: `fewest` before the first look at the interval, `most` at the latest. */
export interface TrialBounds {
  readonly fewest: number
  readonly most: number
}

/**
 * p of the t quantile once a run went on past its first look. Looking again after each trial and stopping when the
 * interval is narrow favours trials that happen to agree: a plain 95 % interval then holds the truth in as few as
 * 90.7 % of runs (trial spread 3 %), 92.5 % at 2 %. With this quantile it is 94 to 96 % at any spread, for 0.1 to 0.8
 * more trials a run; `npm run bench:verdict` prints both. The interval that is shown is the interval that is judged.
 * (That sequential fixed-width intervals under-cover in small samples: Anscombe 1953, J. Royal Statistical Society B 15.)
 */
export const SEQUENTIAL_QUANTILE = 0.99

/** Bounds of a run: the scenario's, or the number that a person fixed. */
export function trialBounds(certainty: Scenario['certainty'], fixed: number | null): TrialBounds {
  return fixed === null ? { fewest: certainty.minTrials, most: certainty.maxTrials } : { fewest: fixed, most: fixed }
}

/** p of the t quantile that makes a 95 % interval of `trials` trials, given how often the run has looked. */
export function intervalQuantile(trials: number, bounds: TrialBounds): number {
  return trials > bounds.fewest ? SEQUENTIAL_QUANTILE : FIXED_QUANTILE
}

/** Whether the figure is certain enough: half of its interval within the target, a share. Null without an interval. */
export function isCertain(figure: Figure | undefined, target: number): boolean | null {
  const half = relativeHalfWidth(figure)
  return half === null ? null : half <= target
}

/** Whether a run may stop: enough trials, and the headline figure certain; or as many trials as it may have. */
export function mayStop(record: Pick<RunRecord, 'scenario' | 'trials' | 'result'>, bounds: TrialBounds): boolean {
  const { scenario, trials, result } = record
  if (trials.length >= bounds.most) return true
  return (
    trials.length >= bounds.fewest && isCertain(result[headlineMetric(scenario)], scenario.certainty.target) === true
  )
}
