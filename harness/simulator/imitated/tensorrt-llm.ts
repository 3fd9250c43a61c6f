import { type Imitation, line } from './imitation.ts'

/** What a completion may hold: its schema forbids every other field. */
const knownFields: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'min_tokens',
  'ignore_eos',
  'temperature',
  'stream',
  'stream_options',
  'seed',
  'top_p',
  'top_k',
  'stop',
  'n',
])

/** trtllm-serve with return_perf_metrics: iterations in JSON at /metrics, counters at /prometheus/metrics. */
export const tensorRtLlm: Imitation = {
  pages: {
    '/metrics': () => [],
    '/prometheus/metrics': ({ model }, totals) => {
      const labels = `{engine_type="trtllm",model_name="${model}"}`
      const gauges = [
        '# HELP trtllm_num_requests_running Number of active requests\n# TYPE trtllm_num_requests_running gauge\n',
        line('trtllm_num_requests_running', totals.running, labels),
        line('trtllm_num_requests_waiting', totals.waiting, labels),
        line('trtllm_kv_cache_utilization', totals.kvUsedShare, labels),
        line('trtllm_prompt_cached_tokens_total', totals.cachedTokens, labels),
      ]
      const counters = [
        line('trtllm_prompt_tokens_total', totals.successPromptTokens, labels),
        line('trtllm_generation_tokens_total', totals.successTokens, labels),
        line('trtllm_request_success_total', totals.successes, labels.replace('}', ',finished_reason="length"}')),
        line('trtllm_time_to_first_token_seconds_sum', totals.firstTokenS, labels),
        line('trtllm_time_to_first_token_seconds_count', totals.firstTokens, labels),
      ]
      return [...gauges, ...(totals.successes > 0 ? counters : [])].join('')
    },
    '/version': () => ({ version: '1.4.0+simulated' }),
  },
  lacks: ['/load', '/tokenize'],
  refuses: ({ fields }) => {
    const unknown = fields.find((field) => !knownFields.has(field))
    return unknown === undefined
      ? null
      : {
          status: 400,
          type: 'BadRequestError',
          message: `[{'type': 'extra_forbidden', 'loc': ('body', '${unknown}'), 'msg': 'Extra inputs are not permitted'}]`,
        }
  },
  ignores: [],
  hasSeparateFinish: false,
  hasUsageInFinish: false,
  hasEmptyUsage: false,
  reportsCachedTokens: true,
}
