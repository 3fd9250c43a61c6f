import type { RunRecord } from '../../harness/record/schema/run.ts'
import { turnsOf } from '../comparison/sessions.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import type { Chart, ChartLine, Point } from './chart-types.ts'
import { rounded } from './slices.ts'

/** TTFT and cache hits by the depth of a turn: one chart for each scenario of sessions. */
export function turnCharts(selection: Selection, colorOf: (card: string) => number): Chart[] {
  return selection.scenarios.flatMap((row) => {
    const runs = selection.cards.flatMap((card) => {
      const run = selection.runOf(row.name, card.key)
      return run !== null && turnsOf(run).length > 1 ? [{ card, run }] : []
    })
    return runs.length === 0 ? [] : [turnChart(row, runs, colorOf)]
  })
}

interface CardRun {
  readonly card: CardColumn
  readonly run: RunRecord
}

function turnChart(row: ScenarioRow, runs: readonly CardRun[], colorOf: (card: string) => number): Chart {
  const line = (
    { card, run }: CardRun,
    name: string,
    style: ChartLine['style'],
    of: (turns: ReturnType<typeof turnsOf>[number]) => number | null,
  ): ChartLine => ({
    name,
    color: colorOf(card.key),
    style,
    ...(style === 'measured' ? { dots: true } : {}),
    // turns that are measured together stand at their middle
    points: turnsOf(run).map((turns): Point => {
      const value = of(turns)
      return [(turns.fromTurn + turns.toTurn) / 2, value === null ? null : rounded(value)]
    }),
  })
  const hits = runs.filter(({ run }) => turnsOf(run).some(({ cachedShare }) => cachedShare.mean !== null))
  const descriptions = runs.map(({ card, run }) => {
    const known = turnsOf(run).flatMap((turns) => (turns.ttftMsP50.mean === null ? [] : [turns]))
    const steps = known.map(
      ({ fromTurn, toTurn, ttftMsP50 }) =>
        `${formatNumber(ttftMsP50.mean ?? 0, 0)} ms at turn ${fromTurn === toTurn ? fromTurn : `${fromTurn} to ${toTurn}`}`,
    )
    return `${card.label}: ${steps.join(', ')}`
  })
  return {
    kind: 'lines',
    id: `turns-${row.name.replace(/[^a-z0-9]+/g, '-')}`,
    title: `TTFT by turn: ${row.title}`,
    summary: `Median TTFT by the turn of a session. ${descriptions.join('; ')}. Dotted: the 90th percentile. Below: the share of prompt tokens from the prefix cache.`,
    about: 'comparison',
    simulated: runs.some(({ run }) => run.source === 'simulated'),
    x: { label: 'Turn of the session' },
    panels: [
      {
        // the first turn computes its whole context: ten times as long as the others
        y: { label: 'TTFT (ms)', log: true },
        lines: runs.flatMap((at) => [
          line(at, at.card.label, 'measured', ({ ttftMsP50 }) => ttftMsP50.mean),
          line(at, `${at.card.label}, p90`, 'limit', ({ ttftMsP90 }) => ttftMsP90.mean),
        ]),
      },
      ...(hits.length === 0
        ? []
        : [
            {
              y: { label: 'Cache hits (%)', min: 0, max: 100 },
              lines: hits.map((at) =>
                line(at, at.card.label, 'measured', ({ cachedShare }) =>
                  cachedShare.mean === null ? null : cachedShare.mean * 100,
                ),
              ),
            },
          ]),
    ],
    bands: [],
    marks: [],
  }
}
