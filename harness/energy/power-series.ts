import type { GpuRow } from '../record/rows.ts'
import { SAMPLE_INTERVAL_MS } from '../record/sample-interval.ts'
import { percentileSorted } from '../stats/percentiles.ts'

/** One power reading, at the middle of its averaging window. */
export interface PowerPoint {
  readonly timeMs: number
  readonly powerW: number
}

export interface Span {
  readonly startMs: number
  readonly endMs: number
}

export interface Integral {
  readonly energyJ: number
  readonly coveredMs: number
}

export type PowerField = 'powerW' | 'powerInstantW'

/** Longest gap in ms that a trapezoid bridges; shorter sampling intervals bridge at most 3 intervals. */
const LONGEST_BRIDGE_MS = 3000
/** Time in ms for which a sensor may repeat its value before it counts as stale. */
const FROZEN_MS = 3000
/** Change of utilisation in points that is a change of load; steady load varies by a few points. */
const MOVING_PCT = 20

/**
 * The power readings of one GPU in order of time, each moved back by `shiftMs`. Readings of equal time are averaged;
 * repeated values are kept, because a steady load read at 5 Hz from a 10 Hz sensor may repeat.
 */
export function powerSeries(rows: readonly GpuRow[], uuid: string, field: PowerField, shiftMs: number): PowerPoint[] {
  const read = rows.flatMap((row) => {
    const powerW = row[field]
    return row.uuid === uuid && powerW !== null ? [{ timeMs: row.timeMs - shiftMs, powerW }] : []
  })
  return inOrder(read)
}

/** Power of several GPUs together, at the times of the first of them: those at which all have a reading beside them. */
export function summedSeries(series: readonly (readonly PowerPoint[])[]): PowerPoint[] {
  const [first = [], ...others] = series
  return first.flatMap(({ timeMs, powerW }) => {
    const rest = others.map((points) => powerAt(points, timeMs))
    return rest.every((value) => value !== null)
      ? [{ timeMs, powerW: rest.reduce((sum, value) => sum + value, powerW) }]
      : []
  })
}

/** Readings in order of time; those of equal time are averaged. */
export function inOrder(readings: readonly PowerPoint[]): PowerPoint[] {
  const read = readings.toSorted((a, b) => a.timeMs - b.timeMs)
  const points: PowerPoint[] = []
  for (let index = 0; index < read.length; ) {
    const { timeMs } = read[index] as PowerPoint
    let sum = 0
    let count = 0
    for (; read[index]?.timeMs === timeMs; index += 1, count += 1) sum += (read[index] as PowerPoint).powerW
    points.push({ timeMs, powerW: sum / count })
  }
  return points
}

/** Median time between successive readings in ms; null for fewer than two readings. */
export function medianIntervalMs(points: readonly PowerPoint[]): number | null {
  const intervals = points.slice(1).map(({ timeMs }, index) => timeMs - (points[index] as PowerPoint).timeMs)
  return percentileSorted(
    intervals.toSorted((a, b) => a - b),
    0.5,
  )
}

/**
 * Minimum time in ms between two readings that is not bridged: over 3 whole intervals, because two lost samples leave 3
 * intervals and the jitter of four queries; and never over 3 s. The interval is the requested one, or the observed one if
 * longer, because a driver may take a second per query. A source that is asked less often has a limit of its own.
 */
export function longestBridgeMs(
  points: readonly PowerPoint[],
  askedIntervalMs: number = SAMPLE_INTERVAL_MS,
  limitMs: number = LONGEST_BRIDGE_MS,
): number {
  return Math.min(3.5 * Math.max(askedIntervalMs, medianIntervalMs(points) ?? 0), limitMs)
}

/**
 * Trapezoid of power over a span in J, with linear interpolation at both of its edges. Time between readings further
 * apart than `bridgeMs`, time outside all readings, and the `without` spans are not covered and add no energy.
 */
export function integrate(
  points: readonly PowerPoint[],
  span: Span,
  bridgeMs: number,
  without: readonly Span[] = [],
): Integral {
  let energyJ = 0
  let coveredMs = 0
  for (let index = 1; index < points.length; index += 1) {
    const from = points[index - 1] as PowerPoint
    const to = points[index] as PowerPoint
    if (to.timeMs <= span.startMs) continue
    if (from.timeMs >= span.endMs) break
    if (to.timeMs - from.timeMs >= bridgeMs) continue
    const clip = { startMs: Math.max(from.timeMs, span.startMs), endMs: Math.min(to.timeMs, span.endMs) }
    for (const piece of subtract(clip, without)) {
      const lengthMs = piece.endMs - piece.startMs
      energyJ += ((between(from, to, piece.startMs) + between(from, to, piece.endMs)) / 2) * (lengthMs / 1000)
      coveredMs += lengthMs
    }
  }
  return { energyJ, coveredMs }
}

/** Power at a time by linear interpolation between its neighbours; null outside the readings. `points` in order of time. */
export function powerAt(points: readonly PowerPoint[], timeMs: number): number | null {
  let low = 0
  let high = points.length - 1
  const first = points[low]
  const last = points[high]
  if (!first || !last || timeMs < first.timeMs || timeMs > last.timeMs) return null
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((points[middle] as PowerPoint).timeMs <= timeMs) low = middle
    else high = middle
  }
  return between(points[low] as PowerPoint, points[high] as PowerPoint, timeMs)
}

/** The points whose time lies inside a span, edges included. */
export const inside = (points: readonly PowerPoint[], span: Span): PowerPoint[] =>
  points.filter(({ timeMs }) => timeMs >= span.startMs && timeMs <= span.endMs)

/**
 * Spans in which one GPU reported the same power for more than 3 s while its utilisation changed: the sensor was stale,
 * not the load steady. Times are those of the rows, not shifted.
 */
export function staleSpans(rows: readonly GpuRow[], uuid: string, field: PowerField): Span[] {
  const read = rows.filter((row) => row.uuid === uuid && row[field] !== null).toSorted((a, b) => a.timeMs - b.timeMs)
  const spans: Span[] = []
  for (let from = 0; from < read.length; ) {
    const first = read[from] as GpuRow
    let to = from
    while (read[to + 1]?.[field] === first[field]) to += 1
    const last = read[to] as GpuRow
    if (last.timeMs - first.timeMs > FROZEN_MS && utilizationSwing(read.slice(from, to + 1)) >= MOVING_PCT) {
      spans.push({ startMs: first.timeMs, endMs: last.timeMs })
    }
    from = to + 1
  }
  return spans
}

function utilizationSwing(rows: readonly GpuRow[]): number {
  const seen = rows.map((row) => row.utilizationGpuPct).filter((value) => value !== null)
  return seen.length === 0 ? 0 : Math.max(...seen) - Math.min(...seen)
}

function between(from: PowerPoint, to: PowerPoint, timeMs: number): number {
  if (to.timeMs === from.timeMs) return from.powerW
  return from.powerW + ((to.powerW - from.powerW) * (timeMs - from.timeMs)) / (to.timeMs - from.timeMs)
}

function subtract(span: Span, without: readonly Span[]): Span[] {
  let left: Span[] = [span]
  for (const hole of without) {
    left = left.flatMap((piece) => [
      { startMs: piece.startMs, endMs: Math.min(piece.endMs, hole.startMs) },
      { startMs: Math.max(piece.startMs, hole.endMs), endMs: piece.endMs },
    ])
    left = left.filter((piece) => piece.endMs > piece.startMs)
  }
  return left
}
