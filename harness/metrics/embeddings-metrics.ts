import { ofKind } from './metric.ts'

const shown = { inSummary: true, inQuote: true } as const
const counted = 'one that crosses an edge counts by its share of time inside'

/** Metrics of runs of embeddings and reranking, in display order. */
export const embeddingsMetrics = ofKind('embeddings', {
  textsPerS: {
    ...shown,
    better: 'higher',
    label: 'Texts per second',
    shortLabel: 'Texts',
    unit: 'texts/s',
    digits: 1,
    formula: `texts (with rerank documents) of the requests in the window (${counted}) / length of the window`,
    comparison: { hypothesis: 'throughput', decides: true, floor: 0 },
    of: (trial) => trial.texts.textsPerS,
  },
  inputTokensPerS: {
    ...shown,
    better: 'higher',
    label: 'Input throughput',
    shortLabel: 'Input',
    unit: 'tokens/s',
    digits: 0,
    formula: `input tokens by the usage of the server, of the same requests (${counted}) / length of the window`,
    of: (trial) => trial.texts.inputTokensPerS,
  },
  embeddingsMsP99: {
    better: 'lower',
    inSummary: true,
    inQuote: false,
    label: 'E2E, p99',
    shortLabel: 'E2E p99',
    unit: 'ms',
    digits: 1,
    formula:
      '99th percentile over the requests that completed in the window of (last byte - time the request was sent)',
    of: (trial) => trial.e2eMs.p99,
  },
  joulesPer1000Texts: {
    ...shown,
    better: 'lower',
    label: 'Energy per 1,000 texts',
    shortLabel: 'J per 1,000',
    unit: 'J',
    digits: 1,
    formula: 'energy of the GPU boards in the window / texts in the window x 1,000',
    comparison: { hypothesis: 'efficiency', decides: true, floor: 0 },
    of: (trial) => trial.texts.joulesPer1000Texts,
  },
})
