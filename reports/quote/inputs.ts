import { z } from 'zod'
import { parseShare } from '../../harness/scenario/share.ts'

/** The inputs of a seller: costs, margin, tax and terms. All measured values come from the runs. Unknown keys are errors. */

const gbp = z.number().nonnegative().max(100_000_000).multipleOf(0.01, 'expected pounds with at most two decimals')
const positiveMs = z.number().positive()

/** A share: 0.25, or 25%. */
const share = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?\s*%$/)])
  .transform((value) => (typeof value === 'number' ? value : (parseShare(value) ?? Number.NaN)))

const costSchema = z
  .strictObject({
    capexGbp: gbp.optional().describe('purchase price of the whole server, ex VAT'),
    writeOffMonths: z.int().positive().max(240).default(36).describe('months over which capexGbp is written off'),
    rentGbpPerMonth: gbp.optional().describe('rent of the whole server, instead of capexGbp'),
  })
  .refine(
    (box) => (box.capexGbp === undefined) !== (box.rentGbpPerMonth === undefined),
    'expected exactly one of capexGbp and rentGbpPerMonth',
  )

export const quoteInputsSchema = z.strictObject({
  currency: z.literal('GBP').default('GBP'),
  seller: z
    .strictObject({
      name: z.string().min(1).max(200),
      address: z.string().max(400).optional(),
      contact: z.string().max(200).optional(),
      vatNumber: z.string().max(40).optional(),
    })
    .optional(),
  box: costSchema,
  marginShareOfPrice: share
    .refine((value) => value >= 0 && value < 0.95, 'expected 0% to 95%')
    .default(0)
    .describe('price = cost / (1 - this)'),
  electricity: z
    .strictObject({
      tariffGbpPerKwh: z.number().nonnegative().max(10),
      pue: z.number().min(1).max(5).default(1),
      hostOverhead: z.number().min(1).max(5).default(1).describe('power of the whole server / power of its GPU boards'),
    })
    .describe('cost of the energy at the utilisation below'),
  vatRate: share.refine((value) => value >= 0 && value <= 1, 'expected 0% to 100%').default(0.2),
  utilisation: share
    .refine((value) => value > 0 && value <= 1, 'expected more than 0% and at most 100%')
    .default(1)
    .describe('share of the month under load'),
  slo: z
    .strictObject({ ttftMs: positiveMs.optional(), tpotMs: positiveMs.optional(), e2eMs: positiveMs.optional() })
    .optional()
    .describe('latency limits that the runs must meet; a limit that is not set here is taken from each scenario'),
  validityDays: z.int().positive().max(365).default(30),
  notPromised: z
    .array(z.string().min(1).max(300))
    .max(10)
    .default([])
    .describe('further lines under "Not covered by this quote"'),
})

export type QuoteInputs = z.infer<typeof quoteInputsSchema>
