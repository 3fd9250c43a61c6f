import { cardMoney, decidingCost } from '../comparison/card-money.ts'
import { excludedBy } from '../comparison/winners.ts'
import type { Facts } from '../facts.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Measured } from '../tables/figure-cell.ts'
import { ratioInterval } from '../tables/ratio-interval.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import type { ChartOf } from './chart-types.ts'
import { rounded } from './slices.ts'

/**
 * The cost of each workload on the other cards as a multiple of that on the first one, with 95 % intervals: what decides, free of
 * units, so that text, images and training stand in one chart. A card that the rule for winners excludes has no bar. Null for one card, or fewer than two workloads with two costs.
 */
export function relativeCostChart(
  selection: Selection,
  facts: Facts,
  colorOf: (card: string) => number,
): ChartOf<'bars'> | null {
  const [first, ...others] = selection.cards
  if (first === undefined || others.length === 0) return null
  const costOf = (row: ScenarioRow, card: CardColumn): Measured | null => {
    if (excludedBy(row, card, selection, facts) !== null) return null
    const cost = decidingCost(cardMoney(card, selection, facts, row), row)
    return 'value' in cost && cost.value.value > 0 ? cost.value : null
  }
  const rows = selection.scenarios.flatMap((row) => {
    const base = costOf(row, first)
    if (base === null) return []
    const ratios = others.map((card) => {
      const cost = costOf(row, card)
      if (cost === null) return null
      const ci95 = ratioInterval(cost, base)
      return {
        value: rounded(cost.value / base.value),
        ci95: ci95 && ([rounded(ci95[0]), rounded(ci95[1])] as const),
      }
    })
    return ratios.every((ratio) => ratio === null) ? [] : [{ row, ratios }]
  })
  if (rows.length < 2) return null
  const described = rows.map(({ row, ratios }) => {
    const said = ratios.flatMap((ratio, at) => {
      const card = others[at]!
      if (ratio !== null) return [`${card.label} ${formatNumber(ratio.value, 2)} times`]
      const excluded = excludedBy(row, card, selection, facts)
      return excluded === null ? [] : [`${card.label} not counted (${excluded.reason})`]
    })
    return `${row.title}: ${said.join(', ')}`
  })
  const none = selection.scenarios.length - rows.length
  const absent =
    none === 0
      ? ''
      : ` ${none} of ${selection.scenarios.length} workloads are absent: fewer than two cards run them within the SLO and have a cost.`
  return {
    kind: 'bars',
    id: 'relative-cost',
    title: `Cost${others.length === 1 ? ` of the ${others[0]!.label}` : ''} beside the ${first.label}`,
    summary: `Cost per unit of output, or per month of a fixed demand, as a multiple of that of the ${first.label}, with 95 % intervals: below 1 is cheaper. ${described.join('; ')}.${absent}`,
    about: 'comparison',
    simulated: rows.some(({ row }) =>
      selection.cards.some(({ key }) => selection.runOf(row.name, key)?.source === 'simulated'),
    ),
    value: { label: `Cost, ${first.label} = 1`, min: 0 },
    reference: 1,
    categories: rows.map(({ row }) => row.title),
    groups: others.map(({ key, label }, at) => ({
      name: label,
      color: colorOf(key),
      bars: rows.map(({ ratios }) => ratios[at] ?? null),
    })),
  }
}
