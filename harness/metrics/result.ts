import { mean, sampleStandardDeviation } from 'simple-statistics'
import { isKnown, knownOf, type Measured, reasonOf } from '../record/measured.ts'
import type { Figure, RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { studentTQuantile } from '../stats/student-t.ts'
import { metrics, metricsOfKind } from './catalogue.ts'

/** p of the t quantile for a 95 % interval whose number of trials was fixed beforehand. */
export const FIXED_QUANTILE = 0.975

/**
 * Mean over the trials with its 95 % t-interval (mean ± t(0.975, n-1) · s/√n) and n. A metric that one trial lacks is
 * null with that trial's reason: a mean over the others would be a guess. `quantile` is the p of t where a run decided
 * after each trial whether it needed more (stopping.ts).
 */
export function figureOf(values: readonly Measured[], unit: string, quantile = FIXED_QUANTILE): Figure {
  const known = knownOf(values)
  const lacking = values.find((value) => !isKnown(value))
  if (known.length === 0 || lacking !== undefined) {
    const reason = (lacking === undefined ? null : reasonOf(lacking)) ?? 'no trial was run'
    return { mean: null, ci95: null, n: known.length, unit, reason }
  }
  const centre = mean(known)
  if (known.length < 2) return { mean: centre, ci95: null, n: 1, unit }
  const half = (studentTQuantile(quantile, known.length - 1) * sampleStandardDeviation(known)) / Math.sqrt(known.length)
  return { mean: centre, ci95: [centre - half, centre + half], n: known.length, unit }
}

/** The `result` of a record from its trials: every metric of their kind; `quantile` as in `figureOf`. */
export function resultOf(trials: readonly Trial[], quantile = FIXED_QUANTILE): RunRecord['result'] {
  const keys = metricsOfKind(trials[0]?.kind ?? 'text')
  const figureFor = (key: (typeof keys)[number]): Figure =>
    figureOf(trials.map(metrics[key].of), metrics[key].unit, quantile)
  return Object.fromEntries(keys.map((key) => [key, figureFor(key)]))
}

/** Half-width of the interval as a share of the mean; null when there is none. */
export function relativeHalfWidth(figure: Figure | undefined): number | null {
  if (!figure?.ci95 || figure.mean === null || figure.mean === 0) return null
  return (figure.ci95[1] - figure.ci95[0]) / 2 / Math.abs(figure.mean)
}

/** Why a metric has no mean; null where it has one, or is not in the record at all. */
export const reasonOfFigure = (figure: Figure | undefined): string | null =>
  figure !== undefined && 'reason' in figure ? figure.reason : null
