import type { Interval } from '../tables/table.ts'

/** Digits for three or four significant ones, as the article prints rates: 38.2, 225, 1,380. */
export const digitsOf = (value: number): number => (value < 10 ? 2 : value < 100 ? 1 : 0)

/**
 * The digits after the point that a value deserves: two significant digits of its half-width, as is the use for an uncertainty, and
 * `most` or fewer; one more where the half-width would round to nothing (153.1 ±0.3, not 153 ±<1). None above 1,000. Tables and
 * sentences ask here, so that a value has the same digits in both.
 */
export function sensibleDigits(value: number, ci95: Interval | null, most: number): number {
  const half = ci95 === null ? 0 : (ci95[1] - ci95[0]) / 2
  const deserved = half > 0 ? Math.max(0, 1 - Math.floor(Math.log10(half))) : most
  if (Math.abs(value) >= 1000) return 0
  const isLost = half > 0 && half < 10 ** -most / 2
  return Math.min(isLost ? most + 1 : most, deserved)
}
