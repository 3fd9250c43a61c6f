import { headlineMetric } from '../../harness/metrics/headline.ts'
import { hasFixedDemand } from '../comparison/card-money.ts'
import type { Selection } from '../tables/selection.ts'
import type { ChartOf } from './chart-types.ts'
import { metricBars } from './metric-bars.ts'

/**
 * The headline metric that most workloads have, one group of bars per workload and one bar per card with its 95 % interval. Null
 * for fewer than two bars; at a fixed demand the output follows from what was asked for.
 */
export function headlineChart(selection: Selection, colorOf: (card: string) => number): ChartOf<'bars'> | null {
  const rated = selection.scenarios.filter((row) => !hasFixedDemand(row))
  const keyed = Map.groupBy(rated, ({ sample }) => headlineMetric(sample.scenario))
  const [most] = [...keyed].toSorted(([, a], [, b]) => b.length - a.length)
  if (most === undefined) return null
  const [key, rows] = most
  const chart = metricBars(key, rows, selection, {
    id: 'headline',
    about: 'with 95 % intervals',
    digitsOf: (value) => (value < 10 ? 2 : 0),
    colorOf,
  })
  const bars = chart?.groups.flatMap((group) => group.bars.filter((bar) => bar !== null)) ?? []
  return bars.length < 2 ? null : chart
}
