import { divide, millionths } from './pence.ts'

/** The currencies of a quote. All have hundredths: pence and cents are both the minor unit. */
export type Currency = 'GBP' | 'EUR' | 'USD'

const signs: Readonly<Record<Currency, string>> = { GBP: '£', EUR: '€', USD: 'US$' }

/** An amount in hundredths of its currency: £1,234.50. */
export const showMinor = (minor: bigint | number, currency: Currency): string => decimal(BigInt(minor), 2, currency)

/** A unit price in hundredths of a penny or cent: £0.0289. */
export const showHundredthsOfMinor = (hundredths: bigint | number, currency: Currency): string =>
  decimal(BigInt(hundredths), 4, currency)

function decimal(value: bigint, digits: number, currency: Currency): string {
  const sign = value < 0n ? '−' : ''
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, -digits).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${signs[currency]}${whole}.${text.slice(-digits)}`
}

/** How a reader knows each currency. */
export const currencyWords: Readonly<Record<Currency, string>> = {
  GBP: 'pounds sterling',
  EUR: 'euros',
  USD: 'US dollars',
}

/** Pence in another currency at `perGbp` units per pound, to the nearest hundredth. */
export const fromPence = (pence: bigint, perGbp: number): bigint =>
  divide(pence * millionths(perGbp), 1_000_000n, 'half-up')

/** Hundredths of a currency in pence at `perGbp` units per pound, to the nearest penny. */
export const toPence = (minor: bigint, perGbp: number): bigint =>
  divide(minor * 1_000_000n, millionths(perGbp), 'half-up')
