import type { QuoteInputs } from './inputs.ts'
import type { Vat } from './money/vat.ts'
import type { QuoteOption } from './option.ts'

/** Why a quote is a draft. */
export interface DraftReason {
  /** What is missing, without a word on costs: the customer's page prints it. */
  readonly missing: string
  /** The same for the seller, with what to do. */
  readonly detail: string
}

/** The content of a quote, costs included: `customerDocument` and `internalDocument` are made from it. */
export interface Quote {
  readonly number: string
  readonly customer: string
  readonly date: string
  readonly validUntil: string
  readonly inputs: QuoteInputs
  readonly vat: Vat
  readonly options: readonly QuoteOption[]
  readonly notPromised: readonly string[]
  /** Empty for a quote that can be sent. */
  readonly draft: readonly DraftReason[]
}
