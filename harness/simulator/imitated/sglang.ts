import { type Imitation, line, takesAll } from './imitation.ts'

/** SGLang with --enable-metrics: counters of requests that ended, labelled, which appear with their first count. */
export const sglang: Imitation = {
  pages: {
    '/metrics': ({ model, kvTokens }, totals) => {
      const ofModel = `{model_name="${model}"}`
      const streaming = `{is_streaming="true",model_name="${model}"}`
      const gauges = [
        '# HELP sglang:num_running_reqs The number of running requests.\n# TYPE sglang:num_running_reqs gauge\n',
        line('sglang:num_running_reqs', totals.running, ofModel),
        line('sglang:num_queue_reqs', totals.waiting, ofModel),
        line('sglang:token_usage', totals.kvUsedShare, ofModel),
        line('sglang:max_total_num_tokens', kvTokens, ofModel),
      ]
      const counters = [
        line('sglang:prompt_tokens_total', totals.successPromptTokens, streaming),
        line('sglang:generation_tokens_total', totals.successTokens, streaming),
        line('sglang:num_requests_total', totals.successes, streaming),
        line('sglang:time_to_first_token_seconds_sum', totals.firstTokenS, streaming),
        line('sglang:time_to_first_token_seconds_count', totals.firstTokens, streaming),
      ]
      const cached = line(
        'sglang:cached_tokens_total',
        totals.cachedTokens,
        `{cache_source="device",model_name="${model}"}`,
      )
      return [...gauges, ...(totals.successes > 0 ? counters : []), ...(totals.cachedTokens > 0 ? [cached] : [])].join(
        '',
      )
    },
    '/server_info': ({ root, model, maxModelLen, kvTokens, blockTokens, maxNumSeqs, kvCacheDtype, prefixCaching }) => ({
      model_path: root,
      served_model_name: model,
      context_length: maxModelLen,
      kv_cache_dtype: kvCacheDtype,
      quantization: null,
      tp_size: 1,
      page_size: blockTokens,
      mem_fraction_static: 0.88,
      max_running_requests: maxNumSeqs,
      disable_radix_cache: !prefixCaching,
      speculative_algorithm: null,
      max_total_num_tokens: kvTokens,
      internal_states: [{}],
      version: '0.5.2+simulated',
    }),
  },
  lacks: ['/version', '/load', '/tokenize'],
  refuses: takesAll,
  ignores: [],
  hasSeparateFinish: false,
  hasUsageInFinish: false,
  hasEmptyUsage: false,
  reportsCachedTokens: true,
}
