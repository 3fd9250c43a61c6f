import { labelOf } from '../../harness/metrics/catalogue.ts'
import { headlineMetric, ttftMetrics } from '../../harness/metrics/headline.ts'
import { sloShareOfRun } from '../../harness/operating/sweep/point-of-run.ts'
import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { trialsOfKind } from '../../harness/record/trials-of-kind.ts'
import { demandText } from '../../harness/scenario/load-shape.ts'
import type { Facts } from '../facts.ts'
import { withoutEmptyRows } from '../tables/empty-rows.ts'
import { measuredOf, metricCell, stampOf } from '../tables/figure-cell.ts'
import { oomCell } from '../tables/oom-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'
import { type CardMoney, cardMoney, hasFixedDemand, monthlyCost } from './card-money.ts'
import { queuedNotes } from './what-fits.ts'

interface DemandRow {
  readonly scenario: ScenarioRow
  readonly figure: DemandFigure
}

interface DemandFigure {
  readonly id: string
  readonly label: (sample: RunRecord) => string
  readonly cell: (run: RunRecord, at: CardMoney, facts: Facts) => Cell
  readonly isShown: (sample: RunRecord) => boolean
}

const always = () => true
const isText = ({ scenario }: RunRecord) => scenario.kind === 'text'

const figures: readonly DemandFigure[] = [
  {
    id: 'ttft',
    label: ({ scenario }) => labelOf(ttftMetrics(scenario).median),
    cell: (run) => metricCell(run, ttftMetrics(run.scenario).median),
    isShown: isText,
  },
  {
    id: 'tpot',
    label: () => labelOf('tpotMsP50'),
    cell: (run) => metricCell(run, 'tpotMsP50'),
    isShown: isText,
  },
  {
    id: 'e2e',
    label: () => labelOf('e2eMsP50'),
    cell: (run) => metricCell(run, 'e2eMsP50'),
    isShown: (sample) => !isText(sample),
  },
  {
    id: 'slo-share',
    label: () => 'Requests within the SLO (%)',
    cell: (run) => sloShareCell(run),
    isShown: (sample) => isText(sample) && sloText(sample) !== null,
  },
  { id: 'kv-use', label: () => 'KV cache in use, at most (%)', cell: (run) => kvUseCell(run), isShown: isText },
  { id: 'limit-share', label: () => 'Output, share of the physical limit (%)', cell: limitShareCell, isShown: always },
  {
    id: 'monthly',
    label: () => '£ per month at this demand',
    cell: (run, at) => monthlyCell(run, at),
    isShown: always,
  },
]

/**
 * Workloads whose demand is fixed: what their users wait for, the headroom that is left, and what it costs. Null without such
 * runs. Throughput and cost per token are not compared: both follow from the demand.
 */
export function demandTable(selection: Selection, facts: Facts): Table | null {
  const scenarios = selection.scenarios.filter(hasFixedDemand)
  if (scenarios.length === 0) return null
  return withoutEmptyRows(
    buildTable({
      id: 'demand',
      title: 'At a fixed demand: latency, headroom and cost',
      groupBy: ['workload'],
      columns: [
        { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: DemandRow) => demandCell(scenario) },
        {
          id: 'figure',
          head: 'Metric',
          align: 'left',
          cell: ({ scenario, figure }) => text(figure.label(scenario.sample)),
        },
        ...selection.cards.map((card) => ({
          id: card.key,
          head: card.label,
          align: 'right' as const,
          cell: ({ scenario, figure }: DemandRow) => cellOf(scenario, figure, { card, selection, facts }),
        })),
      ],
      rows: scenarios.flatMap((scenario) =>
        figures.filter(({ isShown }) => isShown(scenario.sample)).map((figure): DemandRow => ({ scenario, figure })),
      ),
      rowId: ({ scenario, figure }) => `${scenario.name}-${figure.id}`,
      notes: [
        ...queuedNotes(selection, facts),
        ...(scenarios.length === selection.scenarios.length ? selection.notes : []),
        'These workloads ask for so much and no more: every card that keeps up has the same throughput, and a cost per token would follow from the demand. Headroom is what the KV cache and the physical limit leave.',
        '£ per month: price over the years, and electricity at the power measured at this demand, with the assumptions of the economics.',
      ],
    }),
    'figure',
  )
}

/** A workload with its demand. */
const demandCell = ({ title, sample }: ScenarioRow): Cell => ({
  kind: 'text',
  text: title,
  detail: demandText(sample.scenario.load),
})

interface At {
  readonly card: CardColumn
  readonly selection: Selection
  readonly facts: Facts
}

function cellOf(row: ScenarioRow, figure: DemandFigure, { card, selection, facts }: At): Cell {
  const oom = oomCell(row, card, selection, facts)
  if (oom !== null) return oom
  const run = selection.runOf(row.name, card.key)
  if (run === null) return missing(`${card.label}: no run of ${row.name} was given`)
  return figure.cell(run, cardMoney(card, selection, facts, row), facts)
}

function sloShareCell(run: RunRecord): Cell {
  const share = sloShareOfRun(run)
  if (share === null) return missing('no request was due, or the record is of an earlier version')
  const { mean, ci95 } = share
  const interval = ci95 === null ? {} : { ci95: [ci95[0] * 100, ci95[1] * 100] as const }
  return { kind: 'number', value: mean * 100, unit: '%', digits: 1, ...interval, ...stampOf(run) }
}

/** The highest use of the KV cache that the server reported in any trial. */
function kvUseCell(run: RunRecord): Cell {
  const used = trialsOfKind(run.trials, 'text').flatMap(({ server }) => {
    const most = server === undefined || !('kvUsageMax' in server) ? null : server.kvUsageMax
    return most !== null && isKnown(most) ? [most] : []
  })
  if (used.length === 0) return missing('the server did not report the use of its KV cache')
  return { kind: 'number', value: Math.max(...used) * 100, unit: '%', digits: 0, ...stampOf(run) }
}

function limitShareCell(run: RunRecord, _at: CardMoney, facts: Facts): Cell {
  const known = measuredOf(run, headlineMetric(run.scenario))
  const limit = facts.limit(run)
  if ('reason' in known) return missing(known.reason)
  if ('reason' in limit) return missing(`no physical limit: ${limit.reason}`)
  const value = (known.value.value / limit.value.value) * 100
  return { kind: 'number', value, unit: '%', digits: value < 10 ? 1 : 0, ...stampOf(run) }
}

/** GBP per month of a card at a fixed demand. */
export function monthlyCell(run: RunRecord, at: CardMoney): Cell {
  const cost = monthlyCost(at)
  if ('reason' in cost) return missing(cost.reason)
  const { value, ci95 } = cost.value
  return { kind: 'money', valueGbp: value, digits: 0, ...(ci95 ? { ci95 } : {}), ...stampOf(run) }
}
