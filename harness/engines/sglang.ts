import { z } from 'zod'
import type { EngineDefinition, EnginePage } from './engine.ts'
import { count, modelName, share, truth, word } from './page-values.ts'

const serverInfo = z.object({
  // both stand on no other server's page
  model_path: z.string(),
  internal_states: z.array(z.unknown()),
  version: word,
  max_total_num_tokens: count,
  context_length: count,
  kv_cache_dtype: word,
  quantization: z.string().nullable().optional(),
  tp_size: count,
  page_size: count,
  mem_fraction_static: share,
  max_running_requests: count,
  disable_radix_cache: truth,
  speculative_algorithm: z.string().nullable().optional(),
})

const read: EnginePage['read'] = (document) => {
  const found = serverInfo.safeParse(document)
  if (!found.success) return null
  const info = found.data
  return {
    version: info.version,
    modelRoot: modelName.parse(info.model_path),
    maxModelLen: info.context_length,
    parallelRequests: info.max_running_requests,
    kvCapacityTokens: info.max_total_num_tokens,
    kvBlockTokens: info.page_size,
    kvCacheDtype: info.kv_cache_dtype,
    prefixCaching: info.disable_radix_cache === null ? null : !info.disable_radix_cache,
    gpuMemoryUtilization: info.mem_fraction_static,
    speculation: info.speculative_algorithm === undefined ? null : info.speculative_algorithm !== null,
    // null is the choice of the checkpoint, as None is in vLLM
    quantization: info.quantization === null ? 'none' : word.parse(info.quantization ?? null),
    tensorParallel: info.tp_size,
  }
}

const PER_TOKEN = 'SGLang takes one interval per token, not per step, so that its steps are not known'

/** SGLang. It also answers on the paths of Ollama, so that it is recognised before Ollama. */
export const sglang: EngineDefinition = {
  name: 'SGLang',
  ownedBy: ['sglang'],
  pages: [
    { path: '/server_info', read },
    { path: '/get_server_info', read },
  ],
  metricPrefix: 'sglang:',
  counters: {
    path: '/metrics',
    names: {
      running: [['num_running_reqs']],
      waiting: [['num_queue_reqs']],
      kvUsageShare: [['token_usage']],
      preemptions: [['num_retracted_requests']],
      prefixCacheQueries: [['prompt_tokens']],
      prefixCacheHits: [['cached_tokens']],
      promptTokens: [['prompt_tokens']],
      generationTokens: [['generation_tokens']],
      requestSuccess: [['num_requests']],
      specDecodeDrafts: [['spec_verify_calls']],
      ttftSumS: [['time_to_first_token_seconds_sum']],
      ttftCount: [['time_to_first_token_seconds_count']],
    },
    modelLabel: 'model_name',
    switchedOnBy: 'start SGLang with --enable-metrics',
    // its counters have labels, and a counter with labels appears with its first count
    zeroUntilCounted: { beside: 'requestSuccess', metrics: ['prefixCacheHits'] },
    appearWithRequests: true,
    missing: {
      itlSumS: PER_TOKEN,
      itlCount: PER_TOKEN,
      itlShortCount: PER_TOKEN,
      specDecodeDraftTokens: 'SGLang counts verification calls, not drafted tokens',
      specDecodeAcceptedTokens: 'SGLang exports no counter of accepted tokens',
    },
  },
  request: {
    tokenIds: true,
    ignoreEos: true,
    minTokens: true,
    streamUsage: true,
    continuousUsage: true,
    cachedTokens: '--enable-cache-report',
  },
  parallelSetting: '--max-running-requests',
  contextSetting: '--context-length',
  processNames: ['sglang'],
  usualBlockTokens: 1,
  noSpeculation: 'its /server_info names no speculative algorithm',
  cannotProve: [
    'one token per engine step: it counts intervals per token, so that speculation is known from its settings alone',
    'a restart between two trials, unless its counters fall: its page does not say when the process started',
  ],
  checkedAgainst: 'the source of SGLang of 2025 and 2026; no real server was run',
}
