import { z } from 'zod'
import {
  boxSchema,
  electricityFields,
  quoteFields,
  sellerSchema,
  utilisation,
} from '../../harness/scenario/config/quote-parts.ts'

/** The inputs of a seller: costs, margin, tax and terms. All measured values come from the runs. Unknown keys are errors. */
export const quoteInputsSchema = z.strictObject({
  currency: z.literal('GBP').default('GBP'),
  seller: sellerSchema.optional(),
  box: boxSchema,
  marginShareOfPrice: quoteFields.marginShareOfPrice.default(0),
  electricity: z
    .strictObject({
      tariffGbpPerKwh: electricityFields.tariffGbpPerKwh,
      pue: electricityFields.pue.default(1),
      hostOverhead: electricityFields.hostOverhead.default(1),
    })
    .describe('cost of the energy at the utilisation below'),
  vatRate: quoteFields.vatRate.default(0.2),
  utilisation: utilisation.default(1),
  slo: quoteFields.slo.optional(),
  validityDays: quoteFields.validityDays.default(30),
  notPromised: quoteFields.notPromised.default([]),
})

export type QuoteInputs = z.infer<typeof quoteInputsSchema>
