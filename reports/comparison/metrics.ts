import { type MetricKey, metrics, summaryMetrics } from '../../harness/metrics/catalogue.ts'
import { withoutEmptyRows } from '../tables/empty-rows.ts'
import { metricCell } from '../tables/figure-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'

interface MetricRow {
  readonly scenario: ScenarioRow
  readonly key: MetricKey
}

/** Every metric of every scenario on every card, with its interval. */
export function metricsTable(selection: Selection): Table {
  return withoutEmptyRows(
    buildTable({
      id: 'metrics',
      title: 'All metrics',
      groupBy: ['workload'],
      columns: [
        { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: MetricRow) => text(scenario.title) },
        { id: 'metric', head: 'Metric', align: 'left', cell: ({ key }) => text(metrics[key].label) },
        ...selection.cards.map((card) => ({
          id: card.key,
          head: card.label,
          align: 'right' as const,
          cell: (row: MetricRow) => cellOf(row, card, selection),
        })),
      ],
      rows: selection.scenarios.flatMap((scenario) => {
        const runs = selection.cards.flatMap((card) => selection.runOf(scenario.name, card.key) ?? [])
        const results = runs.map(({ result }) => result)
        return summaryMetrics(scenario.sample.scenario, results).map((key): MetricRow => ({ scenario, key }))
      }),
      rowId: ({ scenario, key }) => `${scenario.name}-${key}`,
      notes: ['Formulas: docs/metrics.md. Intervals are 95 % t-intervals over the trials.'],
    }),
  )
}

function cellOf({ scenario, key }: MetricRow, card: CardColumn, selection: Selection): Cell {
  const run = selection.runOf(scenario.name, card.key)
  return run === null ? missing(`${card.label}: no run of ${scenario.name} was given`) : metricCell(run, key)
}
