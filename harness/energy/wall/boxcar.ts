import { type PowerPoint, powerAt } from '../power-series.ts'

/**
 * Mean power about a time over a window of a length, 0 for the power at that time. Before the first reading and after the last the power
 * is taken as that of the nearest one.
 */
export function boxcarOf(points: readonly PowerPoint[]): (centreMs: number, windowMs: number) => number {
  const first = points[0] ?? { timeMs: 0, powerW: 0 }
  const last = points.at(-1) ?? first
  /** Integral from the first reading to each, in W ms. */
  const upTo: number[] = []
  let sum = 0
  points.forEach(({ timeMs, powerW }, index) => {
    const before = points[index - 1]
    if (before) sum += ((before.powerW + powerW) / 2) * (timeMs - before.timeMs)
    upTo.push(sum)
  })
  const powerOf = (timeMs: number): number =>
    timeMs <= first.timeMs
      ? first.powerW
      : timeMs >= last.timeMs
        ? last.powerW
        : (powerAt(points, timeMs) ?? last.powerW)
  const integral = (timeMs: number): number => {
    if (timeMs <= first.timeMs) return (timeMs - first.timeMs) * first.powerW
    if (timeMs >= last.timeMs) return sum + (timeMs - last.timeMs) * last.powerW
    const index = lastBefore(points, timeMs)
    const from = points[index] as PowerPoint
    return (upTo[index] as number) + ((from.powerW + powerOf(timeMs)) / 2) * (timeMs - from.timeMs)
  }
  return (centreMs, windowMs) =>
    windowMs <= 0
      ? powerOf(centreMs)
      : (integral(centreMs + windowMs / 2) - integral(centreMs - windowMs / 2)) / windowMs
}

/** Index of the last point at or before a time that lies within the points. */
function lastBefore(points: readonly PowerPoint[], timeMs: number): number {
  let [low, high] = [0, points.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((points[middle] as PowerPoint).timeMs <= timeMs) low = middle
    else high = middle
  }
  return low
}
