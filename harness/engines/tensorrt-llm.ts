import type { EngineDefinition } from './engine.ts'

const PER_REQUEST = 'TensorRT-LLM takes one mean per request, not one interval per step'

/** NVIDIA TensorRT-LLM, `trtllm-serve`. Its /metrics is a list of iterations in JSON, not a Prometheus page. */
export const tensorRtLlm: EngineDefinition = {
  name: 'TensorRT-LLM',
  ownedBy: ['tensorrt_llm'],
  pages: [],
  metricPrefix: 'trtllm_',
  counters: {
    path: '/prometheus/metrics',
    names: {
      running: [['num_requests_running']],
      waiting: [['num_requests_waiting']],
      kvUsageShare: [['kv_cache_utilization']],
      prefixCacheQueries: [['prompt_tokens']],
      prefixCacheHits: [['prompt_cached_tokens']],
      promptTokens: [['prompt_tokens']],
      generationTokens: [['generation_tokens']],
      requestSuccess: [['request_success']],
      specDecodeDraftTokens: [['spec_decode_num_draft_tokens']],
      specDecodeAcceptedTokens: [['spec_decode_num_accepted_tokens']],
      ttftSumS: [['time_to_first_token_seconds_sum']],
      ttftCount: [['time_to_first_token_seconds_count']],
    },
    modelLabel: 'model_name',
    switchedOnBy:
      'start trtllm-serve with return_perf_metrics: true in its --config file, in a version that exports trtllm_generation_tokens_total',
    appearWithRequests: true,
    missing: {
      itlSumS: PER_REQUEST,
      itlCount: PER_REQUEST,
      itlShortCount: PER_REQUEST,
      preemptions: 'TensorRT-LLM exports no counter of paused requests',
    },
  },
  request: {
    tokenIds: true,
    ignoreEos: true,
    minTokens: true,
    streamUsage: true,
    continuousUsage: true,
    cachedTokens: 'sent where the KV cache is reused',
  },
  parallelSetting: '--max_batch_size',
  contextSetting: '--max_seq_len',
  processNames: ['trtllm', 'tensorrt_llm'],
  usualBlockTokens: 32,
  noSpeculation: null,
  cannotProve: [
    'its context, quantisation, KV cache and tensor parallel size: no page reports them all',
    'one token per engine step: its time per token is one mean per request',
  ],
  checkedAgainst: 'the source of TensorRT-LLM of 2026; no real server was run',
}
