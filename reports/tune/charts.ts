import { labelOf, metrics } from '../../harness/metrics/catalogue.ts'
import { limitOf, type PointRow } from '../../harness/operating/points.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import type { Chart, ChartLine, ChartOf } from '../charts/chart-types.ts'
import { rounded } from '../charts/slices.ts'
import { formatGbp, formatNumber } from '../render/format-cell.ts'
import { loadCharts } from './load-charts.ts'
import { powerChart } from './power-chart.ts'
import { pointName, type Tuning } from './tuning.ts'

/** What is drawn against the setting, one panel each. */
interface Curve {
  readonly label: string
  readonly of: (row: PointRow) => MetricResult | undefined
  readonly show: (value: number) => string
}

/** The charts of a tuning: output rate, efficiency and cost against what was set; with several loads also their trade-offs. */
export function tuningCharts(tuning: Tuning, number: number): Chart[] {
  const { rows } = tuning.table
  const limits = rows.filter(({ setting, limitW }) => setting.smClockMHz === null && limitW !== null)
  const clocks = rows.filter(({ setting }) => setting.smClockMHz !== null)
  return [
    against(tuning, limits, {
      id: `tune-${number}-limit`,
      what: 'power limit',
      label: 'Power limit (W per GPU)',
      x: limitOf,
    }),
    against(tuning, clocks, {
      id: `tune-${number}-clock`,
      what: 'locked SM clock',
      label: 'Locked SM clock (MHz)',
      x: ({ setting }) => setting.smClockMHz!,
    }),
    powerChart(tuning, number),
    ...loadCharts(tuning, number),
  ].filter((chart) => chart !== null)
}

interface Axis {
  readonly id: string
  readonly what: string
  readonly label: string
  readonly x: (row: PointRow) => number
}

/** One panel per curve; a line per load, and per limit where clocks were locked at several. Null for fewer than two points. */
function against(
  tuning: Tuning,
  rows: readonly PointRow[],
  { id, what, label, x }: Axis,
): (ChartOf<'lines'> & Chart) | null {
  const measured = rows.filter(({ blocks }) => blocks.length > 0)
  if (new Set(measured.map(x)).size < 2) return null
  const lines = [...Map.groupBy(measured, (row) => lineName(tuning, row, measured, what))]
  const curves = curvesOf(tuning).filter(({ of }) => measured.some((row) => of(row)?.mean != null))
  const described = lines.map(
    ([name, points]) =>
      `${lines.length > 1 ? `${name}: ` : ''}${points
        .toSorted((a, b) => x(a) - x(b))
        .map(
          (row) =>
            `${pointName({ isGrid: false }, row)} ${curves.flatMap(({ of, show }) => (of(row)?.mean == null ? [] : show(of(row)!.mean!))).join(', ')}`,
        )
        .join('; ')}`,
  )
  return {
    kind: 'lines',
    id,
    title: `By ${what}: ${tuning.title} on ${tuning.card.label}`,
    summary: `${curves.map((curve) => curve.label).join(', ')} by ${what}, with 95 % intervals. ${described.join('. ')}.`,
    about: 'comparison',
    simulated: tuning.simulated,
    x: { label },
    panels: curves.map((curve) => ({
      y: { label: curve.label },
      lines: lines.map(([name, points], color) =>
        lineOf(
          { name, color },
          points.toSorted((a, b) => x(a) - x(b)),
          x,
          curve,
        ),
      ),
    })),
    bands: [],
    marks: [],
  }
}

function lineOf(
  { name, color }: Pick<ChartLine, 'name' | 'color'>,
  points: readonly PointRow[],
  x: (row: PointRow) => number,
  { of }: Curve,
): ChartLine {
  const known = points.flatMap((row) => {
    const result = of(row)
    return result === undefined || result.mean === null ? [] : [{ x: x(row), y: result.mean, ci95: result.ci95 }]
  })
  return {
    name,
    color,
    style: 'measured',
    dots: true,
    points: known.map((at) => [at.x, rounded(at.y)]),
    ci95: known.map(({ ci95 }) => ci95 && [rounded(ci95[0]), rounded(ci95[1])]),
  }
}

function curvesOf({ table: { unit, efficiency } }: Tuning): Curve[] {
  const metric = (key: typeof efficiency): Curve => ({
    label: labelOf(key),
    of: ({ figures }) => figures[key],
    show: (value) => `${formatNumber(value, metrics[key].digits)} ${metrics[key].unit}`,
  })
  return [
    metric(unit.rate),
    metric(efficiency),
    { label: `£ per ${unit.priced}`, of: ({ gbp }) => gbp, show: (value) => formatGbp(value, 4) },
  ]
}

/** What the points of a line have in common, besides what is on the axis. */
function lineName(
  tuning: Tuning,
  { concurrency, setting, limitW }: PointRow,
  all: readonly PointRow[],
  what: string,
): string {
  const severalLimits = setting.smClockMHz !== null && new Set(all.map((row) => row.limitW)).size > 1
  const parts = [
    ...(tuning.isGrid && concurrency !== null ? [concurrency === 1 ? '1 stream' : `${concurrency} streams`] : []),
    ...(severalLimits ? [`${limitW ?? 'unknown'} W`] : []),
  ]
  return parts.join(', ') || `by ${what}`
}
