import { labelOf, metrics } from '../../harness/metrics/catalogue.ts'
import type { PointRow } from '../../harness/operating/points.ts'
import { onFrontier } from '../../harness/operating/sweep/frontier.ts'
import type { Chart, ChartDot, ChartOf } from '../charts/chart-types.ts'
import { rounded } from '../charts/slices.ts'
import { formatNumber } from '../render/format-cell.ts'
import { pointName, type Tuning } from './tuning.ts'

/**
 * Output rate against the power that the boards drew, a line per load over the points that no other beats: none has as much
 * output for as little power. Null for fewer than two points.
 */
export function powerChart(tuning: Tuning, number: number): (Chart & ChartOf<'dots'>) | null {
  const { rows, unit } = tuning.table
  const groups = [...Map.groupBy(rows, ({ concurrency }) => concurrency)].flatMap(([concurrency, points], color) => {
    const dots = dotsOf(tuning, points)
    const name = concurrency === null || !tuning.isGrid ? 'points that no other beats' : `${concurrency} streams`
    return dots.length < 2 ? [] : [{ name: name.replace(/^1 streams$/, '1 stream'), color, dots }]
  })
  if (groups.length === 0) return null
  const described = groups.map(({ name, dots }) => {
    const best = dots.filter(({ isJoined }) => isJoined).toSorted((a, b) => a.x - b.x)
    return `${groups.length > 1 ? `${name}: ` : ''}${best.map(({ label, x, y }) => `${label} (${formatNumber(y, 0)} ${metrics[unit.rate].unit} at ${formatNumber(x, 0)} W)`).join(', ')}`
  })
  return {
    kind: 'dots',
    id: `tune-${number}-power`,
    title: `For its power: ${tuning.title} on ${tuning.card.label}`,
    summary: `${labelOf(unit.rate)} against the power of the boards. The line joins the points that no other beats, by the means: ${described.join('; ')}.`,
    about: 'comparison',
    simulated: tuning.simulated,
    x: { label: labelOf('meanPowerW') },
    y: { label: labelOf(unit.rate) },
    groups,
    better: { x: 'lower', y: 'higher' },
    limits: [],
  }
}

function dotsOf(tuning: Tuning, points: readonly PointRow[]): ChartDot[] {
  const known = points.flatMap((row) => {
    const [rate, power] = [row.figures[tuning.table.unit.rate], row.figures.meanPowerW]
    return rate?.mean == null || power?.mean == null ? [] : [{ row, rate, power, x: power.mean, y: rate.mean }]
  })
  // less power is better
  const isBest = onFrontier(known.map(({ x, y }) => ({ x: -x, y })))
  return known.map(({ row, rate, power, x, y }, at) => ({
    x: rounded(x),
    y: rounded(y),
    xCi95: power.ci95,
    yCi95: rate.ci95,
    label: pointName({ isGrid: false }, row),
    isJoined: isBest[at]!,
    isHollow: false,
  }))
}
