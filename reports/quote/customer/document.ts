import { z } from 'zod'
import { metricKeys } from '../../../harness/metrics/catalogue.ts'
import { vatCases } from '../../../harness/scenario/config/quote-parts.ts'
import type { Quote } from '../content.ts'
import { toPence } from '../money/currency.ts'
import { vatOn } from '../money/vat.ts'
import type { Amount, PricedWorkload, QuoteOption } from '../option.ts'
import { warningSentence } from './terms.ts'

/**
 * The customer's quote as data: the page is made from this document and from nothing else, so that every figure of the page
 * is in it, and no cost can reach either. Money is in hundredths of the currency (`…Minor`: pence, cents).
 */

export const QUOTE_JSON_VERSION = 2

const minor = z.int().nonnegative()
const text = z.string()
const nullableText = z.string().nullable()
const day = z.iso.date()

const amountSchema = z
  .strictObject({ exVatMinor: minor, vatMinor: minor, incVatMinor: minor })
  .describe('before VAT, the VAT that is charged, and the sum, in hundredths of the currency')

const partySchema = z.strictObject({
  name: text,
  address: nullableText,
  contact: nullableText,
  vatNumber: nullableText,
})

const promiseSchema = z.strictObject({
  metric: z.enum(metricKeys as [string, ...string[]]).describe('key of the metric in docs/metrics.md'),
  label: text.describe('the metric in plain words'),
  term: text.describe('the name of the metric'),
  bound: z.enum(['at least', 'at most']),
  value: z
    .number()
    .describe("the end of the 95 % interval that is worse for the seller, rounded in the customer's favour"),
  unit: text,
  digits: z.int().nonnegative().describe('digits that the page prints'),
})

const workloadSchema = z.strictObject({
  runId: text,
  workload: text.describe('equal for runs of one workload on several servers'),
  title: text,
  model: text,
  description: text,
  measurement: z.array(text).describe('what stands behind the values: time, trials, failures, loosened limits'),
  promises: z.array(promiseSchema).describe('the headline metric first'),
  slo: nullableText.describe('the latency limits that are met; null where none is stated'),
  unitPrice: z
    .strictObject({ hundredthsOfMinor: minor, per: text })
    .nullable()
    .describe('ex VAT, in hundredths of a penny or cent'),
})

const optionSchema = z.strictObject({
  name: text,
  note: nullableText,
  servers: z.int().positive(),
  perServerMinor: minor
    .nullable()
    .describe(
      'price of one server per month, ex VAT; null in a draft without a price, and then every amount of the option is',
    ),
  monthly: amountSchema.nullable().describe('price of all servers of the option per month'),
  setup: amountSchema.nullable(),
  termMonths: z.int().positive().nullable(),
  termTotal: amountSchema.nullable().describe('setup and all months of the term'),
  vatPence: z
    .strictObject({ monthly: minor, setup: minor.nullable() })
    .nullable()
    .describe('the VAT in pence, for a quote in another currency with VAT at the standard rate'),
  customerVatMinor: minor.nullable().describe('VAT per month that the customer accounts for under a UK reverse charge'),
  customerSetupVatMinor: minor.nullable().describe('the same on the setup; null without one'),
  delivery: nullableText,
  support: nullableText,
  server: z.array(z.strictObject({ label: text, value: text })).describe('one server, as it was measured'),
  setting: nullableText.describe('limit or clock that the GPUs were set to for the measurement'),
  workloads: z.array(workloadSchema),
  warnings: z.array(z.strictObject({ runId: text, gate: text, meaning: text, evidence: text })),
  evidence: z.array(
    z.strictObject({
      runId: text,
      measuredOn: day,
      digest: text.describe('SHA-256 of the record, as `joulemark verify` prints it'),
      redactedDigest: nullableText.describe('the same of the copy without names of hosts'),
      signedBy: text.describe('public key, hexadecimal'),
      place: z.int().nullable().describe('place among the runs of the key'),
    }),
  ),
})

export const customerQuoteSchema = z.strictObject({
  version: z.literal(QUOTE_JSON_VERSION),
  draft: z.boolean().describe('true: not an offer'),
  missing: z.array(text).describe('what a draft lacks'),
  number: text,
  date: day,
  validUntil: day,
  seller: partySchema.extend({ companyNumber: nullableText, colour: nullableText }).nullable(),
  customer: partySchema.extend({ purchaseOrder: nullableText }),
  currency: z.enum(['GBP', 'EUR', 'USD']),
  exchangeRate: z.strictObject({ perGbp: z.number(), source: text, date: day }).nullable(),
  vat: z.strictObject({ case: z.enum(vatCases), chargedRate: z.number(), label: text, wording: text }),
  utilisation: z.number().describe('share of the month under load that the unit prices assume'),
  options: z.array(optionSchema).min(1),
  notPromised: z.array(text),
})

export type CustomerQuote = z.infer<typeof customerQuoteSchema>
export type CustomerOption = CustomerQuote['options'][number]
export type CustomerWorkload = CustomerOption['workloads'][number]
export type CustomerPromise = CustomerWorkload['promises'][number]
export type CustomerAmount = z.infer<typeof amountSchema>

/** What the customer gets of a quote. */
export function customerDocument(quote: Quote): CustomerQuote {
  const { inputs, vat } = quote
  const { seller, customer } = inputs
  return {
    version: QUOTE_JSON_VERSION,
    draft: quote.draft.length > 0,
    missing: quote.draft.map(({ missing }) => missing),
    number: quote.number,
    date: quote.date,
    validUntil: quote.validUntil,
    seller:
      seller === undefined
        ? null
        : {
            ...party(seller.name, seller),
            companyNumber: seller.companyNumber ?? null,
            colour: seller.colour ?? null,
          },
    customer: { ...party(quote.customer, customer ?? {}), purchaseOrder: customer?.purchaseOrder ?? null },
    currency: inputs.currency,
    exchangeRate: inputs.exchangeRate ?? null,
    vat: { case: vat.case, chargedRate: vat.chargedRate, label: vat.label, wording: vat.wording },
    utilisation: inputs.utilisation,
    options: quote.options.map((option) => optionOf(option, quote)),
    notPromised: [...quote.notPromised],
  }
}

interface Party {
  readonly address?: string | undefined
  readonly contact?: string | undefined
  readonly vatNumber?: string | undefined
}

const party = (name: string, { address, contact, vatNumber }: Party) => ({
  name,
  address: address ?? null,
  contact: contact ?? null,
  vatNumber: vatNumber ?? null,
})

function optionOf(option: QuoteOption, { inputs, vat }: Quote): CustomerOption {
  const { name, note, servers, termMonths, delivery, support, setting, monthly, setup } = option
  const perGbp = inputs.exchangeRate?.perGbp
  const inPence = (minorUnits: bigint) => Number(toPence(minorUnits, perGbp ?? 1))
  const customerVat = ({ exVatMinor }: Amount) =>
    vat.customerRate === null ? null : Number(vatOn(exVatMinor, vat.customerRate))
  const isVatForeign = perGbp !== undefined && vat.chargedRate > 0
  return {
    ...{ name, note, servers, termMonths, delivery, support, setting },
    perServerMinor: option.perServerMinor === null ? null : Number(option.perServerMinor),
    monthly: monthly && amountOf(monthly),
    setup: setup && amountOf(setup),
    termTotal: termMonths === null || monthly === null ? null : amountOf(totalOf(monthly, setup, termMonths)),
    vatPence:
      isVatForeign && monthly !== null
        ? { monthly: inPence(monthly.vatMinor), setup: setup && inPence(setup.vatMinor) }
        : null,
    customerVatMinor: monthly && customerVat(monthly),
    customerSetupVatMinor: setup && customerVat(setup),
    server: option.server.map(([label, value]) => ({ label, value })),
    workloads: option.workloads.map(workloadOf),
    warnings: option.warnings.map((warning) => ({ ...warning, meaning: warningSentence(warning.gate) })),
    evidence: option.evidence.map((each) => ({ ...each })),
  }
}

/** A sum of whole amounts: every month is invoiced with its own rounding. */
function totalOf(monthly: Amount, setup: Amount | null, months: number): Amount {
  const sum = (of: (amount: Amount) => bigint) => of(monthly) * BigInt(months) + (setup === null ? 0n : of(setup))
  return {
    exVatMinor: sum((amount) => amount.exVatMinor),
    vatMinor: sum((amount) => amount.vatMinor),
    incVatMinor: sum((amount) => amount.incVatMinor),
  }
}

const amountOf = ({ exVatMinor, vatMinor, incVatMinor }: Amount): CustomerAmount => ({
  exVatMinor: Number(exVatMinor),
  vatMinor: Number(vatMinor),
  incVatMinor: Number(incVatMinor),
})

function workloadOf(workload: PricedWorkload): CustomerWorkload {
  const { runId, title, model, description, slo, unitPrice } = workload
  return {
    ...{ runId, title, model, description, slo },
    workload: workload.workload,
    measurement: [...workload.measurement],
    promises: [workload.headline, ...workload.others].map((each) => ({ ...each })),
    unitPrice: unitPrice && { hundredthsOfMinor: Number(unitPrice.hundredths), per: unitPrice.each },
  }
}
