import type { z } from 'zod'
import { JoulemarkError } from '../../../harness/errors.ts'
import type { vatSchema } from '../../../harness/scenario/config/quote-parts.ts'
import { millionths, times } from './pence.ts'

/*
 * VAT on a quote. The law behind the words, read in November 2026:
 * - standard rate: VAT Act 1994 s. 2(1), 20 %.
 * - reverse-charge-uk: VAT Act 1994 s. 55A. HMRC VATREVCON37100: an invoice has to say "reverse charge", no other wording is
 *   prescribed, "Reverse charge: VAT Act 1994 Section 55A applies" and "Reverse charge: Customer to pay the VAT to HMRC" are
 *   examples that fulfil it, and the amount is stated but not charged. For specified goods and services only (VAT Notice 735).
 * - reverse-charge-eu: Council Directive 2006/112/EC, articles 44 (a service to a business is supplied where that business is
 *   established), 196 (the customer is liable) and 226(4), (11a) (the VAT number of the customer, and the words "Reverse
 *   charge", on the invoice). For a seller in the UK: outside the scope, VAT Act 1994 s. 7A(2)(a), VAT Notice 741A.
 * - zero: VAT Act 1994 s. 30 and Schedule 8. exempt: s. 31 and Schedule 9; Directive article 226(11) requires the provision.
 * - VAT of a UK supply that is priced in another currency is stated in sterling: VAT Regulations 1995 reg. 14(1), HMRC VATREC5060.
 * Which case applies is for the seller to decide: nothing here derives it.
 */

export type VatTerms = z.infer<typeof vatSchema>

const STANDARD_RATE = 0.2

/** VAT of a quote: its rate where any is charged, and the words that the page prints. */
export interface Vat {
  readonly case: VatTerms['case']
  /** Share that is charged on top of the price; 0 where the seller charges none. */
  readonly chargedRate: number
  /** Share that the customer accounts for, to be stated beside the price; null where there is none. */
  readonly customerRate: number | null
  /** Label of its line among the amounts. */
  readonly label: string
  /** What the page has to say of it. */
  readonly wording: string
}

/** The numbers that a case depends on. */
export interface VatNumbers {
  readonly seller: string | undefined
  readonly customer: string | undefined
}

/** The VAT of a quote. Throws `bad-input` where a reverse charge lacks a VAT number, or has one of the wrong country. */
export function vatOf(terms: VatTerms, numbers: VatNumbers): Vat {
  const { case: vatCase, reason = '' } = terms
  const uncharged = { case: vatCase, chargedRate: 0, customerRate: null }
  if (vatCase === 'standard') {
    const rate = terms.rate ?? STANDARD_RATE
    return {
      ...{ case: vatCase, chargedRate: rate, customerRate: null },
      label: `VAT at ${percent(rate)}`,
      wording: `VAT is charged at ${percent(rate)}.`,
    }
  }
  if (vatCase === 'reverse-charge-uk') {
    const rate = terms.rate ?? STANDARD_RATE
    const number = numberOf('UK', numbers)
    return {
      ...{ case: vatCase, chargedRate: 0, customerRate: rate },
      label: 'VAT: reverse charge',
      wording: `Reverse charge: VAT Act 1994 Section 55A applies. Customer to pay the VAT to HMRC, at ${percent(rate)}. VAT number of the customer: ${number}.`,
    }
  }
  if (vatCase === 'reverse-charge-eu') {
    const number = numberOf('EU', numbers)
    const outside = isUk(numbers.seller) ? ' Outside the scope of UK VAT.' : ''
    return {
      ...uncharged,
      label: 'VAT: reverse charge',
      wording: `Reverse charge: the customer accounts for VAT in ${countryOf(number)} (articles 44 and 196 of Council Directive 2006/112/EC). VAT number of the customer: ${number}.${outside}`,
    }
  }
  if (vatCase === 'zero')
    return { ...uncharged, label: 'VAT at 0%', wording: `Zero-rated for VAT: ${sentence(reason)}` }
  if (vatCase === 'exempt')
    return { ...uncharged, label: 'VAT: exempt', wording: `Exempt from VAT: ${sentence(reason)}` }
  const why = reason === '' ? '' : ` ${sentence(reason)}`
  return { ...uncharged, label: 'VAT: outside the scope', wording: `Outside the scope of UK VAT.${why}` }
}

/** VAT on an amount in hundredths of a currency, to the nearest hundredth. */
export const vatOn = (minor: bigint, share: number): bigint => times(minor, millionths(share))

export const percent = (share: number): string => `${Number((share * 100).toFixed(2))}%`

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** Prefixes of the VAT numbers of the member states, by article 215 of the Directive: ISO 3166 codes, but EL for Greece. */
const euNumber =
  /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)(?=.*\d)[0-9A-Z+*]{2,13}$/
const ukNumber = /^GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/

const compact = (number: string): string => number.replace(/[\s.-]/g, '').toUpperCase()
const isUk = (number: string | undefined): boolean => number !== undefined && /^(GB|XI)?\d/.test(compact(number))

/** The VAT number of the customer without spaces; a reverse charge needs one of the right country, and the seller's beside it. */
function numberOf(where: 'UK' | 'EU', { seller, customer }: VatNumbers): string {
  const refuse = (field: string, expected: string): never => {
    throw new JoulemarkError(
      'bad-input',
      `vat.case reverse-charge-${where.toLowerCase()}: ${field}: expected ${expected}`,
    )
  }
  if (seller === undefined) return refuse('seller.vatNumber', 'the VAT number of the seller')
  const number = compact(customer ?? '')
  if (!(where === 'UK' ? ukNumber : euNumber).test(number)) {
    const example = where === 'UK' ? 'GB123456789' : 'DE123456789'
    return refuse('customer.vatNumber', `the ${where} VAT number of the customer with its country, such as ${example}`)
  }
  return number
}

const countryOf = (number: string): string => {
  const code = number.slice(0, 2)
  return new Intl.DisplayNames('en-GB', { type: 'region' }).of(code === 'EL' ? 'GR' : code) ?? code
}
