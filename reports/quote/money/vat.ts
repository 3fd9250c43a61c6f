import type { z } from 'zod'
import { JoulemarkError } from '../../../harness/errors.ts'
import type { vatSchema } from '../../../harness/scenario/config/quote-parts.ts'
import { millionths, times } from './pence.ts'
import { readVatNumber, type VatNumber } from './vat-numbers.ts'

/*
 * VAT on a quote. The law behind the words, read in November 2026:
 * - standard rate: VAT Act 1994 s. 2(1), 20 %; reduced rate: s. 29A, 5 %, for what Schedule 7A names. A seller in the EU: Directive
 *   article 97, at least 15 %.
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

/** The standard rate of the UK. */
export const STANDARD_RATE = 0.2
/** The reduced rate of the UK. */
export const REDUCED_RATE = 0.05
const LOWEST_EU_STANDARD_RATE = 0.15

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

/**
 * The VAT of a quote. Throws `bad-input` for a rate that is not one of the seller's country, and where a reverse charge lacks a VAT number,
 * or has one of the wrong country or of another format than its country's.
 */
export function vatOf(terms: VatTerms, numbers: VatNumbers): Vat {
  const { case: vatCase, reason = '' } = terms
  const uncharged = { case: vatCase, chargedRate: 0, customerRate: null }
  if (vatCase === 'standard') {
    const rate = rateOf(terms, numbers)
    return {
      ...{ case: vatCase, chargedRate: rate, customerRate: null },
      label: `VAT at ${percent(rate)}`,
      wording: `VAT is charged at ${percent(rate)}.`,
    }
  }
  if (vatCase === 'reverse-charge-uk') {
    const number = numberOf('UK', numbers).text
    const rate = rateOf(terms, numbers)
    return {
      ...{ case: vatCase, chargedRate: 0, customerRate: rate },
      label: 'VAT: reverse charge',
      wording: `Reverse charge: VAT Act 1994 Section 55A applies. Customer to pay the VAT to HMRC, at ${percent(rate)}. VAT number of the customer: ${number}.`,
    }
  }
  if (vatCase === 'reverse-charge-eu') {
    const number = numberOf('EU', numbers)
    const outside = readVatNumber(numbers.seller ?? '')?.where === 'UK' ? ' Outside the scope of UK VAT.' : ''
    return {
      ...uncharged,
      label: 'VAT: reverse charge',
      wording: `Reverse charge: the customer accounts for VAT in ${number.country} (articles 44 and 196 of Council Directive 2006/112/EC). VAT number of the customer: ${number.text}.${outside}`,
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

const refuse = (message: string): never => {
  throw new JoulemarkError('bad-input', message)
}

/** The rate of VAT. One that is not in force in the country of the seller is a slip that the customer would pay for. */
function rateOf({ rate }: VatTerms, { seller }: VatNumbers): number {
  const from = readVatNumber(seller ?? '')
  if (rate === 0)
    return refuse(
      'vat: a rate of 0%: where no VAT is charged, state the case and its reason: zero, exempt, outside-scope or a reverse charge',
    )
  if (from?.where === 'EU') {
    if (rate !== undefined && rate >= LOWEST_EU_STANDARD_RATE) return rate
    const stated = rate === undefined ? 'no rate' : `a rate of ${percent(rate)}`
    return refuse(
      `vat: ${stated}: expected the standard rate of ${from.country}, at least ${percent(LOWEST_EU_STANDARD_RATE)}`,
    )
  }
  if (rate === undefined || rate === STANDARD_RATE || rate === REDUCED_RATE) return rate ?? STANDARD_RATE
  return refuse(
    `vat: a rate of ${percent(rate)}: expected ${percent(STANDARD_RATE)}, the standard rate of the UK, or ${percent(REDUCED_RATE)}, the reduced rate`,
  )
}

/** The VAT number of the customer; a reverse charge needs one of the right country, and the seller's beside it. */
function numberOf(where: 'UK' | 'EU', { seller, customer }: VatNumbers): VatNumber {
  const charge = `vat.case reverse-charge-${where.toLowerCase()}`
  if (seller === undefined) return refuse(`${charge}: seller.vatNumber: expected the VAT number of the seller`)
  const from = readVatNumber(seller)
  if (from === null || !from.isWellFormed || (where === 'UK' && from.where !== 'UK'))
    return refuse(
      `${charge}: seller.vatNumber: expected the VAT number of the seller${formatText(from)}, such as GB123456789`,
    )
  const number = readVatNumber(customer ?? '')
  // a number of Northern Ireland is for goods only, and digits alone name no country
  const prefix = number?.text.slice(0, 2)
  if (number?.where !== where || (where === 'UK' && prefix !== 'GB')) {
    const example = where === 'UK' ? 'GB123456789' : 'DE123456789'
    return refuse(
      `${charge}: customer.vatNumber: expected the ${where} VAT number of the customer with its country, such as ${example}`,
    )
  }
  if (!number.isWellFormed)
    return refuse(
      `${charge}: customer.vatNumber: expected the ${where} VAT number of the customer${formatText(number)}`,
    )
  if (where === 'EU' && number.country === from.country)
    return refuse(`${charge}: customer.vatNumber: expected that of another country than ${from.country}, the seller's`)
  return number
}

const formatText = (number: VatNumber | null): string =>
  number?.format == null || number.isWellFormed ? '' : `, of ${number.country}: ${number.format}`
