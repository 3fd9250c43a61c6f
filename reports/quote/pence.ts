/**
 * Money of a quote: whole pence in bigint, so that sums are exact and no price depends on binary fractions. Rates are whole
 * millionths. The result of a division is rounded once, in the direction that its caller names.
 */

export type Rounding = 'half-up' | 'up'

const MILLION = 1_000_000n

/** `numerator / denominator`, both positive or zero, rounded. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (denominator <= 0n || numerator < 0n) throw new RangeError('expected an amount and a positive divisor')
  const add = rounding === 'up' ? denominator - 1n : denominator / 2n
  return (numerator + add) / denominator
}

/** Pence from GBP as a person writes them, with at most two decimals. */
export const penceOf = (gbp: number): bigint => BigInt(Math.round(gbp * 100))

/** A share or a rate as whole millionths: 0.2 is 200000. */
export const millionths = (value: number): bigint => BigInt(Math.round(value * 1_000_000))

/** An amount times a rate in millionths. */
export const times = (pence: bigint, rate: bigint, rounding: Rounding = 'half-up'): bigint =>
  divide(pence * rate, MILLION, rounding)

/** Pence as pounds: £1,234.50. */
export function showPence(pence: bigint): string {
  return `£${grouped(pence / 100n)}.${(pence % 100n).toString().padStart(2, '0')}`
}

/** Hundredths of a penny, for unit prices: £0.0289. */
export function showHundredths(hundredths: bigint): string {
  return `£${grouped(hundredths / 10_000n)}.${(hundredths % 10_000n).toString().padStart(4, '0')}`
}

const grouped = (whole: bigint): string => whole.toString().replace(/\B(?=(\d{3})+$)/g, ',')
