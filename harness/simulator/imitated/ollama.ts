import type { Imitation } from './imitation.ts'

/** Ollama: prompts as text only, no ignore_eos, no counters, and in each event of a completion a usage of zeros. */
export const ollama: Imitation = {
  pages: {
    '/api/version': () => ({ version: '0.14.0-simulated' }),
  },
  lacks: ['/version', '/load', '/metrics', '/metrics/', '/tokenize'],
  refuses: ({ api, hasTextPrompt }) =>
    api === 'chat' || hasTextPrompt
      ? null
      : {
          status: 400,
          type: 'invalid_request_error',
          message: 'json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string',
        },
  ignores: ['ignore_eos', 'min_tokens', 'continuous_usage_stats'],
  hasSeparateFinish: true,
  hasUsageInFinish: false,
  hasEmptyUsage: true,
  reportsCachedTokens: false,
}
