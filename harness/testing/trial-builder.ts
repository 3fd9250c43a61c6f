import type { ClientTokens, ServerTrial } from '../record/schema/server.ts'
import type { Percentiles, Trial } from '../record/schema/trial.ts'

const noPercentiles: Percentiles = { p50: null, p90: null, p99: null, mean: null, max: null, n: 0 }

/** Percentiles of ten samples of which a test needs the median only. */
export const median = (p50: number): Percentiles => ({ ...noPercentiles, p50, n: 10 })

/** A trial of a minute with a steady window, ten requests that all succeeded, and energy; every field can be set. */
export function makeTrial(over: Partial<Trial> = {}): Trial {
  return {
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
    promptTokens: 5120,
    outputTokens: 2560,
    outputTokensPerS: 2000,
    wholeTrialOutputTokensPerS: 2000,
    decodeTokensPerS: 80,
    ttftMs: median(100),
    ttftFirstChunkMs: median(100),
    ttftFromScheduleMs: median(100),
    tpotMs: median(12.5),
    chunkGapMs: { p50: null, p90: null, p99: null, max: null, n: 0, errorShare: 0.01 },
    e2eMs: median(3000),
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
    tokensPerJ: 3,
    joulesPerOutputToken: 0.33,
    joulesPerRequest: 1,
    meanPowerW: 300,
    p99PowerW: 300,
    peakPowerW: 300,
    peakMemoryMiB: 22_000,
    goodputRequestsPerS: null,
    client: { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0 },
    reasons: {},
    ...over,
  }
}

/** The client's side of ten answers of 256 tokens to prompts of 512, all well; every field can be set. */
export const makeClientTokens = (over: Partial<ClientTokens> = {}): ClientTokens => ({
  requestsOk: 10,
  requestsFailed: 0,
  plannedPromptTokens: 5120,
  plannedOutputTokens: 2560,
  usagePromptTokens: 5120,
  usageOutputTokens: 2560,
  usageCachedTokens: null,
  streamedOutputTokens: 2560,
  contentEvents: 2560,
  failedOutputTokens: 0,
  failedOutputTokensMost: 0,
  ttftMeanMs: 100,
  tpotMeanMs: 10,
  ...over,
})

/** The server's side of the same. */
export const makeServerTrial = (over: Partial<ServerTrial> = {}): ServerTrial => ({
  scrapes: 12,
  generationTokens: 2560,
  promptTokens: 5120,
  prefixCacheQueries: 5120,
  prefixCacheHits: 0,
  preemptions: 0,
  requestSuccess: 10,
  requestsByReason: { length: 10 },
  specDecodeDrafts: null,
  specDecodeDraftTokens: null,
  specDecodeAcceptedTokens: null,
  ttftMeanMs: 99,
  itlMeanMs: 10,
  tokensPerStep: 1,
  runningMax: 10,
  waitingMax: 0,
  kvUsageMax: 0.1,
  reasons: {},
  ...over,
})
