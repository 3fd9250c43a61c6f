import { type CostSide, gbpPerMillionOutputTokens } from '../../harness/metrics/cost.ts'
import type { MoneyCard, MoneyModel } from '../money-model.ts'
import { formatGbp } from '../render/format-cell.ts'
import type { ChartLine, ChartOf } from './chart-types.ts'
import { type CrossingSide, crossingOf, crossingText, percentOf } from './crossing.ts'
import { rounded } from './slices.ts'

const FROM_PERCENT = 10
/** The name of the cost on its axis and in titles. */
export const COST_LABEL = '£ per million output tokens'

/**
 * £ per million output tokens by utilisation, one line per card, with the points where two cards cost the same. The page
 * calls it again with the reader's assumptions. Null where no card has all inputs.
 */
export function costChart(
  money: MoneyModel,
  colorOf: (card: string) => number,
  title: string,
  simulated: boolean,
): ChartOf<'lines'> | null {
  const sides = money.cards.flatMap((card) => {
    const side = sideOf(card, money)
    return side === null ? [] : [{ id: card.id, label: card.label, side }]
  })
  if (sides.length === 0) return null
  const costAt = (side: CostSide, percent: number) =>
    gbpPerMillionOutputTokens(side.outputTokensPerS, side.loadW, { ...side.inputs, utilisation: percent / 100 })
  const percents = Array.from({ length: 100 - FROM_PERCENT + 1 }, (_, step) => FROM_PERCENT + step)
  const lines = sides.map(
    ({ id, label, side }): ChartLine => ({
      name: label,
      color: colorOf(id),
      style: 'measured',
      points: percents.map((percent) => {
        const gbp = costAt(side, percent)
        return [percent, gbp === null ? null : rounded(gbp)]
      }),
    }),
  )
  const pairs = sides.flatMap((a, at) => sides.slice(at + 1).map((b) => [a, b] as const))
  const crossings = pairs.flatMap(([a, b]) => {
    const { share, interval } = crossingOf(a.side, b.side)
    const gbp = share === null ? null : costAt(a.side, share * 100)
    if (share === null || gbp === null || share * 100 < FROM_PERCENT) return []
    return [{ x: rounded(share * 100), y: rounded(gbp), interval }]
  })
  const descriptions = sides.map(({ label, side }) => {
    const [half, full] = [costAt(side, 50), costAt(side, 100)]
    const gbp = (value: number | null) => (value === null ? 'unknown' : formatGbp(value, 4))
    return `${label} ${gbp(half)} at 50 % and ${gbp(full)} at 100 %`
  })
  const crossingsText =
    pairs.length === 0
      ? 'There is no crossing with one card'
      : pairs.map(([a, b]) => `${a.label} and ${b.label} ${crossingText(crossingOf(a.side, b.side))}`).join('; ')
  return {
    kind: 'lines',
    id: 'cost-utilisation',
    title,
    summary: `${COST_LABEL} by utilisation (share of the year under load). ${descriptions.join('; ')}. ${crossingsText}.`,
    about: 'comparison',
    simulated,
    x: { label: 'Utilisation (%)', min: 0, max: 100 },
    panels: [{ y: { label: COST_LABEL, min: 0 }, lines }],
    bands: crossings.flatMap(({ interval }) =>
      interval === null ? [] : [{ from: Math.max(FROM_PERCENT, percentOf(interval[0])), to: percentOf(interval[1]) }],
    ),
    marks: crossings.map(({ x, y }) => ({ x, y, label: `${percentOf(x / 100)} %` })),
  }
}

function sideOf(card: MoneyCard, money: MoneyModel): CrossingSide | null {
  const { priceGbp, idleW, meanPowerW, outputTokensPerS } = card
  if (priceGbp === null || idleW === null || meanPowerW === null || outputTokensPerS === null) return null
  const { years, tariffGbpPerKwh, utilisation, pue } = money
  const inputs = { years, tariffGbpPerKwh, utilisation, pue, priceGbp, idleW }
  return { inputs, loadW: meanPowerW, outputTokensPerS, ci95: card.outputTokensPerSCi95 ?? null }
}
