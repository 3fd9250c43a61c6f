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

/** Pence (or cents) from an amount as a person writes it, with at most two decimals. */
export const penceOf = (amount: number): bigint => BigInt(Math.round(amount * 100))

/** A share or a rate as whole millionths: 0.2 is 200000. */
export const millionths = (value: number): bigint => BigInt(Math.round(value * 1_000_000))

/** An amount times a rate in millionths. */
export const times = (pence: bigint, rate: bigint, rounding: Rounding = 'half-up'): bigint =>
  divide(pence * rate, MILLION, rounding)
