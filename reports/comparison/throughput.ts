import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import { digitsOf } from '../render/digits.ts'
import { figureCell, type Measured, measuredOf, shareOfLimit, stampOf } from '../tables/figure-cell.ts'
import { oomCell } from '../tables/oom-cell.ts'
import { ratioInterval } from '../tables/ratio-interval.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { workloadCell } from '../tables/workload-cell.ts'
import { hasFixedDemand } from './card-money.ts'

/**
 * The article's "Per-workload throughput comparison": one row per scenario, one column per card, and the uplift of each
 * further card over the first. Each value has its 95 % interval and its share of the physical limit. Workloads of a fixed
 * demand have a table of their own, and no row here.
 */
export function throughputTable(all: Selection, facts: Facts): Table {
  const selection = { ...all, scenarios: all.scenarios.filter((row) => !hasFixedDemand(row)) }
  const [first, ...others] = selection.cards
  const workload: Column<ScenarioRow> = {
    id: 'workload',
    head: 'Workload',
    align: 'left',
    cell: (row) => workloadCell(row),
  }
  const figures = selection.cards.map(
    (card): Column<ScenarioRow> => ({
      id: card.key,
      head: card.label,
      align: 'right',
      cell: (row) => throughputCell(row, card, selection, facts),
    }),
  )
  const uplifts = others.map(
    (card): Column<ScenarioRow> => ({
      id: others.length === 1 ? 'uplift' : `uplift-${card.key}`,
      head: others.length === 1 ? 'Uplift' : `Uplift ${card.label}`,
      align: 'right',
      cell: (row) => upliftCell(row, { first: first!, card }, selection, facts),
    }),
  )
  return buildTable({
    id: 'throughput',
    title: 'Throughput by workload',
    columns: [workload, ...figures, ...uplifts],
    rows: selection.scenarios,
    rowId: (row) => row.name,
    notes: [...metricNotes(selection), ...limitNotes(selection, facts), ...beyondNotes(selection, facts)],
  })
}

/** The headline figure of a workload on a card, with its share of the physical limit. */
export function throughputCell(row: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell {
  const run = selection.runOf(row.name, card.key)
  const oom = oomCell(row, card, selection, facts)
  if (oom !== null) return oom
  if (run === null) return missing(`${card.label}: no run of ${row.name} was given`)
  const key = headlineMetric(run.scenario)
  const known = measuredOf(run, key)
  const limit = facts.limit(run)
  const cell = perImage(figureCell(run, key, digitsFor(known)), key)
  if ('reason' in known || 'reason' in limit || cell.kind !== 'number') return cell
  return { ...cell, limit: { ...limit.value, share: shareOfLimit(key, known.value.value, limit.value.value) } }
}

/** A time stands beside rates here: its unit says what it is of. */
const perImage = (cell: Cell, key: MetricKey): Cell =>
  cell.kind === 'number' && key === 'secondsPerImage' ? { ...cell, unit: 's/image' } : cell

/** The card that the others are held against, and one of the others. */
interface CardPair {
  readonly first: CardColumn
  readonly card: CardColumn
}

function upliftCell(row: ScenarioRow, pair: CardPair, selection: Selection, facts: Facts): Cell {
  const { first, card } = pair
  const [under, over] = [selection.runOf(row.name, first.key), selection.runOf(row.name, card.key)]
  if (under === null || over === null || under.oom || over.oom) return onlyCell(row, pair, selection, facts)
  const [slow, fast] = [
    measuredOf(under, headlineMetric(under.scenario)),
    measuredOf(over, headlineMetric(over.scenario)),
  ]
  if ('reason' in slow) return missing(slow.reason)
  if ('reason' in fast) return missing(fast.reason)
  if (slow.value.value <= 0) return missing(`${first.label} produced no output`)
  const ci95 = ratioInterval(fast.value, slow.value)
  if (headlineMetric(under.scenario) === 'secondsPerImage') return quickerCell(slow.value, fast.value, under, over)
  const value = fast.value.value / slow.value.value
  return { kind: 'ratio', value, digits: 2, better: 'higher', ...(ci95 ? { ci95 } : {}), ...stampOf(under, over) }
}

/** For times the uplift is that of the first card over that of the further one. */
function quickerCell(first: Measured, further: Measured, under: RunRecord, over: RunRecord): Cell {
  if (further.value <= 0) return missing('the time per image is 0')
  const ci95 = ratioInterval(first, further)
  const value = first.value / further.value
  return { kind: 'ratio', value, digits: 2, better: 'higher', ...(ci95 ? { ci95 } : {}), ...stampOf(under, over) }
}

/** "… only" where one card ran and the other is out of memory; a missing run does not count. */
function onlyCell(row: ScenarioRow, { first, card }: CardPair, selection: Selection, facts: Facts): Cell {
  for (const [runs, lacks] of [
    [card, first],
    [first, card],
  ] as const) {
    const run = selection.runOf(row.name, runs.key)
    if (run === null || 'reason' in measuredOf(run, headlineMetric(run.scenario))) continue
    if (oomCell(row, lacks, selection, facts) !== null) return { ...text(`${runs.label} only`), ...stampOf(run) }
  }
  return missing('requires a run on both cards')
}

const digitsFor = (known: ReturnType<typeof measuredOf>): number =>
  'reason' in known ? 0 : digitsOf(known.value.value)

function metricNotes(selection: Selection): string[] {
  const keys = new Set(selection.scenarios.map((row) => headlineMetric(row.sample.scenario)))
  return [
    ...(keys.has('decodeTokensPerS') ? [formulaNote('One stream', 'decodeTokensPerS')] : []),
    ...(keys.has('outputTokensPerS') ? [formulaNote('Several streams', 'outputTokensPerS')] : []),
    ...(selection.scenarios.some((row) => selection.cards.some((card) => isSingle(selection.runOf(row.name, card.key))))
      ? ['There is no interval where only one trial was run.']
      : []),
    ...selection.notes,
  ]
}

const formulaNote = (load: string, key: MetricKey): string =>
  `${load}: ${metrics[key].label} = ${metrics[key].formula}.`

/** Whether the headline metric of a run is based on one trial. */
function isSingle(run: RunRecord | null): boolean {
  const figure = run?.result[headlineMetric(run.scenario)]
  return figure !== undefined && figure.mean !== null && figure.ci95 === null
}

/** Possible causes of a measured value above its limit. */
export const BEYOND_LIMIT =
  'speculative decoding, answers from a cache, a smaller or more strongly quantised model, a wrong token count, or another card than stated'

/** Why values have no limit, each reason once. */
function limitNotes(selection: Selection, facts: Facts): string[] {
  const reasons = selection.scenarios.flatMap((row) =>
    selection.cards.flatMap((card) => {
      const run = selection.runOf(row.name, card.key)
      const limit = run === null ? null : facts.limit(run)
      return limit !== null && 'reason' in limit
        ? [`No physical limit for ${row.title} on ${card.label}: ${limit.reason}.`]
        : []
    }),
  )
  return [...new Set(reasons)]
}

/** What may explain a job above its limit, which streams no tokens. */
const JOB_BEYOND_LIMIT =
  'fewer steps, a smaller or more strongly quantised model, answers from a cache, or another card than stated'

/** The values above their limit with what may explain them: a line for text, one for images and training. */
function beyondNotes(selection: Selection, facts: Facts): string[] {
  const beyond = selection.scenarios.flatMap((row) =>
    selection.cards.flatMap((card) => {
      const cell = throughputCell(row, card, selection, facts)
      const isBeyond = cell.kind === 'number' && cell.limit !== undefined && cell.limit.share > 1
      const isText = row.sample.scenario.kind === 'text'
      return isBeyond ? [{ isText, name: `${row.title} on ${card.label}` }] : []
    }),
  )
  return [true, false].flatMap((isText) => {
    const names = beyond.filter((at) => at.isText === isText).map(({ name }) => name)
    const causes = isText ? BEYOND_LIMIT : JOB_BEYOND_LIMIT
    return names.length === 0 ? [] : [`Above the physical limit: ${names.join('; ')}. Possible causes: ${causes}.`]
  })
}
