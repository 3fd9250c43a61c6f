import { headlineMetric } from '../../harness/metrics/headline.ts'
import { connectionsOf } from '../../harness/scenario/load-shape.ts'
import { economicsScenario } from '../comparison/economics.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'

/**
 * The workload whose figures stand for the report: that of the economics where no other has the figures of more cards, otherwise the busiest one
 * that most cards have a figure of. Null where no run has any.
 */
export function decidingRow(selection: Selection): ScenarioRow | null {
  const measured = (row: ScenarioRow) =>
    selection.cards.filter(({ key }) => {
      const run = selection.runOf(row.name, key)
      return run !== null && 'value' in measuredOf(run, headlineMetric(run.scenario))
    }).length
  const rank = (row: ScenarioRow) => measured(row) * 1e5 + connectionsOf(row.sample.scenario.load)
  const [busiest] = selection.scenarios.filter((row) => measured(row) > 0).toSorted((a, b) => rank(b) - rank(a))
  const priced = economicsScenario(selection)
  if (busiest === undefined) return null
  return priced !== null && measured(priced) >= measured(busiest) ? priced : busiest
}
