import { z } from 'zod'

/** The document of sweeps as a schema: for whoever reads one, and for a test that the writer keeps to it. */

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const SWEEP_JSON_VERSION = 1

const interval = z.tuple([z.number(), z.number()]).describe('95 % interval: low, high')
const share = z.number().describe('a share: 0.05 is 5 %')
const inFlight = z.number().positive().describe('requests or sessions in flight')

const figureSchema = z.union([
  z.strictObject({ value: z.number(), ci95: interval.nullable().optional() }),
  z.strictObject({ value: z.null(), reason: z.string() }),
])
const shareSpread = z.strictObject({ mean: share, ci95: interval.nullable() })

const loadSchema = z.strictObject({
  concurrency: inFlight,
  run: z.string().describe('id of a run record'),
  simulated: z.boolean(),
  tokensPerSPerUser: figureSchema.describe('interactivity: 1000 / median TPOT in ms'),
  tokensPerSPerGpu: figureSchema.describe('output tokens/s of all users / GPUs that serve'),
  gbpPerMillionTokens: figureSchema,
  ttftMs: figureSchema.describe('median'),
  tokensPerJ: figureSchema,
  sloShare: shareSpread.nullable().describe('of the requests that met every limit; null without an SLO'),
  obstacle: z
    .strictObject({ kind: z.enum(['failed', 'queued']), reason: z.string() })
    .nullable()
    .describe('`failed`: no usable figures; `queued`: the server did not run all requests at once'),
  beaten: z.boolean().describe('another load of the line gives more per user and per GPU, by intervals that lie apart'),
})

const kneeSchema = z.strictObject({
  concurrency: z.number().nullable().describe('from where on no doubling gains `leastGain`, by the means'),
  above: z.number().nullable().describe('the knee is shown to be above this; null: not shown'),
  atMost: z.number().nullable().describe('the knee is shown to be at most this; null: not shown'),
  certain: z.boolean().describe('whether the two ends rest on intervals'),
  outside: z.enum(['below', 'above', 'unknown']).nullable().describe('on which side of the range; null: within'),
})

const sloSchema = z.strictObject({
  met: z
    .strictObject({ concurrency: inFlight, share: shareSpread })
    .nullable()
    .describe('the highest load within the SLO; null where already the lowest breaks it'),
  broken: z
    .strictObject({ concurrency: inFlight, share: shareSpread.nullable() })
    .nullable()
    .describe('the lowest load that breaks it; a failed one has no share'),
  certain: z.boolean().describe('whether the intervals of both lie on their sides of the limit'),
})

const lineSchema = z.strictObject({
  card: z.strictObject({ key: z.string(), label: z.string() }),
  label: z.string().describe('the card, and how its server differs from others in the same sweep'),
  simulated: z.boolean(),
  gpus: z.int().positive().describe('GPUs that serve'),
  loads: z.array(loadSchema),
  knee: kneeSchema,
  slo: sloSchema.nullable().describe('null without an SLO'),
})

/** docs/schemas/sweep.schema.json is made from this. */
export const sweepJsonSchema = z.strictObject({
  format: z.literal('joulemark-sweep'),
  version: z.literal(SWEEP_JSON_VERSION),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  sweeps: z.array(
    z.strictObject({
      title: z.string(),
      unit: z.enum(['stream', 'conversation']).describe('what is in flight'),
      leastGain: share.describe('a doubling that gains less is past the knee'),
      goodShare: share.describe('of the requests that a load within the SLO serves within it'),
      cards: z.array(lineSchema).describe('one for each card and server'),
    }),
  ),
  ended: z
    .array(
      z.strictObject({
        why: z.string().describe('why no further load was measured'),
        notMeasured: z
          .array(z.strictObject({ concurrency: inFlight, reason: z.string() }))
          .describe('loads whose run left no record of its results'),
      }),
    )
    .describe('one for each sweep that was measured'),
  runs: z.array(
    z.strictObject({
      directory: z.string(),
      record: z.looseObject({ id: z.string() }).describe('as in run-record.schema.json'),
    }),
  ),
})
