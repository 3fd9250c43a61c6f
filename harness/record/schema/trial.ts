import { z } from 'zod'
import { clientTokensSchema, serverTrialSchema } from './server.ts'

/** What one trial of a run measured. */

const nullableNumber = z.number().nullable()

/** Linear-interpolation percentiles with n beside them; p99 is null under 100 samples. */
export const percentilesSchema = z.object({
  p50: nullableNumber,
  p90: nullableNumber,
  p99: nullableNumber,
  mean: nullableNumber,
  max: nullableNumber,
  n: z.int().nonnegative(),
})

export const imageFiguresSchema = z.object({
  images: nullableNumber.describe('images of the window; one that crosses an edge counts by its share of time inside'),
  imagesPerS: nullableNumber,
  secondsPerImage: nullableNumber.describe('median E2E of a request / images a request'),
  joulesPerImage: nullableNumber,
})

export const trainingFiguresSchema = z.object({
  steps: nullableNumber.describe('steps of the last 80 % that were done'),
  stepsPerS: nullableNumber,
  trainedTokensPerS: nullableNumber,
  joulesPerStep: nullableNumber,
  firstLoss: nullableNumber,
  finalLoss: nullableNumber,
})

/** One energy figure with the terms of its error bar apart. */
export const energySchema = z.object({
  source: z.enum(['smi-average-trapezoid', 'smi-instant-trapezoid', 'unavailable']),
  coverage: nullableNumber.describe('share of the window covered with no gap over 3 intervals'),
  perGpuJ: z.record(z.string(), z.number()),
  samples: z.int().nonnegative(),
  intervalMs: nullableNumber.describe('median interval between samples, as achieved'),
  shiftMs: z.number().describe('how far each sample was moved back: half the averaging window'),
  errorTermsJ: z.record(z.string(), z.number()).describe('sensorGain, edges, sampling, gaps: one term each, in joules'),
  findings: z.array(z.string()),
})

export const trialSchema = z.object({
  index: z.int().nonnegative(),
  startMs: z.number(),
  sendUntilMs: z.number().describe('no request was sent after this'),
  endMs: z.number(),
  windowStartMs: nullableNumber,
  windowEndMs: nullableNumber,
  requests: z.int().nonnegative(),
  requestsOk: z.int().nonnegative(),
  outcomes: z.record(z.string(), z.int()),
  errorRate: nullableNumber,
  promptTokens: nullableNumber,
  outputTokens: nullableNumber.describe('output tokens that arrived inside the window'),
  outputTokensPerS: nullableNumber,
  wholeTrialOutputTokensPerS: nullableNumber.describe(
    "vLLM's output_throughput: all tokens / first dispatch to last completion",
  ),
  decodeTokensPerS: nullableNumber.describe('1000 / median TPOT: one stream'),
  ttftMs: percentilesSchema,
  ttftFirstChunkMs: percentilesSchema,
  ttftFromScheduleMs: percentilesSchema,
  tpotMs: percentilesSchema,
  chunkGapMs: z
    .object({
      p50: nullableNumber,
      p90: nullableNumber,
      p99: nullableNumber,
      max: nullableNumber,
      n: z.int(),
      errorShare: z.number(),
    })
    .describe("vLLM's ITL, from 1 % buckets: off by at most errorShare"),
  e2eMs: percentilesSchema,
  energyJ: nullableNumber,
  energy: energySchema,
  tokensPerJ: nullableNumber,
  joulesPerOutputToken: nullableNumber,
  joulesPerRequest: nullableNumber,
  meanPowerW: nullableNumber,
  p99PowerW: nullableNumber,
  peakPowerW: nullableNumber,
  peakMemoryMiB: nullableNumber,
  goodputRequestsPerS: nullableNumber,
  sloShare: nullableNumber
    .optional()
    .describe(
      'share of the requests due inside the window, dropped ones included, that kept the SLO, whenever they ended',
    ),
  client: z.object({
    eventLoopDelayP99Ms: nullableNumber,
    cpuShareOfCore: nullableNumber,
    lateSends: z.int().nonnegative(),
    dropped: z.int().nonnegative().describe('open loop: requests that found no free connection'),
    sharedStampShare: nullableNumber.describe('share of events that shared a read, and so a time stamp'),
  }),
  clientTokens: clientTokensSchema.optional().describe('what we counted over the whole trial'),
  server: serverTrialSchema.optional().describe("the server's own counters over the same time"),
  image: imageFiguresSchema.optional().describe('runs of kind image'),
  training: trainingFiguresSchema.optional().describe('runs of kind training'),
  gpuRows: z
    .int()
    .nonnegative()
    .optional()
    .describe('rows of gpu.csv that were there when these figures were made: later ones do not count in them'),
  reasons: z.record(z.string(), z.string()).describe('why a figure of this trial is null, by field'),
})

export type Percentiles = z.infer<typeof percentilesSchema>
export type Energy = z.infer<typeof energySchema>
export type ImageFigures = z.infer<typeof imageFiguresSchema>
export type TrainingFigures = z.infer<typeof trainingFiguresSchema>
export type Trial = z.infer<typeof trialSchema>
