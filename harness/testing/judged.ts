import type { TextGateInput } from '../gates/gate.ts'
import type { Endpoint } from '../record/schema/run.ts'
import type { ClientTokens, ServerTrial, Serving } from '../record/schema/server.ts'
import type { Trial } from '../record/schema/trial.ts'

/** Our side of ten answers of 256 tokens to prompts of 512, all well; every field can be set. */
export const clientTokens = (over: Partial<ClientTokens> = {}): ClientTokens => ({
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
export const serverTrial = (over: Partial<ServerTrial> = {}): ServerTrial => ({
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

/** A server as the scenario of `judgedRun` wants it. */
export const serving = (over: Partial<Serving> = {}): Serving => ({
  metricNames: 'vllm',
  kvCapacityTokens: 196_000,
  kvMaxConcurrency: 12,
  kvBlockTokens: 16,
  kvCacheDtype: 'fp8_e4m3',
  prefixCaching: true,
  gpuMemoryUtilization: 0.92,
  speculation: false,
  quantization: null,
  tensorParallel: 1,
  reasons: {},
  ...over,
})

export interface JudgedOverrides {
  readonly client?: Partial<ClientTokens>
  readonly server?: Partial<ServerTrial> | null
  readonly trial?: Partial<Trial>
  readonly endpoint?: Partial<Endpoint>
  readonly serving?: Partial<Serving>
  readonly scenario?: object
  readonly card?: TextGateInput['card']
}

/** A record with one trial, on an RTX 4090, as gates look at it: only what they read. */
export function judgedRun(over: JudgedOverrides = {}): TextGateInput {
  const trial = {
    index: 0,
    outputTokensPerS: 2000,
    decodeTokensPerS: 80,
    ttftMs: { p50: 100 },
    clientTokens: clientTokens(over.client),
    ...(over.server === null ? {} : { server: serverTrial(over.server) }),
    ...over.trial,
  }
  return {
    status: 'complete',
    source: 'live',
    card: over.card ?? { key: 'rtx-4090', name: 'NVIDIA GeForce RTX 4090' },
    gpus: [{ serving: true, maxSmClockMHz: 3105 }],
    scenario: {
      kind: 'text',
      api: 'completions',
      model: 'llama-3.1-8b-instruct-fp8',
      server: { maxModelLen: 16_384, kvCacheDtype: 'fp8_e4m3' },
      load: { shape: 'closed', concurrency: 32, rampSeconds: 1 },
      prompt: { tokens: 512, prefixCache: 'cold' },
      output: { tokens: 256 },
      ...over.scenario,
    },
    endpoint: {
      model: 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8',
      modelRoot: 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8',
      maxModelLen: 16_384,
      serving: serving(over.serving),
      ...over.endpoint,
    },
    trials: [trial],
  } as unknown as TextGateInput
}
