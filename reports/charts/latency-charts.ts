import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isScheduled } from '../../harness/scenario/load-shape.ts'
import { formatNumber } from '../render/format-cell.ts'
import { type LatencyKey, latencyNames } from '../tables/latency-names.ts'
import type { Selection } from '../tables/selection.ts'
import type { Chart, ChartLine } from './chart-types.ts'
import type { RunSeries } from './run-series.ts'

/** The distributions of TTFT, TPOT and E2E of each scenario, one line per card: share of requests by latency. */
export function latencyCharts(
  selection: Selection,
  seriesOf: (run: RunRecord) => RunSeries | null,
  colorOf: (card: string) => number,
): Chart[] {
  return selection.scenarios.flatMap((row) =>
    (Object.keys(latencyNames) as LatencyKey[]).flatMap((key): Chart[] => {
      const { short } = latencyNames[key]
      const name = key === 'ttftMs' && isScheduled(row.sample.scenario.load) ? `${short} from schedule` : short
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
      const spreads = shown.map(({ card, values }) => `${card.label} ${spread(values)}`).join('; ')
      return [
        {
          kind: 'lines',
          id: `latency-${row.name}-${short.toLowerCase()}`,
          title: `${name}: ${row.title}`,
          summary: `Share of the requests in the steady windows by ${name} (cumulative). ${spreads}.`,
          about: 'comparison',
          simulated: shown.some(({ run }) => run.source === 'simulated'),
          x: { label: `${name} (ms)` },
          panels: [{ y: { label: 'Requests (%)', min: 0, max: 100 }, lines }],
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
  return `minimum ${at(0)} ms, median ${at(0.5)} ms, p90 ${at(0.9)} ms, maximum ${at(1)} ms`
}
