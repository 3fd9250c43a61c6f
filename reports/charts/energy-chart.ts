import { labelOf } from '../../harness/metrics/catalogue.ts'
import { formatNumber } from '../render/format-cell.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { Selection } from '../tables/selection.ts'
import type { Chart } from './chart-types.ts'

/** Energy efficiency: one group of bars per scenario, one bar per card with its 95 % interval. Null without measured energy. */
export function energyChart(selection: Selection, colorOf: (card: string) => number): Chart | null {
  const barOf = (scenario: string, card: string) => {
    const run = selection.runOf(scenario, card)
    const known = run && measuredOf(run, 'tokensPerJ')
    return known !== null && 'value' in known ? known.value : null
  }
  const rows = selection.scenarios.filter((row) => selection.cards.some((card) => barOf(row.name, card.key) !== null))
  if (rows.length === 0) return null
  const groups = selection.cards
    .map((card) => ({
      name: card.label,
      color: colorOf(card.key),
      bars: rows.map((row) => barOf(row.name, card.key)),
    }))
    .filter(({ bars }) => bars.some((bar) => bar !== null))
  const descriptions = rows.map((row, at) => {
    const values = groups.flatMap(({ name, bars }) => {
      const bar = bars[at]
      return bar ? [`${name} ${formatNumber(bar.value, 2)}`] : []
    })
    return `${row.title}: ${values.join(', ')}`
  })
  return {
    kind: 'bars',
    id: 'tokens-per-joule',
    title: labelOf('tokensPerJ'),
    summary: `${labelOf('tokensPerJ')} in the steady window, with 95 % intervals. ${descriptions.join('; ')}.`,
    about: 'comparison',
    simulated: rows.some((row) =>
      selection.cards.some((card) => selection.runOf(row.name, card.key)?.source === 'simulated'),
    ),
    value: { label: labelOf('tokensPerJ'), min: 0 },
    categories: rows.map((row) => row.title),
    groups,
  }
}
