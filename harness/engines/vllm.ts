import type { EngineDefinition } from './engine.ts'

/** vLLM, and servers that are built on it. Its pages are read in endpoint/serving.ts. */
export const vllm: EngineDefinition = {
  name: 'vLLM',
  ownedBy: ['vllm'],
  pages: [],
  metricPrefix: 'vllm:',
  counters: {
    path: '/metrics',
    // renames: gpu_* until 0.12 (kv cache usage, prefix cache), time_per_output_token until 0.13
    names: {
      running: [['num_requests_running']],
      waiting: [['num_requests_waiting']],
      kvUsageShare: [['kv_cache_usage_perc'], ['gpu_cache_usage_perc']],
      preemptions: [['num_preemptions']],
      prefixCacheQueries: [['prefix_cache_queries'], ['gpu_prefix_cache_queries']],
      prefixCacheHits: [['prefix_cache_hits'], ['gpu_prefix_cache_hits']],
      promptTokens: [['prompt_tokens']],
      generationTokens: [['generation_tokens']],
      requestSuccess: [['request_success']],
      specDecodeDrafts: [['spec_decode_num_drafts']],
      specDecodeDraftTokens: [['spec_decode_num_draft_tokens']],
      specDecodeAcceptedTokens: [['spec_decode_num_accepted_tokens']],
      ttftSumS: [['time_to_first_token_seconds_sum']],
      ttftCount: [['time_to_first_token_seconds_count']],
      itlSumS: [['inter_token_latency_seconds_sum'], ['time_per_output_token_seconds_sum']],
      itlCount: [['inter_token_latency_seconds_count'], ['time_per_output_token_seconds_count']],
      // one bucket of it: intervals of at most 10 ms
      itlShortCount: [['inter_token_latency_seconds_bucket'], ['time_per_output_token_seconds_bucket']],
    },
    modelLabel: 'model_name',
    switchedOnBy: 'start vLLM without --disable-log-stats, which takes its counters away',
    appearWithRequests: false,
    missing: {},
  },
  request: {
    tokenIds: true,
    ignoreEos: true,
    minTokens: true,
    streamUsage: true,
    continuousUsage: true,
    cachedTokens: '--enable-prompt-tokens-details',
  },
  parallelSetting: 'max_num_seqs',
  contextSetting: '--max-model-len',
  processNames: ['vllm', 'enginecore'],
  usualBlockTokens: 16,
  noSpeculation: 'the server exports no draft counters, which vLLM does when it speculates',
  cannotProve: [
    'its quantisation and tensor parallel size, unless it runs with VLLM_SERVER_DEV_MODE=1 or its answers carry them in system_fingerprint',
  ],
  checkedAgainst: 'vLLM 0.32 on the CPU, and the source of vLLM 0.6 to 0.28',
}
