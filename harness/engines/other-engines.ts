import type { EngineDefinition } from './engine.ts'

/** What is asked of a server of which nothing is known: everything; the probe of a load leaves out what it refuses. */
const everything: EngineDefinition['request'] = {
  tokenIds: true,
  ignoreEos: true,
  minTokens: true,
  streamUsage: true,
  continuousUsage: true,
  cachedTokens: 'as the server sends it',
}

const usageAlone =
  'how many tokens were made: what it counts at /metrics with --enable-metrics is not read, and usage alone is the word of the server'

/** LMDeploy: recognised, its counters not read. */
export const lmdeploy: EngineDefinition = {
  name: 'LMDeploy',
  ownedBy: ['lmdeploy'],
  pages: [],
  metricPrefix: 'lmdeploy:',
  counters: null,
  // the fields of its request models; a list of numbers would be several prompts
  request: {
    tokenIds: false,
    ignoreEos: true,
    minTokens: false,
    streamUsage: true,
    continuousUsage: false,
    cachedTokens: null,
  },
  parallelSetting: '--max-batch-size',
  contextSetting: '--session-len',
  processNames: ['lmdeploy', 'turbomind'],
  usualBlockTokens: null,
  noSpeculation: null,
  cannotProve: [usageAlone, 'that the prefix cache was cold', 'its quantisation and KV cache'],
  checkedAgainst: 'its request models and metrics in the source of 2025 and 2026; no real server was run',
}

/** Any other server with an OpenAI-compatible API, and any engine behind a proxy that hides its pages. */
export const openAiCompatible: EngineDefinition = {
  name: 'another OpenAI-compatible server',
  ownedBy: [],
  pages: [],
  metricPrefix: null,
  counters: null,
  request: everything,
  parallelSetting: 'its own limit',
  contextSetting: 'a context',
  processNames: [],
  usualBlockTokens: null,
  noSpeculation: null,
  cannotProve: [
    'how many tokens were made: it has no counters that are known, and usage alone is the word of the server',
    'its version, context, quantisation, KV cache and prefix cache, beyond what /v1/models says',
  ],
  checkedAgainst: 'the OpenAI API',
}
