import { z } from 'zod'
import { parseShare } from '../share.ts'

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
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?\s*%$/)])
  .transform((value) => (typeof value === 'number' ? value : (parseShare(value) ?? Number.NaN)))

export const sellerSchema = z.strictObject({
  name: z.string().min(1).max(200),
  address: z.string().max(400).optional(),
  contact: z.string().max(200).optional(),
  vatNumber: z.string().max(40).optional(),
})

export const electricityFields = {
  tariffGbpPerKwh: z.number().nonnegative().max(10),
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

export const utilisation = share
  .refine((value) => value > 0 && value <= 1, 'expected more than 0% and at most 100%')
  .describe('share of the month under load')

export const quoteFields = {
  marginShareOfPrice: share
    .refine((value) => value >= 0 && value < 0.95, 'expected 0% to 95%')
    .describe('price = cost / (1 - this)'),
  vatRate: share.refine((value) => value >= 0 && value <= 1, 'expected 0% to 100%'),
  slo: z
    .strictObject({ ttftMs: positiveMs.optional(), tpotMs: positiveMs.optional(), e2eMs: positiveMs.optional() })
    .describe('latency limits that the runs must meet; a limit that is not set here is taken from each scenario'),
  validityDays: z.int().positive().max(365),
  notPromised: z.array(z.string().min(1).max(300)).max(10).describe('further lines under "Not covered by this quote"'),
} as const
