import type { RunRecord } from '../../harness/record/schema/run.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Selection } from '../tables/selection.ts'
import type { Chart, ChartLine } from './chart-types.ts'
import type { RunSeries } from './run-series.ts'

const kinds = [
  ['ttftMs', 'TTFT'],
  ['tpotMs', 'TPOT'],
  ['e2eMs', 'E2E'],
] as const

/** For each scenario how TTFT, TPOT and E2E are distributed, a line a card: the share of requests that took at most so long. */
export function latencyCharts(
  selection: Selection,
  seriesOf: (run: RunRecord) => RunSeries | null,
  colorOf: (card: string) => number,
): Chart[] {
  return selection.scenarios.flatMap((row) =>
    kinds.flatMap(([key, name]): Chart[] => {
      const shown = selection.cards.flatMap((card) => {
        const run = selection.runOf(row.name, card.key)
        const values = run === null ? null : (seriesOf(run)?.[key] ?? null)
        return run === null || values === null ? [] : [{ card, run, values }]
      })
      if (shown.length === 0) return []
      const lines = shown.map(
        ({ card, values }): ChartLine => ({
          name: card.label,
          color: colorOf(card.key),
          style: 'measured',
          points: values.map((ms, at) => [ms, (at / (values.length - 1)) * 100]),
        }),
      )
      const said = shown.map(({ card, values }) => `${card.label} ${spread(values)}`).join('; ')
      return [
        {
          kind: 'lines',
          id: `latency-${row.name}-${name.toLowerCase()}`,
          title: `${name}: ${row.title}`,
          summary: `Share of the requests in the steady windows whose ${name} was at most so long. ${said}.`,
          about: 'comparison',
          simulated: shown.some(({ run }) => run.source === 'simulated'),
          x: { label: `${name}, ms` },
          panels: [{ y: { label: '% of requests', min: 0, max: 100 }, lines }],
          bands: [],
          marks: [],
        },
      ]
    }),
  )
}

function spread(values: readonly number[]): string {
  const at = (share: number) => {
    const value = values[Math.round(share * (values.length - 1))]!
    return formatNumber(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }
  return `least ${at(0)} ms, median ${at(0.5)} ms, 90 % within ${at(0.9)} ms, most ${at(1)} ms`
}
