import type { Measured } from '../record/measured.ts'
import type { Trial } from '../record/schema/trial.ts'
import type { Scenario } from '../scenario/schema.ts'

type Kind = Trial['kind']

/** What of a scenario decides which metrics it has. */
export type ScenarioShape = Pick<Scenario, 'kind' | 'load'>

/** How a comparison of two sides tests a metric. */
export interface Comparison {
  /** Metrics that are one quantity in two forms share one hypothesis, and count once among the many. */
  readonly hypothesis: string
  /** Whether a loss in it is a loss of the server: power is not, because tokens/J already says what it bought. */
  readonly decides: boolean
  /** A difference below this many units matters to nobody, whatever its share. */
  readonly floor: number
}

/** One metric, declared once: the record, every table, quotes, progress and the docs read this. */
export interface Metric {
  /** Kinds of run that have it. */
  readonly kinds: readonly Kind[]
  readonly label: string
  /** Where there is little room: a live line, a narrow column. */
  readonly shortLabel: string
  /** Unit of the value in the record. */
  readonly unit: string
  readonly digits: number
  /** How people read it where that differs from the record: value x scale, in this unit. */
  readonly shownAs?: { readonly unit: string; readonly scale: number }
  /** Null: neither end is better. */
  readonly better: 'higher' | 'lower' | null
  /** Its formula, in words. */
  readonly formula: string
  /** Whether the first table of a run and the report's table of all metrics show it. */
  readonly inSummary: boolean
  /** Whether a customer's quote promises it. */
  readonly inQuote: boolean
  /** Absent: it is not compared. */
  readonly comparison?: Comparison
  /** Only for scenarios like this; all of its kinds unless given. Its value is in the record all the same. */
  readonly suits?: (scenario: ScenarioShape) => boolean
  /** Its value in one trial; missing with the reason where the trial has none. */
  readonly of: (trial: Trial) => Measured
}

/** A metric of one kind of run: its function takes trials of that kind. */
export type MetricOf<Only extends Kind> = Omit<Metric, 'kinds' | 'of'> & {
  readonly of: (trial: Extract<Trial, { kind: Only }>) => Measured
}

/** Completes metrics of one kind: a trial of another kind does not have them. */
export function ofKind<Only extends Kind, Key extends string>(
  kind: Only,
  metrics: Readonly<Record<Key, MetricOf<Only>>>,
): Readonly<Record<Key, Metric>> {
  const complete = (metric: MetricOf<Only>): Metric => ({
    ...metric,
    kinds: [kind],
    of: (trial) =>
      isOf(trial, kind) ? metric.of(trial) : { value: null, reason: `a run of kind ${trial.kind} does not have it` },
  })
  const entries = (Object.entries(metrics) as [Key, MetricOf<Only>][]).map(
    ([key, metric]) => [key, complete(metric)] as const,
  )
  return Object.fromEntries(entries) as Record<Key, Metric>
}

const isOf = <Only extends Kind>(trial: Trial, kind: Only): trial is Extract<Trial, { kind: Only }> =>
  trial.kind === kind
