import type { MetricKey } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { askedHitShare } from '../../harness/scenario/load-shape.ts'
import { withoutEmptyRows } from '../tables/empty-rows.ts'
import { metricCell, stampOf } from '../tables/figure-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'

type Figure = 'asked' | Extract<MetricKey, 'cacheHitRate' | 'cacheHitRateByUsage'>

interface RateRow {
  readonly scenario: ScenarioRow
  readonly figure: Figure
}

const labels: Readonly<Record<Figure, string>> = {
  asked: 'Asked',
  cacheHitRate: 'By the counters of the server',
  cacheHitRateByUsage: 'By usage',
}

/** The hit rate of the prefix cache as asked and as measured, for scenarios that ask for one. Null without such runs. */
export function cacheTable(selection: Selection): Table | null {
  const asking = selection.scenarios.filter(({ sample }) => askedOf(sample) !== null)
  if (asking.length === 0) return null
  return withoutEmptyRows(
    buildTable({
      id: 'cache',
      title: 'Cache hit rate, asked and measured',
      groupBy: ['workload'],
      columns: [
        { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: RateRow) => text(scenario.title) },
        { id: 'figure', head: 'Hit rate', align: 'left', cell: ({ figure }) => text(labels[figure]) },
        ...selection.cards.map((card) => ({
          id: card.key,
          head: card.label,
          align: 'right' as const,
          cell: (row: RateRow) => rateCell(row, card, selection),
        })),
      ],
      rows: asking.flatMap((scenario) =>
        (Object.keys(labels) as Figure[]).map((figure): RateRow => ({ scenario, figure })),
      ),
      rowId: ({ scenario, figure }) => `${scenario.name}-${figure}`,
      notes: [
        'Share of all prompt tokens that the prefix cache served. The gate cache-rate fails where a measured rate differs from the asked one by more than 2 percentage points.',
      ],
    }),
    'figure',
  )
}

const askedOf = ({ scenario }: RunRecord): number | null =>
  scenario.kind === 'text' ? askedHitShare(scenario.prompt.prefixCache) : null

function rateCell({ scenario, figure }: RateRow, card: CardColumn, selection: Selection): Cell {
  const run = selection.runOf(scenario.name, card.key)
  if (run === null) return missing(`${card.label}: no run of ${scenario.name} was given`)
  if (figure !== 'asked') return metricCell(run, figure)
  const asked = askedOf(run)
  return asked === null
    ? missing(`${card.label}: its run asks for no rate`)
    : { kind: 'number', value: asked * 100, unit: '%', digits: 1, ...stampOf(run) }
}
