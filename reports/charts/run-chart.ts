import { labelOf, metrics } from '../../harness/metrics/catalogue.ts'
import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Chart, ChartPanel, Point } from './chart-types.ts'
import { type RunSeries, startOf } from './run-series.ts'

/** Power, memory and output throughput over a run, with its steady windows shaded. Null for a run without rows. */
export function runChart(record: RunRecord, label: string, color: number, series: RunSeries): Chart | null {
  const panel = (name: string, points: readonly Point[], min?: number): ChartPanel[] =>
    points.some(([, y]) => y !== null)
      ? [
          {
            y: { label: name, ...(min === undefined ? {} : { min }) },
            lines: [{ name: label, color, style: 'measured', points }],
          },
        ]
      : []
  const panels = [
    ...panel('Power (W)', series.powerW, 0),
    ...panel('Memory (GiB)', series.memoryGib, 0),
    ...panel(labelOf('outputTokensPerS'), series.tokensPerS, 0),
  ]
  if (panels.length === 0) return null
  const startMs = startOf(record)
  const bands = record.trials.flatMap(({ windowStartMs, windowEndMs }) =>
    isKnown(windowStartMs) && isKnown(windowEndMs)
      ? [{ from: (windowStartMs - startMs) / 1000, to: (windowEndMs - startMs) / 1000 }]
      : [],
  )
  return {
    kind: 'lines',
    id: `run-${record.id}`,
    title: `${record.scenario.title} on ${label}`,
    summary: summaryOf(record, bands.length),
    about: 'run',
    simulated: record.source === 'simulated',
    x: { label: 'Time (s)', min: 0 },
    panels,
    bands,
    marks: [],
  }
}

function summaryOf(record: RunRecord, windows: number): string {
  const keys = ['meanPowerW', 'peakPowerW', 'peakMemoryMiB', 'outputTokensPerS'] as const
  const means = keys.flatMap((key) => {
    const mean = record.result[key]?.mean ?? null
    const { label, unit } = metrics[key]
    return mean === null ? [] : [`${label} ${formatNumber(mean, 0)} ${unit}`]
  })
  const shaded = windows === 0 ? 'No steady window was found' : `${counted(windows, 'steady window')}, shaded`
  return `Run ${record.id} over its ${counted(record.trials.length, 'trial')}. ${shaded}. Means over the windows: ${means.join(', ') || 'none'}.`
}
