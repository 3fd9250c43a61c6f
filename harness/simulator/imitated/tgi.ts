import { type Imitation, line } from './imitation.ts'

/** Text Generation Inference: prompts as text only, no ignore_eos, counters of requests that succeeded. */
export const tgi: Imitation = {
  pages: {
    '/metrics': (_server, totals) =>
      [
        '# TYPE tgi_request_success counter\n',
        line('tgi_request_success', totals.successes),
        line('tgi_request_generated_tokens_sum', totals.successTokens),
        line('tgi_request_generated_tokens_count', totals.successes),
        line('tgi_request_input_length_sum', totals.successPromptTokens),
        line('tgi_request_skipped_tokens_sum', 0),
        line('tgi_batch_current_size', totals.running),
        line('tgi_queue_size', totals.waiting),
      ].join(''),
    '/info': ({ root, maxModelLen, maxNumSeqs }) => ({
      model_id: root,
      model_sha: null,
      max_concurrent_requests: maxNumSeqs,
      max_input_tokens: maxModelLen - 1,
      max_total_tokens: maxModelLen,
      router: 'text-generation-router',
      version: '3.3.6-simulated',
    }),
  },
  lacks: ['/version', '/load'],
  refuses: ({ api, hasTextPrompt }) =>
    api === 'chat' || hasTextPrompt
      ? null
      : {
          status: 422,
          type: 'validation',
          message:
            'Failed to deserialize the JSON body into the target type: prompt: data did not match any variant of untagged enum PromptDeserializer at line 1 column 60',
        },
  ignores: ['ignore_eos', 'min_tokens', 'continuous_usage_stats'],
  hasSeparateFinish: false,
  hasUsageInFinish: true,
  hasEmptyUsage: false,
  reportsCachedTokens: false,
}
