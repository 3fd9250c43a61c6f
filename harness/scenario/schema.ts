import { z } from 'zod'

/**
 * The scenario file: what to ask of the card. This schema is the one source of the types, of the validation
 * and of `scenarios/schema.json`. Unknown keys are errors; defaults live here and nowhere else.
 */

const positiveInt = z.int().positive()

/** `2%` or `0.02`, kept as a fraction. */
const fraction = z
  .union([z.number().positive().max(1), z.string().regex(/^\d+(\.\d+)?\s*%$/)])
  .transform((value) => (typeof value === 'number' ? value : Number.parseFloat(value) / 100))
  .pipe(z.number().positive().max(1))
  .meta({ description: 'a share: 2% or 0.02' })

export const serverSchema = z.strictObject({
  maxModelLen: positiveInt.optional().describe('--max-model-len the server should run with'),
  kvCacheDtype: z.enum(['auto', 'fp8', 'fp8_e4m3', 'fp8_e5m2', 'bfloat16']).optional(),
  quantization: z.string().optional().describe('--quantization; leave out for checkpoints that carry their own'),
  maxNumSeqs: positiveInt.optional(),
  gpuMemoryUtilization: z.number().gt(0).lte(1).optional(),
  tensorParallel: positiveInt.optional(),
})

const sessionSchema = z.strictObject({
  turns: positiveInt.max(1000).describe('requests of one conversation; each carries all that was said before'),
  thinkSeconds: z.number().nonnegative().default(0).describe('mean pause between turns, exponentially distributed'),
  userTokens: positiveInt.describe('tokens that each later turn adds; the first has prompt.tokens'),
})

const closedLoadSchema = z.strictObject({
  shape: z.literal('closed').describe('a fixed number of requests in flight: one ends, the next is sent'),
  concurrency: positiveInt.max(10_000).describe('requests in flight, or conversations with `session`'),
  rampSeconds: z
    .number()
    .nonnegative()
    .default(1)
    .describe('the streams start spread over this time, so that their prefills do not arrive as one wave'),
  session: sessionSchema.optional().describe('multi-turn conversations with a growing context'),
})

const arrivalFields = {
  arrivals: z.enum(['constant', 'poisson', 'gamma']).default('poisson'),
  burstiness: z.number().positive().default(1).describe('shape of gamma gaps: 1 is Poisson, smaller is burstier'),
  rampSeconds: z.number().nonnegative().default(0).describe('the rate climbs from 0 over this time'),
  maxInFlight: positiveInt
    .max(20_000)
    .default(512)
    .describe('connections held open; a request that finds none free is dropped and counted, never made to wait'),
} as const

const openLoadSchema = z.strictObject({
  shape: z.literal('open').describe('requests go at their appointed times, whatever the server does'),
  ratePerS: z.number().positive().max(100_000).describe('requests a second'),
  ...arrivalFields,
})

const traceLoadSchema = z.strictObject({
  shape: z.literal('trace').describe('requests of a recorded trace, at its times'),
  file: z.string().min(1).describe('JSONL in the Mooncake form, relative to the scenario file'),
  speed: z.number().positive().default(1).describe('2 plays the trace in half its time'),
  maxInFlight: arrivalFields.maxInFlight,
})

const sweepLoadSchema = z.strictObject({
  shape: z.literal('sweep').describe('one run for each value; one record each'),
  concurrency: z.array(positiveInt.max(10_000)).min(1).optional(),
  ratePerS: z.array(z.number().positive()).min(1).optional(),
  highestRate: z
    .strictObject({
      fromPerS: z.number().positive().describe('a rate that should keep the SLO'),
      toPerS: z.number().positive().describe('a rate that should not'),
      tolerance: fraction.default(0.05).describe('the search ends when the bracket is this narrow'),
      goodShare: z.number().gt(0).lte(1).default(0.99).describe('share of requests that must keep the SLO'),
    })
    .optional()
    .describe('search for the highest rate that keeps the SLO, by bisection'),
  ...arrivalFields,
})

/** A load that one run can drive. */
export const loadSchema = z.discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema])
/** What a file may ask for: a sweep becomes several runs. */
export const fileLoadSchema = z
  .discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema, sweepLoadSchema])
  .refine(
    (load) =>
      load.shape !== 'sweep' || [load.concurrency, load.ratePerS, load.highestRate].filter(Boolean).length === 1,
    'expected exactly one of concurrency, ratePerS or highestRate in a sweep',
  )

export const promptSchema = z.strictObject({
  tokens: positiveInt.max(2_000_000).describe('exact prompt length in tokens'),
  prefixCache: z
    .union([z.enum(['cold', 'warm']), z.string().regex(/^shared:\d+$/, 'expected cold, warm or shared:N')])
    .default('cold')
    .describe(
      'cold: the first block of every prompt is its own; shared:N: all prompts begin with the same N tokens; warm: all prompts are the same',
    ),
})

export const outputSchema = z.strictObject({
  tokens: positiveInt.max(1_000_000).describe('exact output length: ignore_eos with min_tokens = max_tokens'),
})

export const trialSchema = z
  .strictObject({
    seconds: z.number().positive().default(60).describe('how long new requests are sent'),
    warmupSeconds: z.number().nonnegative().default(10).describe('load of the same shape before the first trial'),
    minWindowSeconds: z
      .number()
      .positive()
      .optional()
      .describe('shortest steady window that counts; half of seconds unless given'),
    requestTimeoutSeconds: z.number().positive().default(600),
    runTimeoutMinutes: z.number().positive().default(180).describe('the run ends in good order after this'),
    quietSeconds: z
      .number()
      .min(0.8)
      .default(3)
      .describe('sampling goes on this long before and after a trial, so that the power sensor can follow'),
  })
  .default({ seconds: 60, warmupSeconds: 10, requestTimeoutSeconds: 600, runTimeoutMinutes: 180, quietSeconds: 3 })

export const certaintySchema = z
  .strictObject({
    target: fraction.default(0.02).describe('half-width of the 95 % interval, as a share of the mean'),
    minTrials: positiveInt.default(3),
    maxTrials: positiveInt.default(10),
  })
  .refine((value) => value.maxTrials >= value.minTrials, {
    path: ['maxTrials'],
    message: 'expected maxTrials to be at least minTrials',
  })
  .default({ target: 0.02, minTrials: 3, maxTrials: 10 })

export const sloSchema = z.strictObject({
  ttftMs: z.number().positive().optional(),
  tpotMs: z.number().positive().optional(),
  e2eMs: z.number().positive().optional(),
})

const base = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'expected lower-case letters, digits, dots and dashes (80 at most)'),
  title: z.string().min(1).max(120),
  kind: z.literal('text'),
  model: z.string().min(1).describe('catalogue key of the model'),
  api: z.enum(['completions', 'chat']).default('completions'),
  server: serverSchema.optional(),
  client: z
    .enum(['raw', 'sdk'])
    .default('raw')
    .describe('raw: the timing client; sdk: what an application behind the openai package sees'),
  load: loadSchema,
  prompt: promptSchema,
  output: outputSchema,
  trial: trialSchema,
  certainty: certaintySchema,
  slo: sloSchema.optional(),
  maxErrorRate: z.number().min(0).max(1).default(0.001).describe('share of failed requests that the gate allows'),
  seed: z.int().nonnegative().default(1).describe('seed of the prompts'),
} as const

/** Fields that `cards:` may override for one card; objects are merged key by key. */
const overrideSchema = z
  .strictObject({
    server: serverSchema.partial(),
    load: z.looseObject({}),
    prompt: promptSchema.partial(),
    output: outputSchema.partial(),
    slo: sloSchema,
  })
  .partial()

/** A scenario file as written. */
export const scenarioFileSchema = z.strictObject({
  ...base,
  load: fileLoadSchema,
  cards: z.record(z.string(), overrideSchema).optional().describe('overrides for one card, by card key'),
})

/** A scenario with the overrides of its card applied: what runs, and what the record keeps. */
export const scenarioSchema = z.strictObject(base)

/** A suite: scenario files run one after another. */
export const suiteSchema = z.strictObject({
  title: z.string().min(1),
  scenarios: z.array(z.string().min(1)).min(1).describe('scenario files, relative to the suite file'),
})

export type ScenarioFile = z.infer<typeof scenarioFileSchema>
export type Scenario = z.infer<typeof scenarioSchema>
export type Suite = z.infer<typeof suiteSchema>
export type Load = z.infer<typeof loadSchema>
export type FileLoad = z.infer<typeof fileLoadSchema>
