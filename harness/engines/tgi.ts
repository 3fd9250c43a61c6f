import { z } from 'zod'
import type { EngineDefinition, EnginePage } from './engine.ts'
import { count, modelName, word } from './page-values.ts'

const info = z.object({
  router: z.literal('text-generation-router'),
  model_id: modelName,
  max_total_tokens: count,
  max_concurrent_requests: count,
  version: word,
})

const read: EnginePage['read'] = (document) => {
  const found = info.safeParse(document)
  if (!found.success) return null
  const { model_id, max_total_tokens, version } = found.data
  return { version, modelRoot: model_id, maxModelLen: max_total_tokens }
}

const NO_CACHE = 'TGI exports no counters of its prefix cache'
const PER_REQUEST = 'TGI takes one mean per request, not one interval per step'
const NO_TTFT = 'TGI exports no time to the first token'

/** Hugging Face Text Generation Inference. */
export const tgi: EngineDefinition = {
  name: 'TGI',
  ownedBy: [],
  pages: [{ path: '/info', read }],
  metricPrefix: 'tgi_',
  counters: {
    path: '/metrics',
    names: {
      running: [['batch_current_size']],
      waiting: [['queue_size']],
      promptTokens: [['request_input_length_sum']],
      generationTokens: [['request_generated_tokens_sum']],
      requestSuccess: [['request_success']],
      // tokens of a step beyond its first: those that were speculated and accepted
      specDecodeAcceptedTokens: [['request_skipped_tokens_sum']],
    },
    modelLabel: null,
    switchedOnBy: 'give the address of TGI itself: it always has /metrics',
    appearWithRequests: true,
    missing: {
      prefixCacheQueries: NO_CACHE,
      prefixCacheHits: NO_CACHE,
      ttftSumS: NO_TTFT,
      ttftCount: NO_TTFT,
      itlSumS: PER_REQUEST,
      itlCount: PER_REQUEST,
      itlShortCount: PER_REQUEST,
    },
  },
  request: {
    tokenIds: false,
    ignoreEos: false,
    minTokens: false,
    streamUsage: true,
    continuousUsage: false,
    cachedTokens: null,
  },
  parallelSetting: '--max-batch-size',
  contextSetting: '--max-total-tokens',
  processNames: ['text-generation', 'text_generation'],
  usualBlockTokens: null,
  noSpeculation: null,
  cannotProve: [
    'answers of the requested length: it takes no ignore_eos, so that a model may end an answer early',
    'that the prefix cache was cold: neither counters nor usage report cached tokens',
    'its quantisation, KV cache and tensor parallel size: /info does not report them',
  ],
  checkedAgainst: 'the source of TGI 3 of January 2026; no real server was run',
}
