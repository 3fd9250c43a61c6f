import type { RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { embeddingsMetrics } from './embeddings-metrics.ts'
import { imageMetrics, trainingMetrics } from './job-metrics.ts'
import type { Comparison, Metric, ScenarioShape } from './metric.ts'
import { sharedMetrics } from './shared-metrics.ts'
import { textMetrics } from './text-metrics.ts'

/**
 * Every metric of a run, declared once, in display order. `result` of the record, comparisons, the summary of a run, the
 * report, quotes, progress and docs/metrics.md are made from it.
 */
const declared = { ...textMetrics, ...imageMetrics, ...embeddingsMetrics, ...trainingMetrics, ...sharedMetrics }

export type MetricKey = keyof typeof declared

/** The metrics by key. */
export const metrics: Readonly<Record<MetricKey, Metric>> = declared

/** All keys, in display order. */
export const metricKeys = Object.keys(declared) as readonly MetricKey[]

/** The name of a metric with its display unit, such as "Energy efficiency (tokens/J)". */
export function labelOf(key: MetricKey): string {
  const { label, unit, shownAs } = metrics[key]
  const shown = shownAs?.unit ?? unit
  return shown === '1' ? label : `${label} (${shown})`
}

/** The metrics of a kind of run. */
export const metricsOfKind = (kind: Trial['kind']): MetricKey[] =>
  metricKeys.filter((key) => metrics[key].kinds.includes(kind))

/**
 * The main metrics of a scenario, in the order in which they are shown. Of those that many machines do not tell only the ones that one
 * of `results` has.
 */
export const summaryMetrics = (scenario: ScenarioShape, results: readonly RunRecord['result'][]): MetricKey[] =>
  shownOrder(scenario, (metric) => metric.inSummary).filter(
    (key) =>
      !metrics[key].shownIfKnown || results.some((result) => result[key] !== undefined && result[key].mean !== null),
  )

/** The metrics of a scenario that a quote may promise: those with a better direction, so that an interval has a conservative end. */
export const quotedMetrics = (scenario: ScenarioShape): MetricKey[] =>
  shownOrder(scenario, (metric) => metric.inQuote && metric.better !== null)

/** A compared metric. */
export type ComparedMetric = Metric & { readonly comparison: Comparison; readonly better: 'higher' | 'lower' }

/** A metric with its comparison settings. Throws TypeError for one that is not compared. */
export function comparedMetric(key: MetricKey): ComparedMetric {
  const { comparison, better, ...rest } = metrics[key]
  if (comparison === undefined || better === null) throw new TypeError(`${key} is not compared`)
  return { ...rest, comparison, better }
}

/** The compared metrics of a scenario, in display order. */
export const comparedMetrics = (scenario: ScenarioShape): MetricKey[] =>
  shownOrder(scenario, (metric) => metric.comparison !== undefined && metric.better !== null)

/** The metric that is shown before all others, where the scenario has one besides its headline: TTFT from schedule. */
export const leadingMetric = (scenario: ScenarioShape): MetricKey | null =>
  metricKeys.find((key) => suits(metrics[key], scenario) && metrics[key].leads?.(scenario)) ?? null

/** Metrics of a scenario in display order, those that lead it first. */
function shownOrder(scenario: ScenarioShape, isShown: (metric: Metric) => boolean): MetricKey[] {
  const keys = metricKeys.filter((key) => isShown(metrics[key]) && suits(metrics[key], scenario))
  const leads = (key: MetricKey) => metrics[key].leads?.(scenario) ?? false
  return [...keys.filter(leads), ...keys.filter((key) => !leads(key))]
}

const suits = ({ kinds, suits: only }: Metric, scenario: ScenarioShape): boolean =>
  kinds.includes(scenario.kind) && (only?.(scenario) ?? true)
