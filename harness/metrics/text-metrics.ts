import { missing, quotient } from '../record/measured.ts'
import { askedHitShare, isScheduled } from '../scenario/load-shape.ts'
import { textPercentiles } from './latency/percentile-metrics.ts'
import { NO_WALL, ofKind, type ScenarioShape } from './metric.ts'
import { hasSessions, sessionMetrics } from './session/session-metrics.ts'

const higher = { better: 'higher' } as const
const lower = { better: 'lower' } as const
const shown = { inSummary: true, inQuote: true } as const
const detail = { inSummary: false, inQuote: false } as const
const isOpenLoop = ({ load }: ScenarioShape) => isScheduled(load)
const isClosedLoop = ({ load }: ScenarioShape) => !isScheduled(load)
/** Loads whose prompts are to come from the prefix cache in part: without one, its hit rate is a gate, not a result. */
const usesCache = (scenario: ScenarioShape) => {
  if (scenario.prompt && askedHitShare(scenario.prompt.prefixCache) !== null) return true
  return scenario.load.shape === 'trace' || hasSessions(scenario)
}
const NO_REASONING = missing('no reasoning was streamed')
const NO_QUERIES = 'no prompt token was looked up in the prefix cache'
/** Practical threshold of TTFT in ms: event loop and network add a millisecond or two. */
const TTFT_FLOOR_MS = 2

/** Metrics of text runs, in display order. */
export const textMetrics = {
  ...ofKind('text', {
    outputTokensPerS: {
      ...higher,
      ...shown,
      label: 'Output throughput',
      shortLabel: 'Output',
      unit: 'tokens/s',
      digits: 1,
      formula: 'output tokens that arrived inside the steady window / length of the window',
      comparison: { hypothesis: 'throughput', decides: true, floor: 0 },
      of: (trial) => trial.outputTokensPerS,
    },
    decodeTokensPerS: {
      ...higher,
      ...shown,
      label: 'Decode rate per stream',
      shortLabel: 'Decode',
      unit: 'tokens/s',
      digits: 1,
      formula: '1000 / median TPOT in ms',
      comparison: { hypothesis: 'pace', decides: true, floor: 0 },
      of: (trial) => trial.decodeTokensPerS,
    },
    ttftMsP50: {
      ...lower,
      ...shown,
      label: 'TTFT, median',
      shortLabel: 'TTFT p50',
      unit: 'ms',
      digits: 1,
      formula:
        'median over the requests whose first token arrived in the window of (first token - time the request was sent)',
      comparison: { hypothesis: 'ttft', decides: true, floor: TTFT_FLOOR_MS },
      suits: isClosedLoop,
      of: (trial) => trial.ttftMs.p50,
    },
    ttftMsP99: {
      ...lower,
      ...shown,
      label: 'TTFT, p99',
      shortLabel: 'TTFT p99',
      unit: 'ms',
      digits: 1,
      formula: '99th percentile of the same; needs 100 such requests',
      suits: isClosedLoop,
      of: (trial) => trial.ttftMs.p99,
    },
    ttftFromScheduleMsP50: {
      ...lower,
      ...shown,
      label: 'TTFT from schedule, median',
      shortLabel: 'TTFT p50',
      unit: 'ms',
      digits: 1,
      formula:
        'median over the requests whose first token arrived in the window of (first token - time the request was due)',
      comparison: { hypothesis: 'ttft', decides: true, floor: TTFT_FLOOR_MS },
      suits: isOpenLoop,
      leads: isOpenLoop,
      of: (trial) => trial.ttftFromScheduleMs.p50,
    },
    ttftFromScheduleMsP99: {
      ...lower,
      ...shown,
      label: 'TTFT from schedule, p99',
      shortLabel: 'TTFT p99',
      unit: 'ms',
      digits: 1,
      formula: '99th percentile of the same; needs 100 such requests',
      suits: isOpenLoop,
      leads: isOpenLoop,
      of: (trial) => trial.ttftFromScheduleMs.p99,
    },
    tpotMsP50: {
      ...lower,
      ...shown,
      label: 'TPOT, median',
      shortLabel: 'TPOT p50',
      unit: 'ms',
      digits: 2,
      formula:
        'median over the requests that received tokens in the window of (last token - first token) / (output tokens - those that arrived with the first); one that crosses an edge counts by its share of that time inside',
      comparison: { hypothesis: 'pace', decides: true, floor: 0 },
      of: (trial) => trial.tpotMs.p50,
    },
    tokensPerJ: {
      ...higher,
      ...shown,
      label: 'Energy efficiency',
      shortLabel: 'Efficiency',
      unit: 'tokens/J',
      digits: 3,
      formula: 'output tokens in the window / energy of the GPU boards in the window',
      comparison: { hypothesis: 'efficiency', decides: true, floor: 0 },
      of: (trial) => trial.tokensPerJ,
    },
    serverTokensPerJ: {
      ...higher,
      inSummary: true,
      inQuote: false,
      shownIfKnown: true,
      label: 'Energy efficiency of the server',
      shortLabel: 'Server eff.',
      unit: 'tokens/J',
      digits: 3,
      formula: 'output tokens in the window / energy of the whole server in the window',
      of: ({ outputTokens, wall }) =>
        quotient(outputTokens, wall?.serverEnergyJ ?? NO_WALL, 'no energy was used in the window'),
    },
    inputTokensPerJ: {
      ...higher,
      ...shown,
      label: 'Input energy efficiency',
      shortLabel: 'Input eff.',
      unit: 'tokens/J',
      digits: 3,
      formula:
        'prompt tokens of the requests whose first token arrived in the window / energy of the GPU boards in the window',
      comparison: { hypothesis: 'input efficiency', decides: false, floor: 0 },
      of: ({ promptTokens, energyJ }) => quotient(promptTokens, energyJ, 'no energy was used in the window'),
    },
    cacheHitRate: {
      better: null,
      inSummary: true,
      inQuote: false,
      label: 'Cache hit rate, by the counters of the server',
      shortLabel: 'Cache hits',
      unit: '1',
      digits: 1,
      shownAs: { unit: '%', scale: 100 },
      formula:
        'prompt tokens found in the prefix cache / prompt tokens looked up, from just before the trial to just after it (`prefix_cache_hits` / `prefix_cache_queries`)',
      suits: usesCache,
      of: ({ server }) =>
        server === undefined
          ? missing('the counters of the server were not read')
          : quotient(server.prefixCacheHits, server.prefixCacheQueries, NO_QUERIES),
    },
    cacheHitRateByUsage: {
      better: null,
      inSummary: true,
      inQuote: false,
      label: 'Cache hit rate, by usage',
      shortLabel: 'By usage',
      unit: '1',
      digits: 1,
      shownAs: { unit: '%', scale: 100 },
      formula: 'cached / prompt tokens by the usage of the answers, over all requests of the trial that succeeded',
      suits: usesCache,
      of: ({ clientTokens }) =>
        clientTokens === undefined
          ? missing('usage was not kept')
          : quotient(clientTokens.usageCachedTokens, clientTokens.usagePromptTokens, 'no prompt token was reported'),
    },
  }),
  ...sessionMetrics,
  ...textPercentiles,
  ...ofKind('text', {
    answerTtftMsP50: {
      ...lower,
      ...detail,
      label: 'Time to first answer token, median',
      shortLabel: 'Answer TTFT',
      unit: 'ms',
      digits: 1,
      formula:
        'of a model that reasons: median over the requests that succeeded in the window of (first event of the answer after the reasoning - time the request was sent)',
      of: ({ reasoning }) => reasoning?.answerTtftMs.p50 ?? NO_REASONING,
    },
    joulesPerOutputToken: {
      ...lower,
      ...detail,
      label: 'Energy per output token',
      shortLabel: 'J per token',
      unit: 'J',
      digits: 3,
      formula: 'energy of the GPU boards in the window / output tokens in the window',
      of: (trial) => trial.joulesPerOutputToken,
    },
    wholeTrialOutputTokensPerS: {
      ...higher,
      ...detail,
      label: 'Output throughput, whole trial',
      shortLabel: 'Whole trial',
      unit: 'tokens/s',
      digits: 1,
      formula: 'all output tokens / (last completion - first request sent): `output_throughput` of vllm bench serve',
      of: (trial) => trial.wholeTrialOutputTokensPerS,
    },
  }),
}
