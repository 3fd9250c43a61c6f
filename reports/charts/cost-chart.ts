import { breakEvenUtilisation, type CostSide, gbpPerMillionOutputTokens } from '../../harness/metrics/cost.ts'
import { formatGbp } from '../render/format-cell.ts'
import type { MoneyModel } from '../report.ts'
import type { Chart, ChartLine } from './chart.ts'
import { rounded } from './slices.ts'

const FROM_PERCENT = 10

/** £ per million output tokens against utilisation, a line a card, with the points where two cards cost the same. */
export function costChart(
  money: MoneyModel,
  colorOf: (card: string) => number,
  title: string,
  simulated: boolean,
): Chart | null {
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
    const utilisation = breakEvenUtilisation(a.side, b.side)
    const gbp = utilisation === null ? null : costAt(a.side, utilisation * 100)
    if (utilisation === null || gbp === null || utilisation * 100 < FROM_PERCENT) return []
    return [{ x: rounded(utilisation * 100), y: rounded(gbp), names: `${a.label} and ${b.label}` }]
  })
  const said = sides.map(({ label, side }) => {
    const [half, full] = [costAt(side, 50), costAt(side, 100)]
    const gbp = (value: number | null) => (value === null ? 'unknown' : formatGbp(value, 4))
    return `${label} ${gbp(half)} at 50 % and ${gbp(full)} at 100 %`
  })
  const met =
    crossings.length > 0
      ? crossings.map(({ x, y, names }) => `${names} cost the same at ${x} %, ${formatGbp(y, 4)}`).join('; ')
      : sides.length > 1
        ? `No two cards cost the same between ${FROM_PERCENT} % and 100 %`
        : 'One card has no crossing'
  return {
    kind: 'lines',
    id: 'cost-utilisation',
    title,
    summary: `£ per million output tokens by the share of the year that the card is busy. ${said.join('; ')}. ${met}.`,
    about: 'comparison',
    simulated,
    x: { label: 'utilisation, %', min: 0, max: 100 },
    panels: [{ y: { label: '£ per million output tokens', min: 0 }, lines }],
    bands: [],
    marks: crossings.map(({ x, y }) => ({ x, y, label: `${x} %` })),
  }
}

function sideOf(card: MoneyModel['cards'][number], money: MoneyModel): CostSide | null {
  const { priceGbp, idleW, meanPowerW, outputTokensPerS } = card
  if (priceGbp === null || idleW === null || meanPowerW === null || outputTokensPerS === null) return null
  const { years, tariffGbpPerKwh, utilisation, pue } = money
  const inputs = { years, tariffGbpPerKwh, utilisation, pue, priceGbp, idleW }
  return { inputs, loadW: meanPowerW, outputTokensPerS }
}
