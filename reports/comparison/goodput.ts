import { labelOf, metrics } from '../../harness/metrics/catalogue.ts'
import { EDGES_COUNT_SINCE } from '../../harness/metrics/definitions.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { figureCell, measuredOf, stampOf } from '../tables/figure-cell.ts'
import { ratioInterval } from '../tables/ratio-interval.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { FIXED_DEMAND, hasFixedDemand } from './card-money.ts'

/** Goodput of every scenario with an SLO. Null when no scenario has one. */
export function goodputTable(selection: Selection): Table | null {
  const rows = selection.scenarios.filter(({ sample }) => sloText(sample) !== null)
  if (rows.length === 0) return null
  const [first, ...others] = selection.cards
  const isAnyOld = rows.some(({ name }) =>
    selection.cards.some(({ key }) => {
      const run = selection.runOf(name, key)
      return run !== null && countsInsideOnly(run)
    }),
  )
  return buildTable({
    id: 'goodput',
    title: labelOf('goodputRequestsPerS'),
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: (row: ScenarioRow) => text(row.title) },
      { id: 'slo', head: 'SLO', align: 'left', cell: (row) => text(sloText(row.sample) ?? '') },
      ...selection.cards.map(
        (card): Column<ScenarioRow> => ({
          id: card.key,
          head: card.label,
          align: 'right',
          cell: (row) => goodputCell(row, card, selection),
        }),
      ),
      ...others.map(
        (card): Column<ScenarioRow> => ({
          id: others.length === 1 ? 'uplift' : `uplift-${card.key}`,
          head: others.length === 1 ? 'Uplift' : `Uplift ${card.label}`,
          align: 'right',
          cell: (row) => upliftCell(row, first!, card, selection),
        }),
      ),
    ],
    rows,
    rowId: (row) => row.name,
    notes: [
      `${metrics.goodputRequestsPerS.label}: ${metrics.goodputRequestsPerS.formula}. A failed request meets no limit.`,
      ...(isAnyOld ? [INSIDE_ONLY] : []),
    ],
  })
}

/** Whether the goodput of a record counts only the requests that lie wholly inside the window: it is lower. */
const countsInsideOnly = ({ metricDefinitions = 1 }: RunRecord): boolean => metricDefinitions < EDGES_COUNT_SINCE

const INSIDE_ONLY =
  'Runs of earlier versions count only the requests that lie wholly inside the window: their goodput is too low, the more so the longer a request takes.'

/** Goodput of a workload on a card. */
export function goodputCell(row: ScenarioRow, card: CardColumn, selection: Selection): Cell {
  const run = selection.runOf(row.name, card.key)
  return run === null
    ? missing(`${card.label}: no run of ${row.name} was given`)
    : figureCell(run, 'goodputRequestsPerS', 2)
}

function upliftCell(row: ScenarioRow, first: CardColumn, card: CardColumn, selection: Selection): Cell {
  const [under, over] = [selection.runOf(row.name, first.key), selection.runOf(row.name, card.key)]
  if (under === null || over === null) return missing('requires a run on both cards')
  if (hasFixedDemand(row)) return missing(FIXED_DEMAND)
  const [slow, fast] = [measuredOf(under, 'goodputRequestsPerS'), measuredOf(over, 'goodputRequestsPerS')]
  if ('reason' in slow) return missing(slow.reason)
  if ('reason' in fast) return missing(fast.reason)
  if (countsInsideOnly(under) !== countsInsideOnly(over))
    return missing('the two records define goodput differently: measure again')
  if (slow.value.value <= 0) return missing(`no request on ${first.label} met the SLO`)
  const ci95 = ratioInterval(fast.value, slow.value)
  const value = fast.value.value / slow.value.value
  return { kind: 'ratio', value, digits: 2, better: 'higher', ...(ci95 ? { ci95 } : {}), ...stampOf(under, over) }
}
