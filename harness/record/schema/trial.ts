import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { energySchema } from './energy.ts'
import { percentilesSchema } from './percentiles.ts'
import { clientTokensSchema, serverTrialSchema } from './server.ts'
import { sessionValuesSchema } from './session.ts'
import { wallValuesSchema } from './wall.ts'

/** The measurements of one trial. */

const nullableNumber = z.number().nullable()

const imageValuesSchema = z.object({
  images: measuredSchema.describe('images of the window; one that crosses an edge counts by its share of time inside'),
  imagesPerS: measuredSchema.describe('images / length of the window'),
  secondsPerImage: measuredSchema.describe('median E2E of a request / images per request'),
  joulesPerImage: measuredSchema.describe('energy of the window / images'),
})

export const trainingValuesSchema = z.object({
  steps: measuredSchema.describe('optimizer steps in the window: the last 80 % of the lines that the command printed'),
  stepsPerS: measuredSchema.describe('steps / length of the window'),
  trainedTokensPerS: measuredSchema.describe(
    'tokens of these steps / length of the window; missing if the command does not print them',
  ),
  joulesPerStep: measuredSchema.describe('energy of the window / steps'),
  firstLoss: measuredSchema.describe('loss of the first line'),
  finalLoss: measuredSchema.describe('loss of the last line'),
})

/** Fields of every trial, whatever its kind. Times are in ms on the run's clock. */
const sharedTrial = {
  index: z.int().nonnegative().describe('which trial, from 0 on'),
  startMs: z.number().describe('start of the trial'),
  sendUntilMs: z.number().describe('no request was sent after this'),
  endMs: z.number().describe('end of the trial: nothing is in flight any more'),
  windowStartMs: measuredSchema.describe('start of the steady window, in which values are counted'),
  windowEndMs: measuredSchema.describe('end of the steady window'),
  requests: z.int().nonnegative().describe('requests that were sent; of a training the lines that it printed'),
  requestsOk: z.int().nonnegative().describe('those that succeeded'),
  outcomes: z
    .record(z.string(), z.int().describe('how many ended so'))
    .describe('how the requests ended: ok, or the kind of failure'),
  failures: z
    .record(
      z.string(),
      z.object({
        message: z.string().describe('the message'),
        requests: z.int().positive().describe('requests that failed with it'),
      }),
    )
    .optional()
    .describe('most frequent message of each kind of failure, by outcome; absent if no request failed'),
  errorRate: measuredSchema.describe('share of the requests that did not succeed'),
  energyJ: measuredSchema.describe('energy of the serving GPUs over the steady window'),
  energy: energySchema.describe('how that energy was measured, and its error bar'),
  meanPowerW: measuredSchema.describe('energyJ / length of the window'),
  p99PowerW: measuredSchema.describe('99th percentile of the power of all serving GPUs together, in the window'),
  peakPowerW: measuredSchema.describe('highest power of all serving GPUs together, in the window'),
  peakMemoryMiB: measuredSchema.describe('most memory in use on all serving GPUs together, in the window'),
  client: z
    .object({
      eventLoopDelayP99Ms: nullableNumber.describe(
        '99th percentile of the event-loop delay of the busiest worker; null if it was not measured',
      ),
      cpuShareOfCore: nullableNumber.describe(
        'CPU time / wall time of the busiest worker; null if it was not measured',
      ),
      lateSends: z.int().nonnegative().describe('requests that were sent more than 10 ms after they were due'),
      dropped: z.int().nonnegative().describe('open loop: requests that found no free connection'),
      noSocket: z
        .int()
        .positive()
        .optional()
        .describe(
          'requests for which the client machine had no file handle, port or memory; absent if there were none',
        ),
      replaced: z
        .int()
        .nonnegative()
        .optional()
        .describe('connections that the server had closed between two requests and that were replaced; no failure'),
      sharedStampShare: nullableNumber.describe(
        'share of events that shared a read and therefore a timestamp; null without events',
      ),
    })
    .describe('the load generator itself: its busiest worker, sums over its workers'),
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
  reasoningTokens: percentilesSchema.describe('tokens of the reasoning of a request'),
  answerTokens: percentilesSchema.describe('output tokens less the reasoning tokens'),
  answerTtftMs: percentilesSchema.describe('first event of the answer itself - dispatched'),
})

const textTrialSchema = z.object({
  kind: z.literal('text').describe('a model that writes text'),
  ...sharedTrial,
  promptTokens: measuredSchema.describe(
    'prompt tokens, by usage, of the requests whose first token arrived inside the window',
  ),
  outputTokens: measuredSchema.describe('output tokens that arrived inside the window'),
  outputTokensPerS: measuredSchema.describe('outputTokens / length of the window'),
  wholeTrialOutputTokensPerS: measuredSchema.describe(
    "vLLM's output_throughput: all tokens / first dispatch to last completion",
  ),
  decodeTokensPerS: measuredSchema.describe('1000 / median TPOT, per stream'),
  ttftMs: percentilesSchema.describe('TTFT: first token - dispatched, where the first token arrived inside the window'),
  ttftFirstChunkMs: percentilesSchema.describe(
    'the same to the first event of the answer, which may hold no token: what the client of vLLM reports',
  ),
  ttftFromScheduleMs: percentilesSchema.describe('the same from the time at which the request was due'),
  tpotMs: percentilesSchema.describe(
    'TPOT of the requests that received tokens inside the window, each by the share of its decode inside; n is their number',
  ),
  chunkGapMs: z
    .object({
      p50: measuredSchema.describe('median'),
      p90: measuredSchema.describe('90th percentile'),
      p95: measuredSchema
        .optional()
        .describe('95th percentile, of 20 gaps or more; absent in records from before 0.7.0'),
      p99: measuredSchema.describe('99th percentile, of 100 gaps or more'),
      max: measuredSchema.describe('largest gap'),
      n: z.int().describe('number of gaps'),
      errorShare: z.number().describe('by how much a value may be off, as a share of it'),
    })
    .describe("gaps between the events of an answer over the whole trial: vLLM's ITL, counted in narrow buckets"),
  e2eMs: percentilesSchema.describe('E2E of the requests that completed inside the window; n is their number'),
  tokensPerJ: measuredSchema.describe('outputTokens / energyJ'),
  joulesPerOutputToken: measuredSchema.describe('energyJ / outputTokens'),
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
    .object({
      due: z.int().nonnegative().describe('requests that were due inside the window'),
      late: z.int().nonnegative().describe('those of them that were sent more than 10 ms later'),
    })
    .optional()
    .describe('whether the requests of the window were sent in time; absent in early records'),
  lengths: lengthsSchema
    .optional()
    .describe('lengths in tokens of the requests that completed inside the window; early records lack them'),
  reasoning: reasoningSchema.optional().describe('reasoning and answer apart; absent where no reasoning was streamed'),
  sessions: sessionValuesSchema.optional().describe('absent where the load has no sessions, and in early records'),
  clientTokens: clientTokensSchema.optional().describe('counts of the client over the whole trial'),
  server: serverTrialSchema.optional().describe("the server's own counters over the same time"),
})

const imageTrialSchema = z.object({
  kind: z.literal('image').describe('a model that makes images'),
  ...sharedTrial,
  e2eMs: percentilesSchema.describe('E2E of the requests that completed inside the window'),
  joulesPerRequest: measuredSchema.describe('energy of the window / requests of it, counted as the images are'),
  goodputRequestsPerS: measuredSchema.describe(
    'requests of the window, counted as the images are, that met the SLO / its length',
  ),
  image: imageValuesSchema.describe('images of the window'),
})

const textsValuesSchema = z.object({
  texts: measuredSchema.describe('texts of the window; one that crosses an edge counts by its share of time inside'),
  textsPerS: measuredSchema.describe('texts / length of the window'),
  inputTokensPerS: measuredSchema.describe('input tokens by the usage of the server / length of the window'),
  joulesPer1000Texts: measuredSchema.describe('energy of the window per 1,000 texts'),
  plannedTokens: z.int().nonnegative().describe('input tokens of all successful requests of the trial, as planned'),
  usageTokens: z.int().nonnegative().describe('those that the server counted'),
})

const embeddingsTrialSchema = z.object({
  kind: z.literal('embeddings').describe('a model that embeds or ranks texts'),
  ...sharedTrial,
  e2eMs: percentilesSchema.describe('E2E of the requests that completed inside the window'),
  joulesPerRequest: measuredSchema.describe('energy of the window / requests of it, counted as the texts are'),
  goodputRequestsPerS: measuredSchema.describe(
    'requests of the window, counted as the texts are, that met the SLO / its length',
  ),
  texts: textsValuesSchema.describe('texts and tokens of the window'),
})

const trainingTrialSchema = z.object({
  kind: z.literal('training').describe('a command that trains a model'),
  ...sharedTrial,
  training: trainingValuesSchema.describe('steps of the window'),
})

/** One trial: the fields of its kind of run only. */
export const trialSchema = z.discriminatedUnion('kind', [
  textTrialSchema,
  imageTrialSchema,
  embeddingsTrialSchema,
  trainingTrialSchema,
])

export type Percentiles = z.infer<typeof percentilesSchema>
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
