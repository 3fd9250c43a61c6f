import { siblingLevel } from '../../harness/verdict/siblings.ts'
import type { Quantity } from './quantities.ts'

/** The values of a healthy server. Beyond the worse edge a server is rejected, beyond the better one it is remarked on. */
export interface Band {
  /** Null where nothing is known of that side. */
  readonly low: number | null
  readonly high: number | null
  /** The value of an average healthy server. */
  readonly expected: number
  readonly basis: string
}

/** From this many other servers on, they alone decide; with fewer, a server must be inside the predicted band as well. */
export const ENOUGH_SIBLINGS = 5
/**
 * Half-width of the band in standard deviations. A server has some ten figures, most of which say the same thing, and a
 * healthy one must pass them all in 99 of 100 cases (acceptance-rates.test.ts).
 */
const WIDTH = 4.2
/** The band from the values of accepted siblings, one per server: median ± 4.2 standard deviations of a new server's difference. */
export function siblingBand(quantity: Quantity, values: readonly number[]): Band {
  const { median, deviation } = siblingLevel(values, quantity.usualSpread)
  const half = Math.max(quantity.floor, WIDTH * deviation * Math.abs(median))
  const servers = values.length === 1 ? '1 other accepted server' : `${values.length} other accepted servers`
  return { low: median - half, high: median + half, expected: median, basis: servers }
}

/** The band that applies: that of the siblings once there are enough of them, otherwise the narrower worse edge of both. */
export function appliedBand(
  quantity: Quantity,
  siblings: Band | null,
  count: number,
  predicted: Band | null,
): Band | null {
  if (siblings === null) return predicted
  if (predicted === null || count >= ENOUGH_SIBLINGS) return siblings
  const worse = quantity.worse === 'lower' ? 'low' : 'high'
  const isStricter = (one: Band, other: Band): boolean => {
    const [a, b] = [one[worse], other[worse]]
    return a !== null && (b === null || (worse === 'low' ? a > b : a < b))
  }
  const [stricter, looser] = isStricter(predicted, siblings) ? [predicted, siblings] : [siblings, predicted]
  return { ...stricter, basis: `${stricter.basis}; ${looser.basis} allows more` }
}

/** Share of its expected value that a healthy average server can lose (or gain, for a time) inside the band; null without an edge. */
export function unseenLoss({ worse }: Quantity, band: Band): number | null {
  const edge = worse === 'lower' ? band.low : band.high
  if (edge === null || band.expected === 0) return null
  return Math.max(0, worse === 'lower' ? 1 - edge / band.expected : edge / band.expected - 1)
}
