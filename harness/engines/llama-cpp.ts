import { z } from 'zod'
import type { EngineDefinition, EnginePage } from './engine.ts'
import { count, modelName, word } from './page-values.ts'

const props = z.object({
  default_generation_settings: z.object({ n_ctx: count }),
  total_slots: count,
  model_path: modelName,
  model_ftype: word,
  build_info: word,
})

const read: EnginePage['read'] = (document) => {
  const found = props.safeParse(document)
  if (!found.success) return null
  const { default_generation_settings: settings, total_slots, model_path, model_ftype, build_info } = found.data
  return {
    version: build_info,
    modelRoot: model_path,
    maxModelLen: settings.n_ctx,
    parallelRequests: total_slots,
    quantization: model_ftype,
  }
}

const NO_TIMES = 'llama.cpp exports no times of requests'

/** The server of llama.cpp, `llama-server`. It also answers on the paths of Ollama, so that it is recognised before Ollama. */
export const llamaCpp: EngineDefinition = {
  name: 'llama.cpp',
  ownedBy: ['llamacpp'],
  pages: [{ path: '/props', read }],
  metricPrefix: 'llamacpp:',
  counters: {
    path: '/metrics',
    names: {
      running: [['requests_processing']],
      waiting: [['requests_deferred']],
      kvUsageShare: [['kv_cache_usage_ratio']],
      // prompt_tokens_total is without those from the cache; the counter of these came in 2026
      prefixCacheQueries: [['prompt_tokens', 'prompt_tokens_cached']],
      prefixCacheHits: [['prompt_tokens_cached']],
      promptTokens: [['prompt_tokens', 'prompt_tokens_cached']],
      generationTokens: [['tokens_predicted']],
      specDecodeDrafts: [['spec_decode_num_drafts']],
      specDecodeDraftTokens: [['spec_decode_num_draft_tokens']],
      specDecodeAcceptedTokens: [['spec_decode_num_accepted_tokens']],
    },
    modelLabel: null,
    switchedOnBy: 'start llama-server with --metrics',
    // C++ prints a floating-point number with six digits
    digits: 6,
    appearWithRequests: false,
    missing: {
      requestSuccess: 'llama.cpp counts tokens, not requests',
      preemptions: 'llama.cpp does not preempt requests',
      ttftSumS: NO_TIMES,
      ttftCount: NO_TIMES,
      itlSumS: NO_TIMES,
      itlCount: NO_TIMES,
      itlShortCount: NO_TIMES,
    },
  },
  request: {
    tokenIds: true,
    ignoreEos: true,
    minTokens: false,
    streamUsage: true,
    continuousUsage: false,
    cachedTokens: 'always sent',
  },
  parallelSetting: '--parallel',
  contextSetting: '--ctx-size (of all --parallel requests together)',
  processNames: ['llama-server', 'llama_server'],
  usualBlockTokens: 1,
  noSpeculation: null,
  cannotProve: [
    'that no other client was served, beyond the tokens that it counts: it does not count requests',
    'the time to the first token at the server, so that a slow proxy cannot be distinguished from a slow server',
    'more than six digits of a counter: after many tokens a short trial can no longer be audited',
    'the type of its KV cache: no page reports it',
    'which checkpoint a GGUF file was made from: only the path of the file and its type are reported',
  ],
  checkedAgainst: 'llama-server 0.5.0-dev on the CPU, built from the sources in llama-cpp-python 0.3.36',
}
