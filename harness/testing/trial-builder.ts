import { missing } from '../record/measured.ts'
import type { ClientTokens, ServerTrial } from '../record/schema/server.ts'
import type {
  EmbeddingsTrial,
  ImageTrial,
  Percentiles,
  SharedTrial,
  TextTrial,
  TrainingTrial,
} from '../record/schema/trial.ts'

const none = missing('not part of this test')

/** Percentiles of ten samples, with only the median known. */
export const median = (p50: number): Percentiles => ({
  p50,
  p90: none,
  p95: missing('10 requests in the window; a p95 needs 20'),
  p99: missing('10 requests in the window; a p99 needs 100'),
  mean: none,
  max: none,
  n: 10,
})

/** A trial of a minute with a steady window, ten requests that all succeeded, and energy. */
const shared: SharedTrial = {
  index: 0,
  startMs: 0,
  sendUntilMs: 60_000,
  endMs: 60_000,
  windowStartMs: 1500,
  windowEndMs: 59_000,
  requests: 10,
  requestsOk: 10,
  outcomes: { ok: 10 },
  errorRate: 0,
  energyJ: 1010,
  energy: {
    source: 'smi-average-trapezoid',
    coverage: 1,
    perGpuJ: {},
    samples: 300,
    intervalMs: 200,
    shiftMs: 500,
    errorTermsJ: {},
    findings: [],
  },
  meanPowerW: 300,
  p99PowerW: 300,
  peakPowerW: 300,
  peakMemoryMiB: 22_000,
  client: { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0 },
}

/** A successful trial of text; every field can be set. */
export const makeTextTrial = (over: Partial<TextTrial> = {}): TextTrial => ({
  kind: 'text',
  ...shared,
  promptTokens: 5120,
  outputTokens: 2560,
  outputTokensPerS: 2000,
  wholeTrialOutputTokensPerS: 2000,
  decodeTokensPerS: 80,
  ttftMs: median(100),
  ttftFirstChunkMs: median(100),
  ttftFromScheduleMs: median(100),
  tpotMs: median(12.5),
  chunkGapMs: { p50: none, p90: none, p95: none, p99: none, max: none, n: 0, errorShare: 0.01 },
  e2eMs: median(3000),
  tokensPerJ: 3,
  joulesPerOutputToken: 0.33,
  joulesPerRequest: 1,
  goodputRequestsPerS: missing('the scenario states no SLO'),
  ...over,
})

/** A successful trial of images; every field can be set. */
export const makeImageTrial = (over: Partial<ImageTrial> = {}): ImageTrial => ({
  kind: 'image',
  ...shared,
  e2eMs: median(6000),
  joulesPerRequest: 100,
  goodputRequestsPerS: missing('the scenario states no slo.e2eMs'),
  image: { images: 10, imagesPerS: 0.17, secondsPerImage: 6, joulesPerImage: 101 },
  ...over,
})

/** A successful trial of embeddings; every field can be set. */
export const makeEmbeddingsTrial = (over: Partial<EmbeddingsTrial> = {}): EmbeddingsTrial => ({
  kind: 'embeddings',
  ...shared,
  e2eMs: median(60),
  joulesPerRequest: 10,
  goodputRequestsPerS: missing('the scenario states no slo.e2eMs'),
  texts: {
    texts: 1000,
    textsPerS: 17,
    inputTokensPerS: 1700,
    joulesPer1000Texts: 10_000,
    plannedTokens: 100_000,
    usageTokens: 100_000,
  },
  ...over,
})

/** A successful trial of training; every field can be set. */
export const makeTrainingTrial = (over: Partial<TrainingTrial> = {}): TrainingTrial => ({
  kind: 'training',
  ...shared,
  training: { steps: 10, stepsPerS: 0.17, trainedTokensPerS: 174, joulesPerStep: 101, firstLoss: 3, finalLoss: 2 },
  ...over,
})

/** The client's counts of ten successful answers of 256 tokens to prompts of 512; every field can be set. */
export const makeClientTokens = (over: Partial<ClientTokens> = {}): ClientTokens => ({
  requestsOk: 10,
  requestsFailed: 0,
  plannedPromptTokens: 5120,
  plannedOutputTokens: 2560,
  usagePromptTokens: 5120,
  usageOutputTokens: 2560,
  usageCachedTokens: missing('the server does not report cached tokens'),
  streamedOutputTokens: 2560,
  contentEvents: 2560,
  failedOutputTokens: 0,
  failedOutputTokensMost: 0,
  ttftMeanMs: 100,
  tpotMeanMs: 10,
  lumpedTokens: 0,
  requestsAtOnce: 0,
  contentBytes: 10_240,
  ...over,
})

const notExported = missing('not exported by this server')

/** The server's counts of the same. */
export const makeServerTrial = (over: Partial<ServerTrial> = {}): ServerTrial => ({
  scrapes: 12,
  generationTokens: 2560,
  promptTokens: 5120,
  prefixCacheQueries: 5120,
  prefixCacheHits: 0,
  preemptions: 0,
  requestSuccess: 10,
  requestsByReason: { length: 10 },
  specDecodeDrafts: notExported,
  specDecodeDraftTokens: notExported,
  specDecodeAcceptedTokens: notExported,
  ttftMeanMs: 99,
  itlMeanMs: 10,
  tokensPerStep: 1,
  runningMax: 10,
  waitingMax: 0,
  kvUsageMax: 0.1,
  ...over,
})
