import { z } from 'zod'
import { embeddingsLoadSchema, textsSchema } from './embeddings-schema.ts'
import { imageLoadSchema, imageSchema, trainingLoadSchema, trainingSchema, trainingTrialSchema } from './job-schema.ts'
import { fileLoadSchema, loadSchema } from './load-schema.ts'
import { checkPrompt, outputSchema, promptSchema, samplingSchema } from './prompt/prompt-schema.ts'
import { fraction, positiveInt, trialSchema } from './schema-parts.ts'

/**
 * The scenario file: the workload of a run. This schema is the only source of the types, of the validation
 * and of `scenarios/schema.json`. Unknown keys are errors. All defaults are defined here.
 */

/** Characters of a title: one line of a report. */
export const MAX_TITLE_CHARACTERS = 120

const serverSchema = z.strictObject({
  maxModelLen: positiveInt.optional().describe('--max-model-len of the server'),
  kvCacheDtype: z
    .enum(['auto', 'fp8', 'fp8_e4m3', 'fp8_e5m2', 'bfloat16'])
    .optional()
    .describe('--kv-cache-dtype: number format of the KV cache'),
  quantization: z.string().optional().describe('--quantization; omit for checkpoints that are already quantised'),
  maxNumSeqs: positiveInt.optional().describe('--max-num-seqs: requests that the server runs at once'),
  gpuMemoryUtilization: z
    .number()
    .gt(0)
    .lte(1)
    .optional()
    .describe('--gpu-memory-utilization: share of the memory of each GPU that the server may use'),
  tensorParallel: positiveInt.optional().describe('--tensor-parallel-size: GPUs that share the model'),
})

/** Default half-width of the 95 % confidence interval as a share of the mean. */
export const DEFAULT_CERTAINTY_TARGET = 0.02

const certaintySchema = z
  .strictObject({
    target: fraction
      .default(DEFAULT_CERTAINTY_TARGET)
      .describe('half-width of the 95 % confidence interval, as a share of the mean; 2% unless given'),
    minTrials: positiveInt.default(3).describe('trials before the run may end'),
    maxTrials: positiveInt.default(10).describe('trials after which the run ends, precise enough or not'),
  })
  .refine((value) => value.maxTrials >= value.minTrials, {
    path: ['maxTrials'],
    message: 'expected maxTrials to be at least minTrials',
  })
  .default({ target: DEFAULT_CERTAINTY_TARGET, minTrials: 3, maxTrials: 10 })
  .describe('how precise the headline metric must be, and how many trials that may take')

const sloSchema = z.strictObject({
  ttftMs: z.number().positive().optional().describe('time to first token'),
  tpotMs: z.number().positive().optional().describe('time per output token after the first'),
  e2eMs: z.number().positive().optional().describe('time from sending the request to its last token'),
})

const named = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'expected lower-case letters, digits, dots and dashes (80 at most)')
    .describe('name of the scenario, and part of the name of each run folder'),
  title: z.string().min(1).max(MAX_TITLE_CHARACTERS).describe('how reports and quotes name the workload'),
  model: z.string().min(1).describe('key of the catalogue, or the name or folder of any model'),
} as const

/** Default share of requests that may fail. */
export const DEFAULT_MAX_ERROR_RATE = 0.001

const judged = {
  server: serverSchema
    .optional()
    .describe('how vLLM must be serving the model: checked by `run`, used by `serve` and `box`'),
  certainty: certaintySchema,
  slo: sloSchema.optional().describe('latency limits for goodput; a request is good if it meets all of them'),
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
  api: z
    .enum(['completions', 'chat'])
    .default('completions')
    .describe('completions: prompts of token ids at /v1/completions; chat: messages at /v1/chat/completions'),
  client: z
    .enum(['raw', 'sdk'])
    .default('raw')
    .describe('raw: the timing client; sdk: timing as seen by an application that uses the openai package'),
  load: loadSchema,
  prompt: promptSchema.describe('what each request sends'),
  output: outputSchema.describe('how long each answer is'),
  sampling: samplingSchema
    .optional()
    .describe('how the server chooses the next token; unless given, always the likeliest one'),
  adapter: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .describe('LoRA adapter that every request asks for, by the name under which the server lists it'),
  trial: trialSchema.describe('how long each trial is, and what surrounds it'),
  ...judged,
} as const

const imageBase = {
  ...named,
  kind: z.literal('image').describe('images generated by a server at /v1/images/generations'),
  load: imageLoadSchema.describe('who sends when'),
  image: imageSchema.describe('what each request asks for'),
  trial: trialSchema.describe('how long each trial is, and what surrounds it'),
  ...judged,
} as const

const embeddingsBase = {
  ...named,
  kind: z.literal('embeddings').describe('texts to a server at /v1/embeddings or /v1/rerank'),
  api: z
    .enum(['embeddings', 'rerank'])
    .default('embeddings')
    .describe('embeddings: a vector per text; rerank: a score per document'),
  load: embeddingsLoadSchema.describe('who sends when'),
  texts: textsSchema.describe('what each request sends'),
  trial: trialSchema.describe('how long each trial is, and what surrounds it'),
  ...judged,
} as const

const trainingBase = {
  ...named,
  kind: z.literal('training').describe('a training command that the harness starts, monitors and stops'),
  load: trainingLoadSchema.describe('one training at a time: nothing can be set'),
  training: trainingSchema.describe('what is trained, and by which command'),
  trial: trainingTrialSchema.describe('how long each trial is'),
  ...judged,
} as const

/** Fields that `cards:` may override for one card; objects are merged key by key. */
const overridden = {
  server: serverSchema.partial().describe('as `server`, for this card'),
  powerLimitW: z.number().positive().describe('as `powerLimitW`, for this card'),
  load: z.looseObject({}).describe('as `load`, for this card'),
  slo: sloSchema.describe('as `slo`, for this card'),
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
      load: fileLoadSchema.describe('who sends when'),
      cards: cardsOf({
        prompt: promptSchema.partial().describe('as `prompt`, for this card'),
        output: outputSchema.partial().describe('as `output`, for this card'),
      }),
    }),
    z.strictObject({
      ...imageBase,
      cards: cardsOf({ image: imageSchema.partial().describe('as `image`, for this card') }),
    }),
    z.strictObject({
      ...embeddingsBase,
      cards: cardsOf({ texts: textsSchema.partial().describe('as `texts`, for this card') }),
    }),
    z.strictObject({
      ...trainingBase,
      cards: cardsOf({ training: trainingSchema.partial().describe('as `training`, for this card') }),
    }),
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
  title: z.string().min(1).describe('how reports name the suite'),
  scenarios: z.array(z.string().min(1)).min(1).describe('scenario files, relative to the suite file'),
})

export type ScenarioFile = z.infer<typeof scenarioFileSchema>
export type Scenario = z.infer<typeof scenarioSchema>
export type TextScenario = z.infer<typeof textScenarioSchema>
export type EmbeddingsScenario = z.infer<typeof embeddingsScenarioSchema>
export type ImageScenario = z.infer<typeof imageScenarioSchema>
export type TrainingScenario = z.infer<typeof trainingScenarioSchema>
