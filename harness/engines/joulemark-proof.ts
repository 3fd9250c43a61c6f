import { z } from 'zod'
import type { EngineDefinition, EnginePage } from './engine.ts'
import { count, modelName, word } from './page-values.ts'

const facts = z.object({
  server: z.literal('joulemark-proof'),
  version: word,
  model: modelName,
  dtype: word,
  maxStreams: count,
  maxModelLen: count,
  kvCapacityTokens: count,
})

const read: EnginePage['read'] = (document) => {
  const found = facts.safeParse(document)
  if (!found.success) return null
  const { version, model, dtype, maxStreams, maxModelLen, kvCapacityTokens } = found.data
  return {
    version,
    modelRoot: model,
    maxModelLen,
    parallelRequests: maxStreams,
    kvCapacityTokens,
    kvBlockTokens: 1,
    kvCacheDtype: dtype,
    prefixCaching: false,
    speculation: false,
    quantization: 'none',
    tensorParallel: 1,
  }
}

const NO_CACHE = 'it has no prefix cache'

/** Our own server over random weights, scripts/prove/text-server.py: a load of known structure, not a product. */
export const joulemarkProof: EngineDefinition = {
  name: "joulemark's own text server",
  ownedBy: ['joulemark-proof'],
  pages: [{ path: '/joulemark-proof', read }],
  metricPrefix: 'joulemark_proof:',
  counters: {
    path: '/metrics',
    names: {
      running: [['num_requests_running']],
      waiting: [['num_requests_waiting']],
      kvUsageShare: [['kv_cache_usage_perc']],
      promptTokens: [['prompt_tokens']],
      generationTokens: [['generation_tokens']],
      requestSuccess: [['request_success']],
      ttftSumS: [['time_to_first_token_seconds_sum']],
      ttftCount: [['time_to_first_token_seconds_count']],
      itlSumS: [['inter_token_latency_seconds_sum']],
      itlCount: [['inter_token_latency_seconds_count']],
      itlShortCount: [['inter_token_latency_seconds_bucket']],
    },
    modelLabel: 'model_name',
    switchedOnBy: 'always on',
    appearWithRequests: false,
    missing: {
      preemptions: 'it does not preempt requests',
      prefixCacheQueries: NO_CACHE,
      prefixCacheHits: NO_CACHE,
    },
  },
  request: {
    tokenIds: true,
    ignoreEos: true,
    minTokens: true,
    streamUsage: true,
    continuousUsage: true,
    cachedTokens: null,
  },
  parallelSetting: '--max-streams',
  contextSetting: '--max-model-len',
  // nvidia-smi lists it as python3, as it does many others
  processNames: [],
  usualBlockTokens: 1,
  noSpeculation: 'one forward pass makes one token per stream',
  cannotProve: [
    'how fast vLLM is on the card: this server is a plain forward pass over random weights',
    'anything about a model: its weights are random numbers',
  ],
  checkedAgainst: 'scripts/prove/text-server.py on the CPU, with torch 2.13 and transformers 5.19',
}
