import { z } from 'zod'
import { parseShare } from '../share.ts'
import { isoDate } from './dated.ts'

/** What a seller states for a quote, the same in joulemark.yaml and in the file of `quote --inputs`. Nothing has a default here. */

/** Pounds and whole pence. */
export const gbp = z
  .number()
  .nonnegative()
  .max(100_000_000)
  .multipleOf(0.01, 'expected pounds with at most two decimals')

const positiveMs = z.number().positive()

/** A share: 0.25, or 25%. */
export const share = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?\s*%$/, 'expected a share from 0% on, such as 25% or 0.25')])
  .transform((value) => (typeof value === 'number' ? value : (parseShare(value) ?? Number.NaN)))

/** A party of a quote: what is printed of it. */
const partyFields = {
  address: z.string().max(400).optional().describe('postal address, as it is printed'),
  contact: z.string().max(200).optional().describe('person, e-mail or telephone, as it is printed'),
  vatNumber: z.string().max(40).optional().describe('VAT number, with the prefix of its country for a reverse charge'),
}

export const sellerSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('name of the company'),
  ...partyFields,
  companyNumber: z.string().max(40).optional().describe('registration number of the company'),
  logo: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('path of a PNG, JPEG or SVG file of at most 256 KiB, relative to this file; it is embedded in the page'),
  colour: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, 'expected a colour such as "#0b5cad", in quotes')
    .optional()
    .describe('colour of lines and of the band with the price'),
})

export const customerSchema = z.strictObject({
  name: z.string().min(1).max(200).optional().describe('name of the customer; `--customer` has priority'),
  ...partyFields,
  purchaseOrder: z.string().min(1).max(60).optional().describe('purchase order number of the customer'),
})

export const electricityFields = {
  tariffGbpPerKwh: z.number().nonnegative().max(10).describe('price of electricity in pounds per kWh'),
  pue: z.number().min(1).max(5).describe('power usage effectiveness of the room'),
  hostOverhead: z.number().min(1).max(5).describe('power of the whole server / power of its GPU boards'),
} as const

export const writeOffMonths = z.int().positive().max(240)

export const boxSchema = z
  .strictObject({
    capexGbp: gbp.optional().describe('purchase price of the whole server, ex VAT'),
    writeOffMonths: writeOffMonths.default(36).describe('months over which capexGbp is written off'),
    rentGbpPerMonth: gbp.optional().describe('rent of the whole server, instead of capexGbp'),
  })
  .refine(
    (box) => (box.capexGbp === undefined) !== (box.rentGbpPerMonth === undefined),
    'expected exactly one of capexGbp and rentGbpPerMonth',
  )
  .describe('cost of the whole server: its purchase or its rent')

export const utilisation = share
  .refine((value) => value > 0 && value <= 1, 'expected more than 0% and at most 100%')
  .describe('share of the month under load')

/** Money in the currency of the quote, with at most two decimals. */
export const money = z
  .number()
  .nonnegative()
  .max(100_000_000)
  .multipleOf(0.01, 'expected an amount with at most two decimals')

/** How VAT is charged. The law and the wording of each case are in reports/quote/money/vat.ts. */
export const vatCases = [
  'standard',
  'reverse-charge-uk',
  'reverse-charge-eu',
  'zero',
  'outside-scope',
  'exempt',
] as const

const vatRate = share.refine((value) => value >= 0 && value <= 1, 'expected 0% to 100%')

export const vatSchema = z
  .strictObject({
    case: z.enum(vatCases).describe('which case applies is for the seller to decide'),
    rate: vatRate.optional().describe('rate of VAT; of the cases standard and reverse-charge-uk (default 20%)'),
    reason: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('provision or reason; required for zero and exempt, possible for outside-scope'),
  })
  .refine((vat) => vat.reason !== undefined || (vat.case !== 'zero' && vat.case !== 'exempt'), {
    path: ['reason'],
    message: 'expected the provision or reason, which a case of zero or exempt has to state',
  })
  .refine((vat) => vat.rate === undefined || vat.case === 'standard' || vat.case === 'reverse-charge-uk', {
    path: ['rate'],
    message: 'expected no rate: VAT is not charged in this case',
  })

/** What is offered, for all options or for one of them. */
export const offerFields = {
  setupFee: money.describe('once, ex VAT, in the currency of the quote'),
  termMonths: z.int().positive().max(120).describe('shortest term of the contract'),
  delivery: z.string().min(1).max(120).describe('date (yyyy-mm-dd) or words, such as 5 working days after acceptance'),
  support: z.string().min(1).max(300).describe('support that the price includes'),
} as const

export const quoteFields = {
  ...offerFields,
  currency: z.enum(['GBP', 'EUR', 'USD']).describe('currency of the prices; costs are in pounds'),
  exchangeRate: z
    .strictObject({
      perGbp: z
        .number()
        .min(0.01)
        .max(100)
        .multipleOf(0.000001, 'expected at most six decimals')
        .describe('how many units of the currency one pound is'),
      source: z.string().min(1).max(200).describe('where the rate is from'),
      date: isoDate,
    })
    .describe('required for EUR and USD'),
  vat: vatSchema.describe('how VAT is charged'),
  minimumMarginShareOfPrice: share
    .refine((value) => value >= 0 && value < 0.95, 'expected 0% to 95%')
    .describe('margin below which nothing is sold; the floor price of the internal sheet follows from it'),
  otherCostsGbpPerMonth: z
    .record(z.string().min(1).max(80), gbp.describe('pounds per month'))
    .describe('further costs of one server per month, by what they are for; only the internal sheet shows them'),
  marginShareOfPrice: share
    .refine((value) => value >= 0 && value < 0.95, 'expected 0% to 95%')
    .describe('price = cost / (1 - this)'),
  vatRate: vatRate.describe('deprecated: use vat: { case: standard, rate: 20% }'),
  slo: z
    .strictObject({
      ttftMs: positiveMs.optional().describe('time to first token'),
      tpotMs: positiveMs.optional().describe('time per output token after the first'),
      e2eMs: positiveMs.optional().describe('time from sending the request to its last token'),
    })
    .describe('latency limits that the runs must meet; a limit that is not set here is taken from each scenario'),
  validityDays: z.int().positive().max(365).describe('days for which the offer holds'),
  notPromised: z.array(z.string().min(1).max(300)).max(10).describe('further lines under "What is not promised"'),
} as const
