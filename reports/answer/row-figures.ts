import { labelOf, type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric, ttftMetrics } from '../../harness/metrics/headline.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import { cardMoney, hasFixedDemand } from '../comparison/card-money.ts'
import { monthlyCell } from '../comparison/demand.ts'
import { costCell } from '../comparison/economics.ts'
import { goodputCell } from '../comparison/goodput.ts'
import { jobCostCell } from '../comparison/jobs.ts'
import { throughputCell } from '../comparison/throughput.ts'
import type { Facts } from '../facts.ts'
import { digitsOf } from '../render/digits.ts'
import { figureCell, measuredOf } from '../tables/figure-cell.ts'
import { oomCell } from '../tables/oom-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'
import { type Cell, missing } from '../tables/table.ts'

/** One figure of a workload, for each card the cell that the tables below have. */
export interface RowFigure {
  /** Kebab-case. */
  readonly id: string
  readonly label: string
  readonly better: 'higher' | 'lower'
  /** What qualifies it, such as the SLO; absent for most. */
  readonly within?: string
  readonly cell: (card: CardColumn) => Cell
}

/** The figures of a workload that decide, the most important first: output, energy, cost, what users wait for. */
export function rowFigures(row: ScenarioRow, selection: Selection, facts: Facts): RowFigure[] {
  const { scenario } = row.sample
  const isFixed = hasFixedDemand(row)
  const headline = headlineMetric(scenario)
  const speed: RowFigure = {
    id: 'speed',
    label: metrics[headline].label,
    better: metrics[headline].better ?? 'higher',
    cell: (card) => throughputCell(row, card, selection, facts),
  }
  const metric = (key: MetricKey, id: string): RowFigure => ({
    id,
    label: key === 'tokensPerJ' ? metrics[key].label : labelOf(key).replace(/ \(.*\)$/, ''),
    better: metrics[key].better ?? 'lower',
    cell: (card) => {
      const run = selection.runOf(row.name, card.key)
      const oom = oomCell(row, card, selection, facts)
      if (oom !== null) return oom
      if (run === null) return missing(`${card.label}: no run of ${row.name} was given`)
      const known = measuredOf(run, key)
      return figureCell(run, key, 'reason' in known ? 0 : digitsOf(known.value.value))
    },
  })
  const energy = scenario.kind === 'text' ? 'tokensPerJ' : workloadUnit(scenario.kind).energy
  const slo = sloText(row.sample)
  const energyFigure = metric(energy, 'energy')
  const cost: RowFigure = {
    id: 'cost',
    label: costLabel(row),
    better: 'lower',
    cell: (card) => rowCost(row, card, selection, facts),
  }
  const goodput = (within: string): RowFigure => ({
    id: 'goodput',
    label: metrics.goodputRequestsPerS.label,
    better: 'higher',
    within,
    cell: (card) => oomCell(row, card, selection, facts) ?? goodputCell(row, card, selection),
  })
  // with an SLO what is served within it is part of the answer, whatever else is cut
  return [
    // at a fixed demand the output follows from what was asked for
    ...(isFixed ? [] : [speed]),
    energyFigure,
    cost,
    ...(slo === null ? [] : [goodput(slo)]),
    ...(scenario.kind === 'text' ? [metric(ttftMetrics(scenario).median, 'ttft')] : []),
    metric('meanPowerW', 'power'),
    metric('peakMemoryMiB', 'memory'),
  ]
}

/** What the cost of a workload is per: `£ per million output tokens`. */
export const costLabel = (row: ScenarioRow): string =>
  hasFixedDemand(row) ? '£ per month at this demand' : `£ per ${workloadUnit(row.sample.scenario.kind).priced}`

/** The cost of a workload on a card, by its kind. */
function rowCost(row: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell {
  const oom = oomCell(row, card, selection, facts)
  if (oom !== null) return oom
  const at = cardMoney(card, selection, facts, row)
  if ('reason' in at.run) return missing(at.run.reason)
  if (hasFixedDemand(row)) return monthlyCell(at.run.value, at)
  return row.sample.scenario.kind === 'text' ? costCell(at) : jobCostCell(row, card, selection, facts)
}
