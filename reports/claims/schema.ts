import { z } from 'zod'
import { formatNames } from './formats.ts'

/**
 * A claims file: a published comparison table as data, cell by cell as printed. It contains claims and no verdicts: those
 * are computed each time from catalogue, physics and arithmetic. Unknown keys are errors; null says that the source was
 * read and does not say.
 */

const count = z.number().positive()
const note = z.string().optional().describe('anything worth remembering; not checked')

export const workloadSchema = z.strictObject({
  model: z.string().optional().describe('family or key of a model of the catalogue, such as llama-3.1-8b'),
  quant: z.enum(formatNames).nullish().describe('format of the weights'),
  batch: count.nullish().describe('requests in flight'),
  concurrency: count.nullish().describe('the same, where the source calls it so'),
  sessions: count.nullish().describe('people or conversations, of which some may pause'),
  context: count.nullish().describe('tokens of context per sequence'),
  steps: count.nullish().describe('denoising steps per image'),
  cards: count.nullish().describe('GPUs that share the model; 1 if absent'),
  phase: z.enum(['decode', 'aggregate', 'prefill']).nullish().describe('prefill: tokens of prompts, not of answers'),
  counts: z.enum(['output', 'input-and-output']).nullish().describe('which tokens a rate counts; output if absent'),
  speculation: z
    .enum(['none', 'draft-model', 'eagle', 'eagle-2', 'eagle-3', 'medusa', 'mtp', 'ngram', 'other'])
    .nullish()
    .describe('none, or the method; null: the source leaves it open; absent: plain decoding'),
  tokens_per_step: z.number().min(1).nullish().describe('mean tokens that speculation has accepted per step'),
  kv_cache: z.enum(['fp16', 'bf16', 'fp8']).nullish().describe('type of the KV cache'),
  arithmetic: z
    .enum(['fp16', 'fp16-accumulate', 'fp8', 'int8', 'fp4'])
    .nullish()
    .describe('of images; null: the source leaves it open; absent: that of `quant`, with FP32 accumulation'),
  step_cache: z.boolean().nullish().describe('whether images skip steps; null: the source leaves it open; absent: no'),
  resolution: z.array(count).nullish().describe('width and height of an image'),
  mode: z.string().nullish().describe('kind of training'),
  sequence_length: count.nullish().describe('tokens of a training sequence'),
  pooled_gb: count.optional().describe('memory that the source adds up over cards; not checked'),
  claimed_weights_gb: count.optional().describe('size of the weights as the source states it'),
  note,
})

/** `class` is the older name of `category`. */
const cellKinds = [
  'quantity',
  'range',
  'category',
  'class',
  'oom',
  'none',
  'not_applicable',
  'boolean',
  'text',
  'delta_percent',
  'ratio',
  'only',
] as const

/** A cell in full. In a file it may also be its printed text, such as "900 t/s": `file/cell-text.ts` reads it. */
export const cellSchema = z.strictObject({
  kind: z.enum(cellKinds),
  value: z
    .unknown()
    .optional()
    .meta({ type: ['number', 'string', 'boolean', 'null'] })
    .describe('a number for a quantity; the column for `only`'),
  min: z.number().optional(),
  max: z.number().optional(),
  unit: z.string().optional().describe('converted to the unit of its row, or refused'),
  raw: z.string().optional().describe('as printed'),
  approx: z.boolean().optional().describe('printed with ~ or "about": 3 % either way'),
  qualifier: z.string().optional().describe('such as sparse'),
  data_rate_gbps: count.optional().describe('of memory, per pin'),
  generation: count.optional(),
  formats: z.array(z.string()).optional(),
  memory_type: z.string().optional(),
  ecc: z.boolean().nullish(),
  cards: count.optional(),
  pooled_gb: count.optional(),
  segment: z.string().optional(),
  note,
})

const range = { min: z.number(), max: z.number() }
const card = z.string()
/** A sentence restated in numbers. */
export const assertSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('spec'),
    card,
    row: z.string(),
    value: z.union([z.number(), z.boolean()]),
    unit: z.string().optional(),
  }),
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

/** The keys of a row that are no cell; every other key is a column: a card, `delta` or `uplift`. */
export const rowFields = {
  id: z.string().min(1),
  label: z.string(),
  workload: workloadSchema.optional(),
  derived: z.string().optional().describe('a formula over rows, such as price / 3 or throughput.b32 / tdp'),
  scenario: z.string().optional().describe('name of the scenario that measures this row'),
  note,
} as const

const rowSchema = z.object(rowFields).catchall(cellSchema)
const winnerSchema = z.strictObject({
  id: z.string().min(1),
  label: z.string(),
  winner: z.string().optional(),
  why: z.string().optional(),
  asserts: z.array(assertSchema).optional(),
  note,
})

const table = { title: z.string(), columns: z.array(z.string()).optional(), note }
const tableSchema = z.strictObject({ ...table, rows: z.array(rowSchema) })

export const claimsSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(1),
  source: z.strictObject({
    title: z.string(),
    publisher: z.string().optional(),
    published_at: z.string().optional(),
    currency: z.literal('GBP').optional(),
    note,
  }),
  cards: z.record(
    z.string(),
    z.strictObject({
      label: z.string(),
      memory_clock_mhz: count.optional().describe('where the source states a raised memory clock'),
      note,
    }),
  ),
  tables: z.strictObject({
    spec: tableSchema.optional(),
    fits: z.strictObject({ ...table, scale: z.array(z.string()).optional(), rows: z.array(rowSchema) }).optional(),
    throughput: tableSchema.optional(),
    economics: z
      .strictObject({
        ...table,
        rows: z.array(rowSchema),
        parameters: z.strictObject({
          tariff_gbp_per_kwh: z.number(),
          hours_per_year: z.number(),
          amortisation_years: z.number(),
          note,
        }),
      })
      .optional(),
    winners: z.strictObject({ ...table, rows: z.array(winnerSchema) }).optional(),
  }),
  text_claims: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        text: z.string(),
        value: z.unknown().optional().describe('the number of the sentence; not checked, `asserts` are'),
        asserts: z.array(assertSchema).default([]),
        note,
      }),
    )
    .default([]),
  serving_examples: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        card: z.string(),
        cards: z.number().default(1),
        model: z.string().describe('name of the checkpoint'),
        args: z.record(z.string(), z.union([z.string(), z.number()])),
        note,
      }),
    )
    .default([]),
})

/** A claims file as it is written; cells that are plain text have become objects. */
export type ClaimsDocument = z.infer<typeof claimsSchema>
export type CellDocument = z.infer<typeof cellSchema>
export type Workload = z.infer<typeof workloadSchema>
export type Assert = z.infer<typeof assertSchema>
