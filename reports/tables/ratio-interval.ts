import type { Measured } from './figure-cell.ts'
import type { Interval } from './table.ts'

/**
 * The 95 % interval of `over / under` from the intervals of two independent positive means, by the method of variance
 * estimates recovery (Donner and Zou 2012, "Closed-form confidence intervals for functions of the normal mean and
 * standard deviation", Statistical Methods in Medical Research 21, equations for a ratio). A value without an interval
 * counts as exact. Null when neither has one, or when the divisor's interval reaches 0.
 */
export function ratioInterval(over: Measured, under: Measured): Interval | null {
  if (over.ci95 === null && under.ci95 === null) return null
  const [a, b] = [over.value, under.value]
  const [aLow, aHigh] = over.ci95 ?? [a, a]
  const [bLow, bHigh] = under.ci95 ?? [b, b]
  if (bLow <= 0 || b <= 0) return null
  const low =
    (a * b - Math.sqrt(Math.max(0, (a * b) ** 2 - aLow * bHigh * (2 * a - aLow) * (2 * b - bHigh)))) /
    (bHigh * (2 * b - bHigh))
  const high =
    (a * b + Math.sqrt(Math.max(0, (a * b) ** 2 - aHigh * bLow * (2 * a - aHigh) * (2 * b - bLow)))) /
    (bLow * (2 * b - bLow))
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null
}

/** An interval through an increasing or decreasing function of the value. */
export function mapInterval(measured: Measured, of: (value: number) => number | null): Interval | null {
  if (measured.ci95 === null) return null
  const ends = measured.ci95.map(of)
  if (!ends.every((end): end is number => end !== null && Number.isFinite(end))) return null
  return ends[0]! <= ends[1]! ? [ends[0]!, ends[1]!] : [ends[1]!, ends[0]!]
}
