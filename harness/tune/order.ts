import type { TunePoint } from '../operating/point.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'

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
