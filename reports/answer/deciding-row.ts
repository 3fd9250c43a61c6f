import { headlineMetric } from '../../harness/metrics/headline.ts'
import { connectionsOf } from '../../harness/scenario/load-shape.ts'
import { economicsScenario } from '../comparison/economics.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'

/**
 * The workload whose figures stand for the report: that of the economics where a card has its figure, otherwise the busiest one
 * that most cards have a figure of. Null where no run has any.
 */
export function decidingRow(selection: Selection): ScenarioRow | null {
  const measured = (row: ScenarioRow) =>
    selection.cards.filter(({ key }) => {
      const run = selection.runOf(row.name, key)
      return run !== null && 'value' in measuredOf(run, headlineMetric(run.scenario))
    }).length
  const priced = economicsScenario(selection)
  if (priced !== null && measured(priced) > 0) return priced
  const rank = (row: ScenarioRow) => measured(row) * 1e5 + connectionsOf(row.sample.scenario.load)
  return selection.scenarios.filter((row) => measured(row) > 0).toSorted((a, b) => rank(b) - rank(a))[0] ?? null
}
