import type { RunRecord } from '../../harness/record/schema/run.ts'
import { type Config, noConfig } from '../../harness/scenario/config/load-config.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import type { Quote } from '../quote/content.ts'
import { customerDocument } from '../quote/customer/document.ts'
import type { CustomerQuote } from '../quote/customer/document-schema.ts'
import { customerPage } from '../quote/customer/page.ts'
import type { Costs } from '../quote/inputs.ts'
import { statedInputs } from '../quote/inputs-source.ts'
import type { QuotedRun } from '../quote/one-server.ts'
import type { AskedOption } from '../quote/option-terms.ts'
import { buildQuote, type OptionRuns } from '../quote/quote.ts'

/** Inputs of a quote that can be sent, as an inputs file has them. */
export const usualInputs = {
  seller: { name: 'Seller Ltd', vatNumber: 'GB 123 4567 89' },
  box: { capexGbp: 3600 },
  marginShareOfPrice: 0.2,
  electricity: { tariffGbpPerKwh: 0.25 },
}

/** The costs behind a price, with what a test overrides. */
export const costs = (over: Partial<Costs> = {}): Costs => ({
  box: { capexGbp: 3600, writeOffMonths: 36 },
  electricity: { tariffGbpPerKwh: 0.25, pue: 1, hostOverhead: 1 },
  utilisation: 1,
  otherCostsGbpPerMonth: {},
  marginShareOfPrice: 0,
  minimumMarginShareOfPrice: 0,
  ...over,
})

/** A run that may be quoted, of which every promised metric has an interval. */
export const quotableRun = (over: Partial<RunOverrides> = {}): RunRecord =>
  makeRun({
    card: 'rtx-4090',
    result: {
      outputTokensPerS: [1000, 990, 1010],
      decodeTokensPerS: [60, 58.99, 61],
      ttftMsP50: [200, 180, 220.2],
      tpotMsP50: [20, 19, 21],
      meanPowerW: [380, 370, 400],
      tokensPerJ: [2.6, 2.5, 2.7],
      ...over.result,
    },
    ...Object.fromEntries(Object.entries(over).filter(([key]) => key !== 'result')),
  })

/** Runs as if they had been verified, with digests by their place. */
const quotedRuns = (records: readonly RunRecord[]): QuotedRun[] =>
  records.map((record, place) => ({ record, digest: `digest-${place}`, signedBy: 'ab'.repeat(32) }))

export interface QuoteOverrides {
  /** Keys of the inputs file over the usual ones; undefined removes one. */
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly customer?: string
  readonly number?: string
  readonly config?: Config
}

/** A quote with one option, or with those of a list of [what is asked, its runs]. */
export function quoteOf(
  records: readonly RunRecord[] | readonly (readonly [AskedOption, readonly RunRecord[]])[],
  { inputs = {}, customer = 'ACME Ltd', number, config = noConfig }: QuoteOverrides = {},
): Quote {
  const isListed = (given: typeof records): given is readonly (readonly [AskedOption, readonly RunRecord[]])[] =>
    Array.isArray(given[0])
  const options: OptionRuns[] = isListed(records)
    ? records.map(([asked, runs]) => ({ asked, runs: quotedRuns(runs) }))
    : [{ asked: { name: null }, runs: quotedRuns(records) }]
  const text = JSON.stringify({ ...usualInputs, ...inputs })
  const stated = statedInputs({ path: 'inputs.yaml', text }, config)
  return buildQuote(options, {
    customer,
    date: '2026-11-23',
    stated,
    config,
    ...(number === undefined ? {} : { number }),
  })
}

/** The customer's page and document of a quote. */
export const customerFiles = (quote: Quote): { readonly page: string; readonly document: CustomerQuote } => {
  const document = customerDocument(quote)
  return { page: customerPage(document), document }
}
