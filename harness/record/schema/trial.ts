import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { percentilesSchema } from './percentiles.ts'
import { clientTokensSchema, serverTrialSchema } from './server.ts'
import { sessionValuesSchema } from './session.ts'
import { wallValuesSchema } from './wall.ts'

/** The measurements of one trial. */

const nullableNumber = z.number().nullable()

const imageValuesSchema = z.object({
  images: measuredSchema.describe('images of the window; one that crosses an edge counts by its share of time inside'),
  imagesPerS: measuredSchema,
  secondsPerImage: measuredSchema.describe('median E2E of a request / images per request'),
  joulesPerImage: measuredSchema,
})

export const trainingValuesSchema = z.object({
  steps: measuredSchema.describe('steps in the last 80 % of the lines'),
  stepsPerS: measuredSchema,
  trainedTokensPerS: measuredSchema,
  joulesPerStep: measuredSchema,
  firstLoss: measuredSchema,
  finalLoss: measuredSchema,
})

/** An energy with the terms of its error bar. */
export const energySchema = z.object({
  source: z.enum(['smi-average-trapezoid', 'smi-instant-trapezoid', 'unavailable']),
  coverage: nullableNumber.describe('share of the window covered without gaps over 3 intervals'),
  perGpuJ: z.record(z.string(), z.number()),
  samples: z.int().nonnegative(),
  intervalMs: nullableNumber.describe('median interval between samples, as achieved'),
  shiftMs: z.number().describe('shift of each sample to an earlier time: half the averaging window'),
  errorTermsJ: z.record(z.string(), z.number()).describe('sensorGain, edges, sampling and gaps, in joules'),
  findings: z.array(z.string()),
})

/** Fields of every trial, whatever its kind. Times are in ms on the run's clock. */
const sharedTrial = {
  index: z.int().nonnegative(),
  startMs: z.number(),
  sendUntilMs: z.number().describe('no request was sent after this'),
  endMs: z.number(),
  windowStartMs: measuredSchema,
  windowEndMs: measuredSchema,
  requests: z.int().nonnegative(),
  requestsOk: z.int().nonnegative(),
  outcomes: z.record(z.string(), z.int()),
  failures: z
    .record(z.string(), z.object({ message: z.string(), requests: z.int().positive() }))
    .optional()
    .describe('most frequent message of each kind of failure, by outcome; absent if no request failed'),
  errorRate: measuredSchema,
  energyJ: measuredSchema,
  energy: energySchema,
  meanPowerW: measuredSchema,
  p99PowerW: measuredSchema,
  peakPowerW: measuredSchema,
  peakMemoryMiB: measuredSchema,
  client: z.object({
    eventLoopDelayP99Ms: nullableNumber,
    cpuShareOfCore: nullableNumber,
    lateSends: z.int().nonnegative(),
    dropped: z.int().nonnegative().describe('open loop: requests that found no free connection'),
    noSocket: z
      .int()
      .positive()
      .optional()
      .describe('requests for which the client machine had no file handle, port or memory; absent if there were none'),
    replaced: z
      .int()
      .nonnegative()
      .optional()
      .describe('connections that the server had closed between two requests and that were replaced; no failure'),
    sharedStampShare: nullableNumber.describe('share of events that shared a read and therefore a timestamp'),
  }),
  gpuRows: z
    .int()
    .nonnegative()
    .optional()
    .describe('rows of gpu.csv when these values were computed; later ones are not included'),
  wall: wallValuesSchema
    .optional()
    .describe('energy of CPUs and server, added at the end of the run; absent with --wall off, and in older records'),
}

const lengthsSchema = z.object({
  promptTokens: percentilesSchema.describe('prompt lengths, by usage'),
  outputTokens: percentilesSchema.describe('answer lengths, by usage'),
})

const reasoningSchema = z.object({
  requests: z.int().nonnegative().describe('successful requests with reasoning that completed inside the window'),
  countedBy: z
    .enum(['usage', 'running count', 'events'])
    .describe(
      'usage: reasoning tokens as the server reports them; running count: the usage of the last event with reasoning, exact to the tokens of one event; events: the share of the events that carry reasoning, an estimate',
    ),
  reasoningTokens: percentilesSchema,
  answerTokens: percentilesSchema.describe('output tokens less the reasoning tokens'),
  answerTtftMs: percentilesSchema.describe('first event of the answer itself - dispatched'),
})

const textTrialSchema = z.object({
  kind: z.literal('text'),
  ...sharedTrial,
  promptTokens: measuredSchema.describe('of the requests whose first token arrived inside the window'),
  outputTokens: measuredSchema.describe('output tokens that arrived inside the window'),
  outputTokensPerS: measuredSchema,
  wholeTrialOutputTokensPerS: measuredSchema.describe(
    "vLLM's output_throughput: all tokens / first dispatch to last completion",
  ),
  decodeTokensPerS: measuredSchema.describe('1000 / median TPOT, per stream'),
  ttftMs: percentilesSchema,
  ttftFirstChunkMs: percentilesSchema,
  ttftFromScheduleMs: percentilesSchema,
  tpotMs: percentilesSchema.describe(
    'of the requests that received tokens inside the window, each by the share of its decode inside; n is their number',
  ),
  chunkGapMs: z
    .object({
      p50: measuredSchema,
      p90: measuredSchema,
      p95: measuredSchema.optional().describe('absent in records from before 0.7.0'),
      p99: measuredSchema,
      max: measuredSchema,
      n: z.int(),
      errorShare: z.number(),
    })
    .describe("vLLM's ITL, from narrow buckets: off by at most errorShare"),
  e2eMs: percentilesSchema.describe('of the requests that completed inside the window; n is their number'),
  tokensPerJ: measuredSchema,
  joulesPerOutputToken: measuredSchema,
  joulesPerRequest: measuredSchema.describe(
    'energy of the window / requests that completed in it; missing where none fits',
  ),
  goodputRequestsPerS: measuredSchema.describe(
    'requests that completed inside the window and met the SLO / its length; missing where none fits',
  ),
  sloShare: measuredSchema
    .optional()
    .describe(
      'share of the requests due inside the window, dropped ones included, that met the SLO, whenever they ended',
    ),
  sendsInWindow: z
    .object({ due: z.int().nonnegative(), late: z.int().nonnegative() })
    .optional()
    .describe('requests due inside the window, and those of them that were sent more than 10 ms later'),
  lengths: lengthsSchema
    .optional()
    .describe('lengths in tokens of the requests that completed inside the window; early records lack them'),
  reasoning: reasoningSchema.optional().describe('reasoning and answer apart; absent where no reasoning was streamed'),
  sessions: sessionValuesSchema.optional().describe('absent where the load has no sessions, and in early records'),
  clientTokens: clientTokensSchema.optional().describe('counts of the client over the whole trial'),
  server: serverTrialSchema.optional().describe("the server's own counters over the same time"),
})

const imageTrialSchema = z.object({
  kind: z.literal('image'),
  ...sharedTrial,
  e2eMs: percentilesSchema.describe('of the requests that completed inside the window'),
  joulesPerRequest: measuredSchema.describe('energy of the window / requests of it, counted as the images are'),
  goodputRequestsPerS: measuredSchema.describe(
    'requests of the window, counted as the images are, that met the SLO / its length',
  ),
  image: imageValuesSchema,
})

const textsValuesSchema = z.object({
  texts: measuredSchema.describe('texts of the window; one that crosses an edge counts by its share of time inside'),
  textsPerS: measuredSchema,
  inputTokensPerS: measuredSchema.describe('input tokens by the usage of the server'),
  joulesPer1000Texts: measuredSchema,
  plannedTokens: z.int().nonnegative().describe('input tokens of all successful requests of the trial, as planned'),
  usageTokens: z.int().nonnegative().describe('those that the server counted'),
})

const embeddingsTrialSchema = z.object({
  kind: z.literal('embeddings'),
  ...sharedTrial,
  e2eMs: percentilesSchema.describe('of the requests that completed inside the window'),
  joulesPerRequest: measuredSchema.describe('energy of the window / requests of it, counted as the texts are'),
  goodputRequestsPerS: measuredSchema.describe(
    'requests of the window, counted as the texts are, that met the SLO / its length',
  ),
  texts: textsValuesSchema,
})

const trainingTrialSchema = z.object({ kind: z.literal('training'), ...sharedTrial, training: trainingValuesSchema })

/** One trial: the fields of its kind of run only. */
export const trialSchema = z.discriminatedUnion('kind', [
  textTrialSchema,
  imageTrialSchema,
  embeddingsTrialSchema,
  trainingTrialSchema,
])

export type Percentiles = z.infer<typeof percentilesSchema>
export type Energy = z.infer<typeof energySchema>
export type TrainingValues = z.infer<typeof trainingValuesSchema>
export type Reasoning = z.infer<typeof reasoningSchema>
export type Lengths = z.infer<typeof lengthsSchema>
export type TextTrial = z.infer<typeof textTrialSchema>
export type ImageTrial = z.infer<typeof imageTrialSchema>
export type EmbeddingsTrial = z.infer<typeof embeddingsTrialSchema>
export type TrainingTrial = z.infer<typeof trainingTrialSchema>
export type Trial = z.infer<typeof trialSchema>
/** Fields shared by trials of every kind. */
export type SharedTrial = Omit<TrainingTrial, 'kind' | 'training'>
