import { JoulemarkError } from '../../../harness/errors.ts'
import type { QuoteInputs } from '../inputs.ts'
import { percent, REDUCED_RATE, STANDARD_RATE, type Vat, type VatTerms } from './vat.ts'
import { readVatNumber, type VatNumber } from './vat-numbers.ts'

type Given = Pick<QuoteInputs, 'vat' | 'vatRate' | 'seller' | 'customer' | 'currency'>

/**
 * How VAT is charged, as it is stated. Where nothing is, the standard rate of the UK is assumed, which holds for a UK seller and customer
 * alone: throws `bad-input` where the currency or a VAT number says otherwise.
 */
export function vatTermsOf(inputs: Given): VatTerms {
  if (inputs.vat !== undefined) return inputs.vat
  if (inputs.vatRate !== undefined) return { case: 'standard', rate: inputs.vatRate }
  const { seller, customer } = numbersOf(inputs)
  const abroad = [
    ...(isAbroad(customer) ? [`the VAT number of the customer is of ${customer.country}`] : []),
    ...(isAbroad(seller) ? [`the VAT number of the seller is of ${seller.country}`] : []),
    ...(inputs.currency === 'GBP' ? [] : [`the quote is in ${inputs.currency}`]),
  ]
  if (abroad.length === 0) return { case: 'standard' }
  throw new JoulemarkError(
    'bad-input',
    `vat: expected its case, such as { case: reverse-charge-eu }: ${abroad.join('; ')}; ${percent(STANDARD_RATE)} is assumed within the UK only`,
  )
}

/** What the seller should look at again before VAT is charged like this, a line each; nothing here is for the customer. */
export function vatNotices({ case: vatCase, chargedRate }: Pick<Vat, 'case' | 'chargedRate'>, inputs: Given): string[] {
  const { seller, customer } = numbersOf(inputs)
  const when = (isSo: boolean, line: string): string[] => (isSo ? [line] : [])
  const malformed = (field: string, number: VatNumber | null): string[] =>
    number === null || number.isWellFormed
      ? []
      : [`${field}: is not a VAT number of ${number.country}, which is ${number.format}`]
  return [
    ...when(
      inputs.vat === undefined && inputs.vatRate === undefined,
      `vat: no case is stated: VAT is charged at ${percent(chargedRate)}, the standard rate; state vat.case (docs/quote.md)`,
    ),
    ...when(
      vatCase === 'standard' && isAbroad(customer),
      `customer.vatNumber: is of ${customer?.country}, and VAT is charged at ${percent(chargedRate)}: for most services to a business there, the case is ${customer?.where === 'EU' ? 'reverse-charge-eu' : 'outside-scope'}`,
    ),
    ...when(
      chargedRate > 0 && inputs.seller !== undefined && inputs.seller.vatNumber === undefined,
      'seller.vatNumber: is not stated, and VAT is charged: only a seller who is registered may charge it, and the invoice has to state the number (VAT Regulations 1995 reg. 14(1)(d))',
    ),
    ...when(
      chargedRate === REDUCED_RATE,
      `vat: a rate of ${percent(REDUCED_RATE)}: VAT Act 1994 Schedule 7A names what the reduced rate is for, and neither hosting nor the rent of servers is among it`,
    ),
    ...malformed('seller.vatNumber', seller),
    ...malformed('customer.vatNumber', customer),
    ...when(
      vatCase === 'reverse-charge-uk',
      'vat.case reverse-charge-uk: VAT Notice 735 names what it is for, and neither hosting nor the rent of servers is among it; where it does not apply, you owe HMRC the VAT that you did not charge',
    ),
  ]
}

const numbersOf = ({ seller, customer }: Given) => ({
  seller: readVatNumber(seller?.vatNumber ?? ''),
  customer: readVatNumber(customer?.vatNumber ?? ''),
})

const isAbroad = (number: VatNumber | null): number is VatNumber => number !== null && number.where !== 'UK'
