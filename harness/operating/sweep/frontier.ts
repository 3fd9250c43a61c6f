/** A point of a trade-off; higher is better on both axes. */
export interface TradeOff {
  readonly x: number
  readonly y: number
}

/**
 * For each point whether it is on the Pareto frontier: no other point is at least as good on both axes and better on one. Of
 * points at the same place all are.
 */
export function onFrontier(points: readonly TradeOff[]): boolean[] {
  return points.map(
    (point) =>
      !points.some((other) => other.x >= point.x && other.y >= point.y && (other.x > point.x || other.y > point.y)),
  )
}
