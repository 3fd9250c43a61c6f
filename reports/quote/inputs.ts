import { z } from 'zod'
import {
  boxSchema,
  customerSchema,
  electricityFields,
  money,
  offerFields,
  quoteFields,
  sellerSchema,
  utilisation,
} from '../../harness/scenario/config/quote-parts.ts'

/** What may be stated for all options at once, or for one of them. */
const perOption = {
  servers: z.int().positive().max(1000).optional().describe('number of servers in the option (default 1)'),
  note: z.string().min(1).max(200).optional().describe('one line under the name of the option'),
  pricePerMonth: money
    .optional()
    .describe('price of one server per month, ex VAT, in the currency of the quote; else it follows from the costs'),
  box: boxSchema.optional(),
  marginShareOfPrice: quoteFields.marginShareOfPrice.optional(),
  setupFee: offerFields.setupFee.optional(),
  termMonths: offerFields.termMonths.optional(),
  delivery: offerFields.delivery.optional(),
  support: offerFields.support.optional(),
} as const

const optionSchema = z.strictObject({
  name: z.string().min(1).max(60),
  runs: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(20)
    .optional()
    .describe('runs of the option: folders, or store:QUERY; `--option NAME=RUNS` has priority'),
  ...perOption,
})

/** Options that fit beside each other on a page. */
export const MOST_OPTIONS = 4

/** The inputs of a seller: parties, prices, costs, tax and terms. All measured values come from the runs. Unknown keys are errors. */
export const quoteInputsSchema = z
  .strictObject({
    seller: sellerSchema.optional(),
    customer: customerSchema.optional(),
    currency: quoteFields.currency.default('GBP'),
    exchangeRate: quoteFields.exchangeRate.optional(),
    ...perOption,
    options: z.array(optionSchema).min(1).max(MOST_OPTIONS).optional().describe('options, side by side'),
    minimumMarginShareOfPrice: quoteFields.minimumMarginShareOfPrice.default(0),
    otherCostsGbpPerMonth: quoteFields.otherCostsGbpPerMonth.default({}),
    electricity: z
      .strictObject({
        tariffGbpPerKwh: electricityFields.tariffGbpPerKwh
          .optional()
          .describe('without it that of the catalogue counts, and a price that follows from it is a draft'),
        pue: electricityFields.pue.default(1),
        hostOverhead: electricityFields.hostOverhead.default(1),
      })
      .optional()
      .describe('cost of the energy at the utilisation below'),
    vat: quoteFields.vat.optional(),
    vatRate: quoteFields.vatRate.optional(),
    utilisation: utilisation.default(1),
    slo: quoteFields.slo.optional(),
    validityDays: quoteFields.validityDays.default(30),
    notPromised: quoteFields.notPromised.default([]),
  })
  .superRefine((inputs, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (inputs.currency !== 'GBP' && inputs.exchangeRate === undefined)
      issue('exchangeRate', `expected perGbp, source and date: costs are in pounds, the quote is in ${inputs.currency}`)
    if (inputs.currency === 'GBP' && inputs.exchangeRate !== undefined)
      issue('exchangeRate', 'expected none: the quote is in pounds')
    if (inputs.vat !== undefined && inputs.vatRate !== undefined) issue('vatRate', 'expected none beside vat')
    const names = (inputs.options ?? []).map(({ name }) => name)
    if (new Set(names).size < names.length) issue('options', 'expected a different name for each option')
  })

export type QuoteInputs = z.infer<typeof quoteInputsSchema>

/** What one server costs its seller, from which a price follows where none is stated. */
export interface Costs {
  readonly box: z.infer<typeof boxSchema>
  readonly electricity: { readonly [Field in keyof NonNullable<QuoteInputs['electricity']>]-?: number }
  readonly utilisation: number
  readonly otherCostsGbpPerMonth: QuoteInputs['otherCostsGbpPerMonth']
  readonly marginShareOfPrice: number
  readonly minimumMarginShareOfPrice: number
}

/** The JSON Schema of an inputs file, for editors. */
export function quoteInputsJsonSchema(): string {
  const schema = z.toJSONSchema(quoteInputsSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ ...schema, title: 'inputs of joulemark quote' }, null, 2)}\n`
}
