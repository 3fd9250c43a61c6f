import { median } from 'simple-statistics'
import { comparedMetric } from '../../../harness/metrics/catalogue.ts'
import { percentileSorted } from '../../../harness/stats/percentiles.ts'
import { counted } from '../../../harness/units.ts'
import type { SeriesHistory } from '../../../harness/verdict/history/history-values.ts'
import type { Chart, ChartLine, Point } from '../../charts/chart-types.ts'
import { type ColumnHistory, type FleetHistory, isOfAll, type UnitHistory } from './fleet-history.ts'

/** Units that are drawn by themselves: those with steps or a trend of their own. */
const MOST_LINES = 4
/** Days of one point of the fleet. */
const WINDOW_DAYS = 7

/** One chart for each scenario and card: every unit as a share of its own median, so that a change of all is one line. */
export const historyCharts = ({ columns, trendLevel, simulated }: FleetHistory): Chart[] =>
  columns.flatMap((column, at) =>
    column.units.some(({ points }) => points.length > 2) ? [chartOf(column, { at, trendLevel, simulated })] : [],
  )

function chartOf(
  { title, card, metric, units, whole }: ColumnHistory,
  { at, trendLevel, simulated }: { readonly at: number; readonly trendLevel: number; readonly simulated: boolean },
): Chart {
  const relative = units.map((unit) => ({ unit, points: relativeTo(unit) }))
  const odd = relative
    .filter(({ unit: { found } }) => found.steps.some((step) => !isOfAll(step, whole)) || isOld(found, trendLevel))
    .slice(0, MOST_LINES)
  const drawn = units.length <= MOST_LINES ? relative : odd
  const lines: ChartLine[] = [
    ...(units.length > 1 ? fleetLines(relative.flatMap(({ points }) => points)) : []),
    ...drawn.map(
      ({ unit, points }, index): ChartLine => ({
        ...{ name: unit.unit.name, color: index + 1, style: 'measured', dots: true, points },
      }),
    ),
  ]
  const marks = whole.steps.slice(0, 6).map(({ atDays, settings }) => ({
    x: Number(atDays.toFixed(1)),
    y: lowest(lines),
    label: settings
      .map(({ setting, after }) => `${setting} ${after}`)
      .join(', ')
      .slice(0, 28),
  }))
  const { label } = comparedMetric(metric)
  return {
    ...{ kind: 'lines', id: `fleet-history-${at + 1}`, about: 'comparison', simulated },
    title: `${title} on ${card} over time`,
    summary: `${label} of ${counted(units.length, 'unit')} as a share of the median of each, in %; by week over all units, and single units that differ from the others. Diamonds: settings that changed.`,
    x: { label: 'Days since the first run', min: 0 },
    panels: [{ y: { label: `${label} (% of own median)` }, lines }],
    bands: [],
    marks,
  }
}

const lowest = (lines: readonly ChartLine[]): number =>
  lines.flatMap(({ points }) => points).reduce((least, [, y]) => Math.min(least, y ?? least), 100)

const isOld = ({ trend }: SeriesHistory, level: number): boolean => trend !== null && trend.p <= level

function relativeTo({ points }: UnitHistory): Point[] {
  const centre = median(points.map(({ value }) => value))
  return points.map(
    ({ atDays, value }): Point => [Number(atDays.toFixed(1)), Number(((100 * value) / centre).toFixed(2))],
  )
}

/** Median and the middle 80 % of all units by week. */
function fleetLines(points: readonly Point[]): ChartLine[] {
  const weeks = [...Map.groupBy(points, ([x]) => Math.floor(x / WINDOW_DAYS))].toSorted(([a], [b]) => a - b)
  const line = (name: string, share: number, style: ChartLine['style']): ChartLine => ({
    ...{ name, color: 0, style, dots: style === 'measured' },
    points: weeks.map(([week, own]): Point => {
      const sorted = own.flatMap(([, y]) => y ?? []).toSorted((a, b) => a - b)
      return [week * WINDOW_DAYS, percentileSorted(sorted, share)]
    }),
  })
  return [
    line('median of the units', 0.5, 'measured'),
    line('lowest tenth', 0.1, 'limit'),
    line('highest tenth', 0.9, 'limit'),
  ]
}
