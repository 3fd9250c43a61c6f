import { labelOf, type MetricKey } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { hasFixedDemand } from '../comparison/card-money.ts'
import { formatNumber } from '../render/format-cell.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { Selection } from '../tables/selection.ts'
import type { ChartOf } from './chart-types.ts'

/**
 * The headline metric that most workloads have, one group of bars per workload and one bar per card with its 95 % interval. Null
 * for fewer than two bars; at a fixed demand the output follows from what was asked for.
 */
export function headlineChart(selection: Selection, colorOf: (card: string) => number): ChartOf<'bars'> | null {
  const rated = selection.scenarios.filter((row) => !hasFixedDemand(row))
  const keyed = Map.groupBy(rated, ({ sample }) => headlineMetric(sample.scenario))
  const [most] = [...keyed].toSorted(([, a], [, b]) => b.length - a.length)
  if (most === undefined) return null
  const [key, all] = most
  const barOf = (scenario: string, card: string) => known(selection, scenario, card, key)
  const rows = all.filter((row) => selection.cards.some((card) => barOf(row.name, card.key) !== null))
  const groups = selection.cards
    .map((card) => ({
      name: card.label,
      color: colorOf(card.key),
      bars: rows.map((row) => barOf(row.name, card.key)),
    }))
    .filter(({ bars }) => bars.some((bar) => bar !== null))
  if (groups.flatMap(({ bars }) => bars.filter((bar) => bar !== null)).length < 2) return null
  const described = rows.map((row, at) => {
    const values = groups.flatMap(({ name, bars }) => {
      const bar = bars[at]
      return bar ? [`${name} ${formatNumber(bar.value, bar.value < 10 ? 2 : 0)}`] : []
    })
    return `${row.title}: ${values.join(', ')}`
  })
  return {
    kind: 'bars',
    id: 'headline',
    title: labelOf(key),
    summary: `${labelOf(key)} with 95 % intervals. ${described.join('; ')}.`,
    about: 'comparison',
    simulated: rows.some((row) =>
      selection.cards.some((card) => selection.runOf(row.name, card.key)?.source === 'simulated'),
    ),
    value: { label: labelOf(key), min: 0 },
    categories: rows.map(({ title }) => title),
    groups,
  }
}

function known(selection: Selection, scenario: string, card: string, key: MetricKey) {
  const run = selection.runOf(scenario, card)
  const figure = run && measuredOf(run, key)
  return figure !== null && 'value' in figure ? figure.value : null
}
