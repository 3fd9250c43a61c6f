import { z } from 'zod'
import { REPORT_JSON_VERSION } from './json.ts'

/** The schema of the JSON report, for its readers and for a test of its writer. */

const simulated = {
  simulated: z.boolean().optional().describe('whether the runs behind it are simulated; absent: it is based on no run'),
  caveat: z.string().optional().describe('what must be known beside the value: a shortened trial, a loosened limit'),
}
const interval = z.tuple([z.number(), z.number()]).describe('95 % interval: low, high')
const digits = z.int().nonnegative().describe('digits that the other formats print')

const cellSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    value: z.number(),
    unit: z.string(),
    digits,
    ci95: interval.optional(),
    approx: z.boolean().optional(),
    limit: z
      .strictObject({ value: z.number(), share: z.number(), bound: z.string() })
      .optional()
      .describe('the physical limit in the unit of the value; share above 1 is impossible as described'),
    ...simulated,
  }),
  z.strictObject({
    kind: z.literal('money'),
    valueGbp: z.number(),
    digits,
    ci95: interval.optional(),
    detail: z.string().optional(),
    ...simulated,
  }),
  z.strictObject({
    kind: z.literal('ratio'),
    value: z.number(),
    digits,
    ci95: interval.optional(),
    better: z.enum(['higher', 'lower']).optional(),
    ...simulated,
  }),
  z.strictObject({
    kind: z.literal('text'),
    text: z.string(),
    detail: z.string().optional(),
    tone: z.enum(['good', 'warn', 'bad', 'plain']).optional(),
    ...simulated,
  }),
  z.strictObject({ kind: z.literal('code'), lines: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('missing'), reason: z.string() }),
  z.strictObject({ kind: z.literal('oom'), evidence: z.string(), simulated: simulated.simulated }),
])

const tableSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  columns: z.array(z.strictObject({ id: z.string(), head: z.string(), align: z.enum(['left', 'right']) })),
  rows: z.array(z.strictObject({ id: z.string(), cells: z.array(cellSchema) })),
  notes: z.array(z.string()),
  sources: z.array(z.string()).optional().describe('where its values are from'),
  groupBy: z.array(z.string()).optional().describe('ids of the columns by which its rows belong together'),
  simulated: z.boolean(),
  caveat: z.string().optional().describe('the caveat of its cells, where all runs of the report have the same'),
})

const count = z.int().nonnegative()
const sourceSchema = z.strictObject({
  id: z.string(),
  source: z.enum(['live', 'simulated']),
  status: z.string(),
  card: z.string(),
  scenario: z.string(),
  startedAt: z.string(),
  setting: z
    .string()
    .optional()
    .describe('what the cards were set to for it, such as "300 W"; absent: they were measured as found'),
  quotable: z.boolean(),
  gates: z.strictObject({ pass: count, warn: count, fail: count, notMeasured: count, findings: z.array(z.string()) }),
  remarks: z.array(z.string()).optional(),
})

const answerSchema = z
  .strictObject({
    facts: z
      .array(z.strictObject({ label: z.string(), text: z.string() }))
      .describe('what was measured, where, when, and by which versions'),
    sentences: z.array(z.string()).max(3).describe('the verdict'),
    tiles: z
      .array(
        z.strictObject({
          id: z.string(),
          label: z.string(),
          of: z.string().nullable().describe('what the figures are of'),
          figures: z
            .array(z.strictObject({ card: z.string().nullable(), cell: cellSchema, note: z.string().nullable() }))
            .describe('the best card first'),
        }),
      )
      .max(5)
      .describe('the figures that decide'),
    isMixed: z.boolean().describe('whether live and simulated runs are together: then each value says which it is'),
    chart: z
      .strictObject({ id: z.string(), title: z.string(), simulated: z.boolean(), summary: z.string() })
      .nullable()
      .describe('the chart that decides, in words'),
    quality: z
      .strictObject({
        text: z.string(),
        tone: z.enum(['good', 'warn', 'bad', 'plain']),
        reasons: z.array(z.string()),
      })
      .nullable()
      .describe('whether the figures may be quoted; null without runs'),
  })
  .describe('what the other formats show first')

const moneySchema = z.strictObject({
  years: z.number(),
  tariffGbpPerKwh: z.number(),
  utilisation: z.number(),
  pue: z.number(),
  powerOf: z.enum(['server', 'boards']).optional(),
  workload: z.string().optional().describe('the title of the workload whose costs these are'),
  cards: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string(),
      priceGbp: z.number().nullable(),
      idleW: z.number().nullable(),
      meanPowerW: z.number().nullable(),
      outputTokensPerS: z.number().nullable(),
      outputTokensPerSCi95: interval.nullable().optional(),
      vramGb: z.number().nullable().optional(),
    }),
  ),
})

/** docs/schemas/report.schema.json is made from this. */
export const reportJsonSchema = z.strictObject({
  format: z.literal('joulemark-report'),
  version: z.literal(REPORT_JSON_VERSION),
  title: z.string(),
  author: z.string().nullable().optional(),
  answer: answerSchema.nullable().optional().describe('null in a report of chosen tables'),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  tables: z.array(tableSchema),
  sources: z.array(sourceSchema),
  money: moneySchema.nullable(),
})
