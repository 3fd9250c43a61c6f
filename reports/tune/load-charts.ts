import { pointLabel } from '../../harness/operating/point.ts'
import type { PointRow } from '../../harness/operating/points.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import type { Chart } from '../charts/chart-types.ts'
import type { Known } from '../facts.ts'
import { tradeOffCharts } from '../sweep/trade-off-charts.ts'
import type { LoadFigures } from '../sweep/trade-offs.ts'
import type { Measured } from '../tables/figure-cell.ts'
import type { Tuning } from './tuning.ts'

/** The trade-offs of a tuning that measured several loads, one line per setting of the cards. */
export function loadCharts({ table, title, card, gpus, isGrid, simulated }: Tuning, number: number): Chart[] {
  if (!isGrid) return []
  const bySetting = Map.groupBy(table.rows, ({ setting }) => pointLabel({ setting, concurrency: null }))
  return tradeOffCharts({
    id: `tune-${number}-load`,
    title: `${title} on ${card.label}`,
    lines: [...bySetting].map(([label, rows], color) => ({
      label,
      color,
      loads: rows.flatMap((row) => (row.concurrency === null ? [] : [figuresAt(row, row.concurrency, gpus)])),
    })),
    scenario: table.scenario,
    simulated,
  })
}

function figuresAt({ figures, gbp, slo, reason }: PointRow, concurrency: number, gpus: number): LoadFigures {
  return {
    concurrency,
    interactivity: known(figures.decodeTokensPerS),
    perGpu: known(figures.outputTokensPerS, gpus),
    gbp: known(gbp),
    ttftMs: known(figures.ttftMsP50),
    isFailed: reason !== null,
    breaksSlo: slo.state === 'missed' || slo.state === 'unclear',
  }
}

function known(result: MetricResult | undefined, over = 1): Known<Measured> {
  if (result === undefined) return { reason: 'not in the records' }
  if (result.mean === null) return { reason: result.reason }
  const { mean, ci95 } = result
  return { value: { value: mean / over, ci95: ci95 && [ci95[0] / over, ci95[1] / over] } }
}
