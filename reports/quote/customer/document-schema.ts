import { z } from 'zod'
import { metricKeys } from '../../../harness/metrics/catalogue.ts'
import { vatCases } from '../../../harness/scenario/config/quote-parts.ts'

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
  .strictObject({
    exVatMinor: minor.describe('before VAT'),
    vatMinor: minor.describe('the VAT that is charged'),
    incVatMinor: minor.describe('the sum of both'),
  })
  .describe('before VAT, the VAT that is charged, and the sum, in hundredths of the currency')

const partySchema = z.strictObject({
  name: text.describe('name of the company'),
  address: nullableText.describe('its address; null if it is not stated'),
  contact: nullableText.describe('whom to ask; null if it is not stated'),
  vatNumber: nullableText.describe('its VAT number; null if it is not stated'),
})

const promiseSchema = z.strictObject({
  metric: z.enum(metricKeys as [string, ...string[]]).describe('key of the metric in docs/metrics.md'),
  label: text.describe('the metric in plain words'),
  term: text.describe('the name of the metric'),
  bound: z.enum(['at least', 'at most']).describe('which side of the value is promised'),
  value: z
    .number()
    .describe("the end of the 95 % interval that is worse for the seller, rounded in the customer's favour"),
  unit: text.describe('unit of the value'),
  digits: z.int().nonnegative().describe('digits that the page prints'),
})

const workloadSchema = z.strictObject({
  runId: text.describe('the run that the figures are from'),
  workload: text.describe('equal for runs of one workload on several servers'),
  title: text.describe('name of the workload'),
  model: text.describe('name of the model'),
  description: text.describe('the load: requests at a time, lengths of prompts and answers'),
  measurement: z.array(text).describe('what stands behind the values: time, trials, failures, loosened limits'),
  promises: z.array(promiseSchema).describe('the headline metric first'),
  slo: nullableText.describe('the latency limits that are met; null where none is stated'),
  unitPrice: z
    .strictObject({
      hundredthsOfMinor: minor.describe('the price, rounded up'),
      per: text.describe('of what, such as 1M output tokens'),
    })
    .nullable()
    .describe('ex VAT, in hundredths of a penny or cent'),
})

const optionSchema = z.strictObject({
  name: text.describe('name of the option'),
  note: nullableText.describe('a line about it; null without one'),
  servers: z.int().positive().describe('how many servers the price is for'),
  perServerMinor: minor
    .nullable()
    .describe(
      'price of one server per month, ex VAT; null in a draft without a price, and then every amount of the option is',
    ),
  monthly: amountSchema.nullable().describe('price of all servers of the option per month'),
  setup: amountSchema.nullable().describe('paid once; null without a setup fee'),
  termMonths: z.int().positive().nullable().describe('length of the contract; null if it is not stated'),
  termTotal: amountSchema.nullable().describe('setup and all months of the term'),
  vatPence: z
    .strictObject({
      monthly: minor.describe('of a month'),
      setup: minor.nullable().describe('of the setup; null without one'),
    })
    .nullable()
    .describe('the VAT in pence, for a quote in another currency with VAT at the standard rate'),
  customerVatMinor: minor.nullable().describe('VAT per month that the customer accounts for under a UK reverse charge'),
  customerSetupVatMinor: minor.nullable().describe('the same on the setup; null without one'),
  delivery: nullableText.describe('when it is delivered; null if it is not stated'),
  support: nullableText.describe('what support is part of it; null if it is not stated'),
  server: z
    .array(
      z.strictObject({
        label: text.describe('a part or a setting'),
        value: text.describe('what it is'),
      }),
    )
    .describe('one server, as it was measured'),
  setting: nullableText.describe('limit or clock that the GPUs were set to for the measurement'),
  workloads: z.array(workloadSchema).describe('what was measured and is promised'),
  warnings: z
    .array(
      z.strictObject({
        runId: text.describe('of which run'),
        gate: text.describe('which gate warns'),
        meaning: text.describe('what that means for the customer'),
        evidence: text.describe('the numbers that were compared'),
      }),
    )
    .describe('gates that warn, which the page says under what is not promised'),
  evidence: z
    .array(
      z.strictObject({
        runId: text.describe('name of the record'),
        measuredOn: day.describe('day of the measurement, UTC'),
        digest: text.describe('SHA-256 of the record, as `joulemark verify` prints it'),
        redactedDigest: nullableText.describe('the same of the copy without names of hosts'),
        signedBy: text.describe('public key, hexadecimal'),
        place: z.int().nullable().describe('place among the runs of the key; null without one'),
      }),
    )
    .describe('the records behind the figures'),
})

export const customerQuoteSchema = z.strictObject({
  version: z.literal(QUOTE_JSON_VERSION),
  draft: z.boolean().describe('true: not an offer'),
  missing: z.array(text).describe('what a draft lacks'),
  number: text.describe('number of the quote'),
  date: day.describe('its date'),
  validUntil: day.describe('last day on which it holds'),
  seller: partySchema
    .extend({
      companyNumber: nullableText.describe('number in the register of companies; null if it is not stated'),
      colour: nullableText.describe('colour of the page, such as #0b5cad; null for the usual one'),
    })
    .nullable()
    .describe('who offers; null in a draft without one'),
  customer: partySchema
    .extend({ purchaseOrder: nullableText.describe('purchase order of the customer; null without one') })
    .describe('to whom it is offered'),
  currency: z.enum(['GBP', 'EUR', 'USD']).describe('currency of all prices'),
  exchangeRate: z
    .strictObject({
      perGbp: z.number().describe('what a pound is in the currency'),
      source: text.describe('who states it'),
      date: day.describe('of which day'),
    })
    .nullable()
    .describe('null for prices in pounds'),
  vat: z
    .strictObject({
      case: z.enum(vatCases).describe('which case of VAT the seller states'),
      chargedRate: z.number().describe('rate that is charged, as a share: 0.2 is 20 %'),
      label: text.describe('the case in a few words'),
      wording: text.describe('the words that the page prints'),
    })
    .describe('how VAT is handled'),
  utilisation: z.number().describe('share of the month under load that the unit prices assume'),
  options: z.array(optionSchema).min(1).describe('servers that are offered, one or several to choose from'),
  notPromised: z.array(text).describe('what is not promised, one sentence each'),
})

export type CustomerQuote = z.infer<typeof customerQuoteSchema>
export type CustomerOption = CustomerQuote['options'][number]
export type CustomerWorkload = CustomerOption['workloads'][number]
export type CustomerPromise = CustomerWorkload['promises'][number]
export type CustomerAmount = z.infer<typeof amountSchema>
