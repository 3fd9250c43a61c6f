import { labelOf, type MetricKey } from '../../harness/metrics/catalogue.ts'
import { formatNumber } from '../render/format-cell.ts'
import { type Measured, measuredOf } from '../tables/figure-cell.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'
import type { ChartOf } from './chart-types.ts'

/** How the bars of a metric are called and described. */
interface Named {
  readonly id: string
  /** What the summary says of the metric behind its label. */
  readonly about: string
  /** Decimals of a value in the summary. */
  readonly digitsOf: (value: number) => number
}

/**
 * A metric with its 95 % intervals: one group of bars per workload, of those where a card has it, and one bar per card. Null
 * without a bar.
 */
export function metricBars(
  key: MetricKey,
  all: readonly ScenarioRow[],
  selection: Selection,
  { id, about, digitsOf, colorOf }: Named & { readonly colorOf: (card: string) => number },
): ChartOf<'bars'> | null {
  const barOf = (scenario: string, card: string): Measured | null => {
    const run = selection.runOf(scenario, card)
    const known = run && measuredOf(run, key)
    return known !== null && 'value' in known ? known.value : null
  }
  const rows = all.filter((row) => selection.cards.some((card) => barOf(row.name, card.key) !== null))
  if (rows.length === 0) return null
  const groups = selection.cards
    .map((card) => ({
      name: card.label,
      color: colorOf(card.key),
      bars: rows.map((row) => barOf(row.name, card.key)),
    }))
    .filter(({ bars }) => bars.some((bar) => bar !== null))
  const described = rows.map((row, at) => {
    const values = groups.flatMap(({ name, bars }) => {
      const bar = bars[at]
      return bar ? [`${name} ${formatNumber(bar.value, digitsOf(bar.value))}`] : []
    })
    return `${row.title}: ${values.join(', ')}`
  })
  return {
    kind: 'bars',
    id,
    title: labelOf(key),
    summary: `${labelOf(key)} ${about}. ${described.join('; ')}.`,
    about: 'comparison',
    simulated: rows.some((row) =>
      selection.cards.some((card) => selection.runOf(row.name, card.key)?.source === 'simulated'),
    ),
    value: { label: labelOf(key), min: 0 },
    categories: rows.map(({ title }) => title),
    groups,
  }
}
