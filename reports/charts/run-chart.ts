import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Chart, ChartPanel, Point } from './chart-types.ts'
import { type RunSeries, startOf } from './run-series.ts'

/** Power, memory and tokens/s over a run, its steady windows shaded. Null when the run kept no rows to draw. */
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
    ...panel('Power, W', series.powerW, 0),
    ...panel('Memory, GiB', series.memoryGib, 0),
    ...panel('Tokens/s', series.tokensPerS, 0),
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
    x: { label: 'seconds', min: 0 },
    panels,
    bands,
    marks: [],
  }
}

function summaryOf(record: RunRecord, windows: number): string {
  const mean = (key: 'outputTokensPerS' | 'meanPowerW' | 'peakPowerW' | 'peakMemoryMiB') =>
    record.result[key]?.mean ?? null
  const said = [
    ['power', mean('meanPowerW'), 0, 'W'],
    ['peak power', mean('peakPowerW'), 0, 'W'],
    ['peak memory', mean('peakMemoryMiB'), 0, 'MiB'],
    ['output', mean('outputTokensPerS'), 0, 'tokens/s'],
  ] as const
  const figures = said.flatMap(([name, value, digits, unit]) =>
    value === null ? [] : [`${name} ${formatNumber(value, digits)} ${unit}`],
  )
  const shaded =
    windows === 0 ? 'No steady window was found' : `${windows} steady window${windows === 1 ? '' : 's'}, shaded`
  return `Run ${record.id} over its ${record.trials.length} trial${record.trials.length === 1 ? '' : 's'}. ${shaded}. Means of the windows: ${figures.join(', ') || 'none'}.`
}
