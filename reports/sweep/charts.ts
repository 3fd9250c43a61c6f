import type { Chart } from '../charts/chart-types.ts'
import type { Sweep } from './lines.ts'
import { tradeOffCharts } from './trade-off-charts.ts'

/**
 * The trade-offs of each sweep, one line per card and server. `colorOf` gives a card the colour that it has in the other charts; lines of
 * one card have colours of their own.
 */
export function sweepCharts(sweeps: readonly Sweep[], colorOf: (card: string) => number): Chart[] {
  return sweeps.flatMap(({ title, lines }, index) =>
    tradeOffCharts({
      id: index === 0 ? 'sweep' : `sweep-${index + 1}`,
      title,
      lines: lines.map((line, at) => ({ ...line, color: isByCard(lines) ? colorOf(line.card.key) : at })),
      scenario: lines[0]!.loads[0]!.run.scenario,
      simulated: lines.some((line) => line.simulated),
    }),
  )
}

const isByCard = (lines: Sweep['lines']): boolean => new Set(lines.map(({ card }) => card.key)).size === lines.length
