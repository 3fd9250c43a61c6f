import { z } from 'zod'
import type { EngineDefinition } from './engine.ts'
import { word } from './page-values.ts'

const versionPage = z.object({ version: word })

/** Ollama. Its name is `owned_by: library` for models of its own library, and others imitate its paths. */
export const ollama: EngineDefinition = {
  name: 'Ollama',
  ownedBy: ['library'],
  pages: [
    {
      path: '/api/version',
      read: (document) => {
        const found = versionPage.safeParse(document)
        return found.success && found.data.version !== null ? { version: found.data.version } : null
      },
    },
  ],
  metricPrefix: null,
  counters: null,
  request: {
    tokenIds: false,
    ignoreEos: false,
    minTokens: false,
    streamUsage: true,
    continuousUsage: false,
    cachedTokens: null,
  },
  parallelSetting: 'OLLAMA_NUM_PARALLEL',
  contextSetting: 'OLLAMA_CONTEXT_LENGTH',
  processNames: ['ollama'],
  usualBlockTokens: null,
  noSpeculation: null,
  cannotProve: [
    'how many tokens were made: it has no counters, and usage alone is the word of the server',
    'answers of the requested length: it takes no ignore_eos, so that a model may end an answer early',
    'that prompts were read whole: it cuts a prompt that is longer than num_ctx, which shows only in usage',
    'its context, quantisation, KV cache and prefix cache',
  ],
  checkedAgainst: 'the source of Ollama of August 2026; no real server was run',
}
