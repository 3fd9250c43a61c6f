/** Names of metrics that differ in a generation of vLLM; null where it has no such metric. */
export type MetricNames = Readonly<Record<string, string | null>>

/** Differences at /metrics and /version between generations of vLLM. */
export interface Generation {
  /** Version string; never that of a vLLM release. */
  readonly version: string
  readonly names: MetricNames
  readonly finishReasons: readonly string[]
  /** Labels that `cache_config_info` does not have yet. */
  readonly missingCacheLabels: readonly string[]
}

/** The generation that the simulator models. */
export const currentGeneration: Generation = {
  version: '0.27.0+simulated',
  names: {},
  finishReasons: ['stop', 'length', 'abort', 'error', 'repetition'],
  missingCacheLabels: [],
}

/** vLLM 0.9.1: before the prefix `gpu_` was removed (0.9.2) and inter-token latency was renamed (0.10.2). */
export const generationV091: Generation = {
  version: '0.9.1+simulated',
  names: {
    kv_cache_usage_perc: 'gpu_cache_usage_perc',
    prefix_cache_queries: 'gpu_prefix_cache_queries',
    prefix_cache_hits: 'gpu_prefix_cache_hits',
    inter_token_latency_seconds: 'time_per_output_token_seconds',
    num_requests_waiting_by_reason: null,
    engine_sleep_state: null,
    external_prefix_cache_queries: null,
    external_prefix_cache_hits: null,
    mm_cache_queries: null,
    mm_cache_hits: null,
    prompt_tokens_by_source: null,
    prompt_tokens_cached: null,
    request_time_per_output_token_seconds: null,
    request_prefill_kv_computed_tokens: null,
  },
  finishReasons: ['stop', 'length', 'abort'],
  missingCacheLabels: ['kv_cache_size_tokens', 'kv_cache_max_concurrency'],
}
