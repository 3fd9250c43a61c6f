import type { Chart } from '../charts/chart-types.ts'
import type { Sweep } from './lines.ts'
import { tradeOffCharts } from './trade-off-charts.ts'

/** The trade-offs of each sweep, one line per card. `colorOf` gives a card the colour that it has in the other charts. */
export function sweepCharts(sweeps: readonly Sweep[], colorOf: (card: string) => number): Chart[] {
  return sweeps.flatMap(({ title, lines }, index) =>
    tradeOffCharts({
      id: index === 0 ? 'sweep' : `sweep-${index + 1}`,
      title,
      lines: lines.map((line) => ({ ...line, color: colorOf(line.card.key) })),
      scenario: lines[0]!.loads[0]!.run.scenario,
      simulated: lines.some(({ loads }) => loads.some(({ run }) => run.source === 'simulated')),
    }),
  )
}
