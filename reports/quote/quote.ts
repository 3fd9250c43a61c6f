import { canonicalSha256 } from '../../harness/record/provenance.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import type { DraftReason, Quote } from './content.ts'
import { customerDocument } from './customer/document.ts'
import { notPromised } from './customer/terms.ts'
import type { StatedInputs } from './inputs-source.ts'
import { vatOf } from './money/vat.ts'
import { vatTermsOf } from './money/vat-terms.ts'
import { type QuotedRun, requireEachOnce } from './one-server.ts'
import { type QuoteOption, quoteOption } from './option.ts'
import { type AskedOption, optionTerms } from './option-terms.ts'

/** The runs of one option, and what was asked for it. */
export interface OptionRuns {
  readonly asked: AskedOption
  readonly runs: readonly QuotedRun[]
}

export interface QuoteOrder {
  /** Name of the customer, over the one of the inputs. */
  readonly customer: string
  /** Day of the quote, `yyyy-mm-dd`. */
  readonly date: string
  readonly number?: string
  readonly stated: StatedInputs
  readonly config: Config
}

/**
 * A quote of one or several options, each from runs of one server. Throws `negative-result` with the gate that failed,
 * `bad-input` for runs of several servers in one option and for a run that is given twice. Unless a number is given it is
 * derived from what the customer sees, and from nothing else: the same quote has the same number, and no cost can be guessed
 * from it.
 */
export function buildQuote(
  given: readonly OptionRuns[],
  { customer, date, stated, config, number }: QuoteOrder,
): Quote {
  const { inputs } = stated
  requireEachOnce(given.flatMap(({ runs }) => runs))
  const vat = vatOf(vatTermsOf(inputs), { seller: inputs.seller?.vatNumber, customer: inputs.customer?.vatNumber })
  const perGbp = inputs.exchangeRate?.perGbp ?? 1
  const options = given.map(({ asked, runs }) => {
    const [first] = runs as readonly [QuotedRun, ...QuotedRun[]]
    return quoteOption(runs, optionTerms(asked, first.record as RunRecord, stated, config), { inputs, vat, perGbp })
  })
  const unnumbered: Quote = {
    ...{ customer, date, inputs, vat, options },
    number: number ?? '',
    validUntil: addDays(date, inputs.validityDays),
    notPromised: [...notPromised(options, inputs), ...inputs.notPromised],
    draft: draftReasons(stated, options),
  }
  if (number !== undefined) return unnumbered
  const content = canonicalSha256(customerDocument(unnumbered))
  return { ...unnumbered, number: `Q${date.replaceAll('-', '')}-${content.slice(0, 8)}` }
}

function draftReasons({ inputs, path }: StatedInputs, options: readonly QuoteOption[]): DraftReason[] {
  const where = path ?? 'an inputs file (`joulemark quote --write-inputs FILE` writes one)'
  const seller =
    inputs.seller === undefined
      ? [{ missing: 'the seller', detail: `no seller is stated; add seller.name to ${where}` }]
      : []
  const prices = options.flatMap(({ name, inside }) =>
    inside.terms.whyDraft === null
      ? []
      : [
          {
            missing: options.length === 1 ? 'the price' : `the price of ${name}`,
            detail: `${inside.terms.whyDraft}; add pricePerMonth, or the cost of the server and marginShareOfPrice, to ${where}`,
          },
        ],
  )
  return [...seller, ...prices]
}

function addDays(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() + days)
  return day.toISOString().slice(0, 10)
}
