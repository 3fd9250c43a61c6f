import type { Chart } from '../charts/chart-types.ts'
import type { Judged } from './sentences.ts'

/**
 * The one chart that decides, by what was measured: what users see against what a GPU yields for a sweep; cost by workload, or by
 * utilisation, for several cards; output by workload; for one run its own chart. Null where there is none of these.
 */
export function decisiveChart(charts: readonly Chart[], { selection, sweeps }: Judged): Chart | null {
  const byId = (id: string) => charts.find((chart) => chart.id === id)
  const swept = new Set(
    sweeps.flatMap(({ lines }) => lines.flatMap(({ loads }) => loads.map(({ run }) => run.scenario.name))),
  )
  const isSweep = swept.size * 2 > selection.scenarios.length
  const several = selection.cards.length > 1
  return (
    (isSweep ? byId('sweep-gpu') : undefined) ??
    (several ? (byId('relative-cost') ?? byId('cost-utilisation')) : undefined) ??
    byId('headline') ??
    charts.find(({ about }) => about === 'run') ??
    null
  )
}
