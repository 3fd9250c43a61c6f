import { type Measured, missing } from '../record/measured.ts'
import type { Trial } from '../record/schema/trial.ts'
import type { Scenario, TextScenario } from '../scenario/schema.ts'

type Kind = Trial['kind']

/** The fields of a scenario that decide which metrics it has. */
export type ScenarioShape = Pick<Scenario, 'kind' | 'load'> & Partial<Pick<TextScenario, 'prompt'>>

/** How a comparison of two sides tests a metric. */
export interface Comparison {
  /** Metrics that are one quantity in two forms share a hypothesis, which counts once in the Holm adjustment. */
  readonly hypothesis: string
  /** Whether a loss in it is a regression of the server. Not for power, because tokens/J covers it. */
  readonly decides: boolean
  /** Practical threshold in the metric's unit: a smaller difference does not matter, whatever its share. */
  readonly floor: number
}

/** One metric, declared once and read by the record, all tables, quotes, progress and the docs. */
export interface Metric {
  /** Kinds of run that have it. */
  readonly kinds: readonly Kind[]
  readonly label: string
  /** Label for little space, such as the live line or a narrow column. */
  readonly shortLabel: string
  /** Unit of the value in the record. */
  readonly unit: string
  readonly digits: number
  /** Display unit where it differs from the record: value x scale, in this unit. */
  readonly shownAs?: { readonly unit: string; readonly scale: number }
  /** Null: neither direction is better. */
  readonly better: 'higher' | 'lower' | null
  /** Its formula, in words. */
  readonly formula: string
  /** Whether the summary of a run and the report's table of all metrics show it. */
  readonly inSummary: boolean
  /** Shown only where a run has a value: many machines do not tell it. */
  readonly shownIfKnown?: true
  /** Whether a quote promises it. */
  readonly inQuote: boolean
  /** Absent: it is not compared. */
  readonly comparison?: Comparison
  /** Scenarios of which it is the first metric that is shown. */
  readonly leads?: (scenario: ScenarioShape) => boolean
  /** Shown for these scenarios only; all of its kinds unless given. Its value is always in the record. */
  readonly suits?: (scenario: ScenarioShape) => boolean
  /** Its value in one trial, or missing with the reason. */
  readonly of: (trial: Trial) => Measured
}

/** A metric of one kind of run; its function takes trials of that kind. */
export type MetricOf<Only extends Kind> = Omit<Metric, 'kinds' | 'of'> & {
  readonly of: (trial: Extract<Trial, { kind: Only }>) => Measured
}

/** Of a run without a source of the power of CPUs and server. */
export const NO_WALL = missing('the power of CPUs and server was not read')

/** Completes metrics of one kind, which are missing for trials of other kinds. */
export function ofKind<Only extends Kind, Key extends string>(
  kind: Only,
  metrics: Readonly<Record<Key, MetricOf<Only>>>,
): Readonly<Record<Key, Metric>> {
  const complete = (metric: MetricOf<Only>): Metric => ({
    ...metric,
    kinds: [kind],
    of: (trial) =>
      isOf(trial, kind) ? metric.of(trial) : { value: null, reason: `not a metric of runs of kind ${trial.kind}` },
  })
  const entries = (Object.entries(metrics) as [Key, MetricOf<Only>][]).map(
    ([key, metric]) => [key, complete(metric)] as const,
  )
  return Object.fromEntries(entries) as Record<Key, Metric>
}

const isOf = <Only extends Kind>(trial: Trial, kind: Only): trial is Extract<Trial, { kind: Only }> =>
  trial.kind === kind
