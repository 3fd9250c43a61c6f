import { labelOf } from '../../harness/metrics/catalogue.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import type { Facts } from '../facts.ts'
import { withoutEmptyRows } from '../tables/empty-rows.ts'
import { figureCell, stampOf } from '../tables/figure-cell.ts'
import { oomCell } from '../tables/oom-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'
import { workloadCell } from '../tables/workload-cell.ts'
import { cardMoney, unitCost } from './card-money.ts'

interface JobRow {
  readonly scenario: ScenarioRow
  readonly figure: 'cost' | 'energy'
}

/** Cost and energy per image and per training step. Null without such runs. */
export function jobsTable(selection: Selection, facts: Facts): Table | null {
  const jobs = selection.scenarios.filter(({ sample }) => sample.scenario.kind !== 'text')
  if (jobs.length === 0) return null
  return withoutEmptyRows(
    buildTable({
      id: 'jobs',
      title: 'Images and training: cost and energy',
      groupBy: ['workload'],
      columns: [
        { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: JobRow) => workloadCell(scenario) },
        { id: 'figure', head: 'Metric', align: 'left', cell: (row) => text(rowLabel(row)) },
        ...selection.cards.map((card) => ({
          id: card.key,
          head: card.label,
          align: 'right' as const,
          cell: (row: JobRow) =>
            oomCell(row.scenario, card, selection, facts) ??
            (row.figure === 'cost' ? jobCostCell : energyCell)(row.scenario, card, selection, facts),
        })),
      ],
      rows: jobs.flatMap((scenario): JobRow[] => [
        { scenario, figure: 'cost' },
        { scenario, figure: 'energy' },
      ]),
      rowId: ({ scenario, figure }) => `${scenario.name}-${figure}`,
      notes: ['Prices, years, tariff and utilisation are the same as in the economics table.'],
    }),
    'figure',
  )
}

function rowLabel({ scenario, figure }: JobRow): string {
  const unit = workloadUnit(scenario.sample.scenario.kind)
  return figure === 'cost' ? `£ per ${unit.priced}` : labelOf(unit.energy)
}

/** GBP per priced unit of images, embeddings or training. */
export function jobCostCell(scenario: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell {
  const at = cardMoney(card, selection, facts, scenario)
  const cost = unitCost(at)
  if ('reason' in cost) return missing(cost.reason)
  const { value, ci95 } = cost.value
  // Three significant digits: a step costs millionths of a pound, a thousand images a few pence.
  const digits = Math.min(9, Math.max(2, 2 - Math.floor(Math.log10(value))))
  const stamp = 'value' in at.run ? stampOf(at.run.value) : {}
  return { kind: 'money', valueGbp: value, digits, ...(ci95 ? { ci95 } : {}), ...stamp }
}

function energyCell(scenario: ScenarioRow, card: CardColumn, selection: Selection): Cell {
  const run = selection.runOf(scenario.name, card.key)
  if (run === null) return missing(`${card.label}: no run of ${scenario.name} was given`)
  return figureCell(run, workloadUnit(scenario.sample.scenario.kind).energy, 1)
}
