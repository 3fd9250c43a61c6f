import { mean, sampleStandardDeviation } from 'simple-statistics'
import { isKnown, knownOf, type Measured, reasonOf } from '../record/measured.ts'
import type { MetricResult } from '../record/schema/result.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { correlatedMean } from '../stats/correlated-mean.ts'
import { studentTQuantile } from '../stats/student-t.ts'
import { metrics, metricsOfKind } from './catalogue.ts'

/** p of the t quantile for a 95 % interval with a fixed number of trials. */
export const FIXED_QUANTILE = 0.975

/** How the interval of a mean over trials is made. */
export interface IntervalRule {
  /** p of the t quantile; it differs under sequential stopping (stopping.ts). */
  readonly quantile: number
  /** Whether trials count by their effective number (correlated-mean.ts), or as independent: starts, and older records. */
  readonly effectiveTrials: boolean
}

const independent: IntervalRule = { quantile: FIXED_QUANTILE, effectiveTrials: false }

/**
 * Mean over the trials with its 95 % t-interval (mean ± t(0.975, n-1) · the standard error of the mean) and n. A metric
 * missing in one trial is null with that trial's reason, because a mean over the others would be biased.
 */
export function metricResult(
  values: readonly Measured[],
  unit: string,
  quantile = FIXED_QUANTILE,
  effectiveTrials = false,
): MetricResult {
  const known = knownOf(values)
  const lacking = values.find((value) => !isKnown(value))
  if (known.length === 0 || lacking !== undefined) {
    const reason = (lacking === undefined ? null : reasonOf(lacking)) ?? 'no trial was run'
    return { mean: null, ci95: null, n: known.length, unit, reason }
  }
  const n = known.length
  const centre = mean(known)
  if (n < 2) return { mean: centre, ci95: null, n: 1, unit }
  const correlated = effectiveTrials ? correlatedMean(known) : null
  const t = studentTQuantile(quantile, n - 1)
  // older records must come out the same to the last digit
  const half =
    correlated === null ? (t * sampleStandardDeviation(known)) / Math.sqrt(n) : t * Math.sqrt(correlated.variance)
  const effective = correlated === null ? {} : { effectiveN: correlated.effectiveN }
  return { mean: centre, ci95: [centre - half, centre + half], n, ...effective, unit }
}

/** The `result` of a record from its trials: every metric of their kind. */
export function resultOf(trials: readonly Trial[], rule: IntervalRule = independent): RunRecord['result'] {
  const keys = metricsOfKind(trials[0]?.kind ?? 'text')
  const resultFor = (key: (typeof keys)[number]): MetricResult =>
    metricResult(trials.map(metrics[key].of), metrics[key].unit, rule.quantile, rule.effectiveTrials)
  return Object.fromEntries(keys.map((key) => [key, resultFor(key)]))
}

/** Half-width of the interval as a share of the mean; null without an interval. */
export function relativeHalfWidth(result: MetricResult | undefined): number | null {
  if (!result?.ci95 || result.mean === null || result.mean === 0) return null
  return (result.ci95[1] - result.ci95[0]) / 2 / Math.abs(result.mean)
}

/** Why a metric has no mean; null if it has one or is not in the record. */
export const reasonOfResult = (result: MetricResult | undefined): string | null =>
  result !== undefined && 'reason' in result ? result.reason : null
