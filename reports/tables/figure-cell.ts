import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Known } from '../facts.ts'
import { sensibleDigits } from '../render/digits.ts'
import { caveatsOf, caveatText } from './caveats.ts'
import { type Cell, type CellMarks, type Interval, missing } from './table.ts'

/** A measured value: its mean and, from two trials on, its interval. */
export interface Measured {
  readonly value: number
  readonly ci95: Interval | null
}

/** A metric of a run, or why it has none. */
export function measuredOf(run: RunRecord, key: MetricKey): Known<Measured> {
  const figure: MetricResult | undefined = run.result[key]
  if (figure === undefined) return { reason: run.failure ?? absentReason(run, key) }
  if (figure.mean === null) return { reason: figure.reason }
  return { value: { value: figure.mean, ci95: figure.ci95 } }
}

/** Why a record lacks a metric altogether: it did not complete, or its version did not have the metric. */
const absentReason = (run: RunRecord, key: MetricKey): string =>
  run.status === 'complete'
    ? `${metrics[key].label} is not in the record: it was made by an earlier version`
    : `${run.id} has no ${metrics[key].label}: the run is ${run.status}`

/** A metric as a cell of at most so many digits, marked where the run was simulated. */
export function figureCell(run: RunRecord, key: MetricKey, digits: number): Cell {
  const known = measuredOf(run, key)
  if ('reason' in known) return missing(known.reason)
  const { value, ci95 } = known.value
  return {
    kind: 'number',
    value,
    unit: metrics[key].unit,
    digits: sensibleDigits(value, ci95, digits),
    ...(ci95 ? { ci95 } : {}),
    ...stampOf(run),
  }
}

/** One metric of a run as a cell: mean and interval in the unit that tables use. */
export function metricCell(run: RunRecord, key: MetricKey): Cell {
  const known = measuredOf(run, key)
  if ('reason' in known) return missing(known.reason)
  const { unit, shownAs } = metrics[key]
  const scale = shownAs?.scale ?? 1
  const value = known.value.value * scale
  const ci95 = known.value.ci95 && ([known.value.ci95[0] * scale, known.value.ci95[1] * scale] as const)
  return {
    kind: 'number',
    value,
    unit: shownAs?.unit ?? unit,
    digits: sensibleDigits(value, ci95, metrics[key].digits),
    ...(ci95 && value !== 0 ? { ci95 } : {}),
    ...stampOf(run),
  }
}

/** The marks of a cell that is based on these runs: simulated or live, and what a reader must know beside it. */
export function stampOf(...runs: readonly RunRecord[]): CellMarks {
  const caveat = caveatText(runs.flatMap(caveatsOf))
  return {
    ...(runs.length === 0 ? {} : { simulated: runs.some((run) => run.source === 'simulated') }),
    ...(caveat === null ? {} : { caveat }),
  }
}

/** What a headline metric is of its physical limit; of a time, which is better shorter, the limit is the least. */
export const shareOfLimit = (key: MetricKey, figure: number, limit: number): number =>
  key === 'secondsPerImage' ? limit / figure : figure / limit
