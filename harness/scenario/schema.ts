import { z } from 'zod'
import { embeddingsLoadSchema, textsSchema } from './embeddings-schema.ts'
import { imageLoadSchema, imageSchema, trainingLoadSchema, trainingSchema, trainingTrialSchema } from './job-schema.ts'
import { checkPrompt, outputSchema, promptSchema, samplingSchema } from './prompt/prompt-schema.ts'
import { arrivalFields, fraction, positiveInt, trialSchema } from './schema-parts.ts'
import { sessionSchema } from './session/session-schema.ts'

/**
 * The scenario file: the workload of a run. This schema is the only source of the types, of the validation
 * and of `scenarios/schema.json`. Unknown keys are errors. All defaults are defined here.
 */

/** Characters of a title: one line of a report. */
export const MAX_TITLE_CHARACTERS = 120

const serverSchema = z.strictObject({
  maxModelLen: positiveInt.optional().describe('--max-model-len of the server'),
  kvCacheDtype: z.enum(['auto', 'fp8', 'fp8_e4m3', 'fp8_e5m2', 'bfloat16']).optional(),
  quantization: z.string().optional().describe('--quantization; omit for checkpoints that are already quantised'),
  maxNumSeqs: positiveInt.optional(),
  gpuMemoryUtilization: z.number().gt(0).lte(1).optional(),
  tensorParallel: positiveInt.optional(),
})

const closedLoadSchema = z.strictObject({
  shape: z.literal('closed').describe('a fixed number of requests in flight: when one ends, the next is sent'),
  concurrency: positiveInt.max(10_000).describe('requests in flight, or sessions at a time with `session`'),
  rampSeconds: z
    .number()
    .nonnegative()
    .default(1)
    .describe('the starts of the streams are spread over this time, so that their prefills do not coincide'),
  session: sessionSchema.optional().describe('sessions of several turns with a growing context: conversations, agents'),
})

const openLoadSchema = z.strictObject({
  shape: z.literal('open').describe('requests are sent at their scheduled times, independent of the server'),
  ratePerS: z.number().positive().max(100_000).describe('requests per second'),
  ...arrivalFields,
})

const traceLoadSchema = z.strictObject({
  shape: z.literal('trace').describe('requests of a recorded trace, sent at its times'),
  file: z
    .string()
    .min(1)
    .describe(
      'relative to the scenario file: JSONL of Mooncake, an access log with the usage of each request, or CSV of Azure or BurstGPT',
    ),
  speed: z.number().positive().default(1).describe('2 replays the trace in half its time'),
  maxInFlight: arrivalFields.maxInFlight,
})

const sweepLoadSchema = z.strictObject({
  shape: z.literal('sweep').describe('one run and one record per value'),
  concurrency: z.array(positiveInt.max(10_000)).min(1).optional(),
  session: sessionSchema.optional().describe('with concurrency: multi-turn conversations instead of single requests'),
  ratePerS: z.array(z.number().positive()).min(1).optional(),
  highestRate: z
    .strictObject({
      fromPerS: z.number().positive().describe('a rate that should meet the SLO'),
      toPerS: z.number().positive().describe('a rate that should not'),
      tolerance: fraction.default(0.05).describe('relative width of the bracket at which the search ends'),
      goodShare: z.number().gt(0).lte(1).default(0.99).describe('share of requests that must meet the SLO'),
    })
    .optional()
    .describe('search for the highest rate that meets the SLO, by bisection'),
  ...arrivalFields,
})

/** The load of one run. */
export const loadSchema = z.discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema])
/** The load of a file: a sweep becomes several runs. */
const fileLoadSchema = z
  .discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema, sweepLoadSchema])
  .refine(
    (load) =>
      load.shape !== 'sweep' || [load.concurrency, load.ratePerS, load.highestRate].filter(Boolean).length === 1,
    'expected exactly one of concurrency, ratePerS or highestRate in a sweep',
  )
  .refine(
    (load) => load.shape !== 'sweep' || !load.session || load.concurrency !== undefined,
    'expected session only with concurrency in a sweep',
  )

/** Default half-width of the 95 % confidence interval as a share of the mean. */
export const DEFAULT_CERTAINTY_TARGET = 0.02

const certaintySchema = z
  .strictObject({
    target: fraction
      .default(DEFAULT_CERTAINTY_TARGET)
      .describe('half-width of the 95 % confidence interval, as a share of the mean'),
    minTrials: positiveInt.default(3),
    maxTrials: positiveInt.default(10),
  })
  .refine((value) => value.maxTrials >= value.minTrials, {
    path: ['maxTrials'],
    message: 'expected maxTrials to be at least minTrials',
  })
  .default({ target: DEFAULT_CERTAINTY_TARGET, minTrials: 3, maxTrials: 10 })

const sloSchema = z.strictObject({
  ttftMs: z.number().positive().optional(),
  tpotMs: z.number().positive().optional(),
  e2eMs: z.number().positive().optional(),
})

const named = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'expected lower-case letters, digits, dots and dashes (80 at most)'),
  title: z.string().min(1).max(MAX_TITLE_CHARACTERS),
  model: z.string().min(1).describe('key of the catalogue, or the name or folder of any model'),
} as const

/** Default share of requests that may fail. */
export const DEFAULT_MAX_ERROR_RATE = 0.001

const judged = {
  server: serverSchema.optional(),
  certainty: certaintySchema,
  slo: sloSchema.optional(),
  powerLimitW: z
    .number()
    .positive()
    .optional()
    .describe("intended power limit; without it the power-limit gate expects the card's default"),
  maxErrorRate: z
    .number()
    .min(0)
    .max(1)
    .default(DEFAULT_MAX_ERROR_RATE)
    .describe('share of failed requests that the error-rate gate allows'),
  seed: z.int().nonnegative().default(1).describe('seed of the prompts, the images or the training'),
} as const

const textBase = {
  ...named,
  kind: z.literal('text').describe('tokens streamed by a server'),
  api: z.enum(['completions', 'chat']).default('completions'),
  client: z
    .enum(['raw', 'sdk'])
    .default('raw')
    .describe('raw: the timing client; sdk: timing as seen by an application that uses the openai package'),
  load: loadSchema,
  prompt: promptSchema,
  output: outputSchema,
  sampling: samplingSchema.optional(),
  adapter: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .describe('LoRA adapter that every request asks for, by the name under which the server lists it'),
  trial: trialSchema,
  ...judged,
} as const

const imageBase = {
  ...named,
  kind: z.literal('image').describe('images generated by a server at /v1/images/generations'),
  load: imageLoadSchema,
  image: imageSchema,
  trial: trialSchema,
  ...judged,
} as const

const embeddingsBase = {
  ...named,
  kind: z.literal('embeddings').describe('texts to a server at /v1/embeddings or /v1/rerank'),
  api: z.enum(['embeddings', 'rerank']).default('embeddings'),
  load: embeddingsLoadSchema,
  texts: textsSchema,
  trial: trialSchema,
  ...judged,
} as const

const trainingBase = {
  ...named,
  kind: z.literal('training').describe('a training command that the harness starts, monitors and stops'),
  load: trainingLoadSchema,
  training: trainingSchema,
  trial: trainingTrialSchema,
  ...judged,
} as const

/** Fields that `cards:` may override for one card; objects are merged key by key. */
const overridden = {
  server: serverSchema.partial(),
  powerLimitW: z.number().positive(),
  load: z.looseObject({}),
  slo: sloSchema,
} as const
const cardsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .record(z.string(), z.strictObject({ ...overridden, ...shape }).partial())
    .optional()
    .describe('overrides for one card, by card key')

/** A hit rate is made by prefixes that the load gives to its requests: conversations and traces have their own. */
function checkHitRate(
  scenario: { readonly kind: string; readonly load: object; readonly prompt?: { readonly prefixCache: string } },
  context: z.core.$RefinementCtx,
): void {
  if (!scenario.prompt?.prefixCache.startsWith('hits:')) return
  const { load } = scenario
  const isTrace = 'shape' in load && load.shape === 'trace'
  if (!isTrace && !('session' in load && load.session !== undefined)) return
  context.addIssue({
    code: 'custom',
    path: ['prompt', 'prefixCache'],
    message: `expected cold here: ${isTrace ? 'a trace' : 'a conversation'} has prefixes of its own`,
  })
}

/** A scenario file as written. */
export const scenarioFileSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      ...textBase,
      load: fileLoadSchema,
      cards: cardsOf({ prompt: promptSchema.partial(), output: outputSchema.partial() }),
    }),
    z.strictObject({ ...imageBase, cards: cardsOf({ image: imageSchema.partial() }) }),
    z.strictObject({ ...embeddingsBase, cards: cardsOf({ texts: textsSchema.partial() }) }),
    z.strictObject({ ...trainingBase, cards: cardsOf({ training: trainingSchema.partial() }) }),
  ])
  .superRefine(checkHitRate)
  .superRefine((scenario, context) => {
    if (scenario.kind === 'text') checkPrompt(scenario, context)
  })

const textScenarioSchema = z.strictObject(textBase)
const imageScenarioSchema = z.strictObject(imageBase)
const embeddingsScenarioSchema = z.strictObject(embeddingsBase)
const trainingScenarioSchema = z.strictObject(trainingBase)

/** A scenario with the overrides of its card applied: what runs, and what the record keeps. */
export const scenarioSchema = z
  .discriminatedUnion('kind', [
    textScenarioSchema,
    imageScenarioSchema,
    embeddingsScenarioSchema,
    trainingScenarioSchema,
  ])
  .superRefine(checkHitRate)
  .superRefine((scenario, context) => {
    if (scenario.kind === 'text') checkPrompt(scenario, context)
  })

/** A suite: scenario files run one after another. */
export const suiteSchema = z.strictObject({
  title: z.string().min(1),
  scenarios: z.array(z.string().min(1)).min(1).describe('scenario files, relative to the suite file'),
})

export type ScenarioFile = z.infer<typeof scenarioFileSchema>
export type Scenario = z.infer<typeof scenarioSchema>
export type TextScenario = z.infer<typeof textScenarioSchema>
export type EmbeddingsScenario = z.infer<typeof embeddingsScenarioSchema>
export type ImageScenario = z.infer<typeof imageScenarioSchema>
export type TrainingScenario = z.infer<typeof trainingScenarioSchema>
export type Load = z.infer<typeof loadSchema>
