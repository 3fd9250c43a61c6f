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

const usageAlone = 'how many tokens were made: its counters are not read, and usage alone is the word of the server'

/** LMDeploy: recognised, its counters not read. */
export const lmdeploy: EngineDefinition = {
  name: 'LMDeploy',
  ownedBy: ['lmdeploy'],
  pages: [],
  metricPrefix: 'lmdeploy:',
  counters: null,
  request: everything,
  parallelSetting: '--max-batch-size',
  contextSetting: '--session-len',
  processNames: ['lmdeploy', 'turbomind'],
  usualBlockTokens: null,
  noSpeculation: null,
  cannotProve: [usageAlone, 'its quantisation, KV cache and prefix cache'],
  checkedAgainst: 'its documentation; no real server was run',
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
