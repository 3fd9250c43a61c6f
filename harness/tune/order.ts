import type { TunePoint } from '../operating/point.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'

/** One measurement of a tuning: which point, in which block, and its place in the whole order. */
export interface Placed {
  readonly point: TunePoint
  readonly block: number
  readonly place: number
}

/**
 * The points of one block in the order in which they are measured: shuffled by the seed and the number of the block (Fisher and
 * Yates), so that heat and time of day fall on all points alike. The same seed gives the same order.
 */
export function shuffledBlock(points: readonly TunePoint[], block: number, seed: number): TunePoint[] {
  const random = seededRandom(mixSeed(seed, block))
  const order = [...points]
  for (let last = order.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1))
    const moved = order[last]!
    order[last] = order[chosen]!
    order[chosen] = moved
  }
  return order
}

/** Randomised complete blocks: every block has every point once. The plan of a tuning before anything is decided. */
export function blockedOrder(points: readonly TunePoint[], blocks: number, seed: number): Placed[] {
  return Array.from({ length: blocks }, (_, block) =>
    shuffledBlock(points, block, seed).map((point) => ({ point, block })),
  )
    .flat()
    .map((each, place) => ({ ...each, place }))
}
