import { labelOf, metrics } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import { formatNumber } from '../render/format-cell.ts'
import { exceptLoad } from '../tables/alike-loads.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { Selection } from '../tables/selection.ts'
import type { Chart, ChartLine } from './chart-types.ts'
import { rounded } from './slices.ts'

interface SweepPoint {
  readonly run: RunRecord
  readonly card: string
  readonly streams: number
  readonly tokensPerS: number
  readonly limit: number | null
}

/**
 * Output throughput by number of streams, with the physical limit: one chart for each group of runs that differ only in
 * their closed load.
 */
export function concurrencyCharts(selection: Selection, facts: Facts, colorOf: (card: string) => number): Chart[] {
  const points = selection.scenarios.flatMap((row) =>
    selection.cards.flatMap((card): SweepPoint[] => {
      const run = selection.runOf(row.name, card.key)
      const known = run && measuredOf(run, 'outputTokensPerS')
      if (run === null || known === null || 'reason' in known || run.scenario.load.shape !== 'closed') return []
      const limit = facts.limit(run)
      const point = { run, card: card.key, streams: run.scenario.load.concurrency, tokensPerS: known.value.value }
      return [{ ...point, limit: 'value' in limit ? limit.value.value : null }]
    }),
  )
  return [...Map.groupBy(points, ({ run }) => exceptLoad(run)).values()]
    .filter((group) => new Set(group.map(({ streams }) => streams)).size > 1)
    .map((group, index) => sweepChart(group, { index, selection, facts, colorOf }))
}

function sweepChart(
  group: readonly SweepPoint[],
  {
    index,
    selection,
    facts,
    colorOf,
  }: {
    readonly index: number
    readonly selection: Selection
    readonly facts: Pick<Facts, 'model'>
    readonly colorOf: (card: string) => number
  },
): Chart {
  const cards = selection.cards.filter(({ key }) => group.some(({ card }) => card === key))
  const lines = cards.flatMap(({ key, label }): ChartLine[] => {
    const points = group.filter(({ card }) => card === key).toSorted((a, b) => a.streams - b.streams)
    const color = colorOf(key)
    const limits = points.flatMap(({ streams, limit }) => (limit === null ? [] : [[streams, rounded(limit)] as const]))
    return [
      {
        name: label,
        color,
        style: 'measured',
        dots: true,
        points: points.map(({ streams, tokensPerS }) => [streams, rounded(tokensPerS)]),
      },
      ...(limits.length > 0 ? [{ name: `${label}, limit`, color, style: 'limit' as const, points: limits }] : []),
    ]
  })
  const descriptions = cards.map(({ key, label }) => {
    const points = group.filter(({ card }) => card === key).toSorted((a, b) => a.streams - b.streams)
    const steps = points.map(({ streams, tokensPerS }) => `${formatNumber(tokensPerS, 0)} at ${streams}`)
    return `${label} ${steps.join(', ')}`
  })
  const key = group[0]!.run.scenario.model
  const model = facts.model(key)?.label ?? key
  return {
    kind: 'lines',
    id: `concurrency-${index + 1}`,
    title: `${metrics.outputTokensPerS.label} by number of streams: ${model}`,
    summary: `${labelOf('outputTokensPerS')} by number of concurrent streams. ${descriptions.join('; ')}. Dotted: the physical limit of each card.`,
    about: 'comparison',
    simulated: group.some(({ run }) => run.source === 'simulated'),
    x: { label: 'Concurrent streams', log: true },
    panels: [{ y: { label: labelOf('outputTokensPerS'), min: 0 }, lines }],
    bands: [],
    marks: [],
  }
}
