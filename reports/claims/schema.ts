import { z } from 'zod'
import { JoulemarkError } from '../../harness/errors.ts'

/**
 * A claims file: a published comparison table as data, cell by cell as printed. It contains claims and no verdicts: those
 * are computed each time from catalogue, physics and arithmetic.
 */

export const workloadSchema = z.looseObject({
  model: z.string().optional(),
  quant: z.string().nullish(),
  /** Requests in flight; null when the source does not state them. */
  batch: z.number().nullish(),
  concurrency: z.number().nullish(),
  sessions: z.number().nullish(),
  context: z.number().nullish(),
  steps: z.number().nullish(),
  cards: z.number().nullish(),
  mode: z.string().optional(),
  claimed_weights_gb: z.number().optional(),
})

const cellSchema = z.looseObject({
  kind: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]).nullish(),
  min: z.number().optional(),
  max: z.number().optional(),
  unit: z.string().optional(),
  raw: z.string(),
  approx: z.boolean().optional(),
  qualifier: z.string().optional(),
  data_rate_gbps: z.number().optional(),
})

const range = { min: z.number(), max: z.number() }
const card = z.string()
/** A sentence restated in numbers. */
export const assertSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('spec'), card, row: z.string(), value: z.union([z.number(), z.boolean()]) }),
  z.strictObject({ kind: z.literal('price-ratio'), over: card, under: card, ...range }),
  z.strictObject({ kind: z.literal('price-at-most'), card, gbp: z.number() }),
  z.strictObject({ kind: z.literal('cost-per-token-ratio'), cheaper: card, dearer: card, row: z.string(), ...range }),
  z.strictObject({ kind: z.literal('cheapest-token'), card, against: card, atLeast: z.number() }),
  z.strictObject({ kind: z.literal('uplift-range'), over: card, under: card, ...range }),
  z.strictObject({ kind: z.literal('uplift-of-rows'), over: card, under: card, rows: z.array(z.string()), ...range }),
  z.strictObject({ kind: z.literal('rate'), card, workload: workloadSchema, value: z.number(), unit: z.string() }),
  z.strictObject({ kind: z.literal('fit'), card, workload: workloadSchema, fits: z.boolean() }),
  z.strictObject({ kind: z.literal('own-cell-fits'), ref: z.string() }),
  z.strictObject({ kind: z.literal('nvlink-pool'), card, gb: z.number() }),
  z.strictObject({ kind: z.literal('nvlink-bandwidth'), card, gbPerS: z.number() }),
  z.strictObject({ kind: z.literal('pcie-bandwidth'), card, gbPerS: z.number() }),
  z.strictObject({
    kind: z.literal('ecc-bandwidth'),
    card,
    minLoss: z.number(),
    maxLoss: z.number(),
    withEccGBs: z.number(),
  }),
  z.strictObject({ kind: z.literal('usable-memory'), card, minGb: z.number(), maxGb: z.number() }),
])

const rowSchema = z.looseObject({
  id: z.string(),
  label: z.string(),
  workload: workloadSchema.optional(),
  derived: z.string().optional(),
  scenario: z.string().optional(),
  asserts: z.array(assertSchema).optional(),
})

const tableSchema = z.looseObject({ title: z.string(), rows: z.array(rowSchema) })

export const claimsSchema = z.looseObject({
  schema: z.literal(1),
  source: z.looseObject({ title: z.string(), publisher: z.string().optional(), published_at: z.string().optional() }),
  cards: z.record(z.string(), z.looseObject({ label: z.string() })),
  tables: z.looseObject({
    spec: tableSchema.optional(),
    fits: tableSchema.optional(),
    throughput: tableSchema.optional(),
    economics: tableSchema
      .extend({
        parameters: z.object({
          tariff_gbp_per_kwh: z.number(),
          hours_per_year: z.number(),
          amortisation_years: z.number(),
        }),
      })
      .optional(),
    winners: tableSchema.optional(),
  }),
  text_claims: z
    .array(z.looseObject({ id: z.string(), text: z.string(), asserts: z.array(assertSchema).default([]) }))
    .default([]),
  serving_examples: z
    .array(
      z.looseObject({
        id: z.string(),
        card: z.string(),
        cards: z.number().default(1),
        model: z.string(),
        args: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    )
    .default([]),
})

export type Claims = z.infer<typeof claimsSchema>
export type ClaimRow = z.infer<typeof rowSchema>
export type ClaimCell = z.infer<typeof cellSchema>
export type Workload = z.infer<typeof workloadSchema>
export type Assert = z.infer<typeof assertSchema>
export type ServingExample = Claims['serving_examples'][number]

/** The tables of a claims file that have one column per card. */
export const cardTables = ['spec', 'fits', 'throughput', 'economics'] as const
export type CardTable = (typeof cardTables)[number]

/** Checks a parsed claims file. `where` names it in the error, which is `bad-input` and one line. */
export function parseClaims(data: unknown, where: string): Claims {
  const result = claimsSchema.safeParse(data)
  if (result.success) return result.data
  const [first, ...others] = result.error.issues
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  throw new JoulemarkError(
    'bad-input',
    `${where} is not a claims file: ${first?.path.join('.')}: ${first?.message}${more}`,
  )
}

/** The cell of a row under a column (a card key, `delta`, `uplift`); null where the row has none. */
export function cellOf(row: ClaimRow, column: string): ClaimCell | null {
  const parsed = cellSchema.safeParse(row[column])
  return parsed.success ? parsed.data : null
}
