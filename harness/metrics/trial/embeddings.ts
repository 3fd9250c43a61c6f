import { missing, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { EmbeddingsTrial } from '../../record/schema/trial.ts'
import type { EmbeddingsScenario } from '../../scenario/schema.ts'
import { noPercentiles, percentilesOf } from '../../stats/percentiles.ts'
import { NONE_FITS, shareInside, type Window } from './in-window.ts'
import { NONE_COMPLETED } from './latency.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './shared.ts'
import { e2eCompleted, requestGoodput, requestsInside } from './whole-requests.ts'

/**
 * Every value of a trial of embeddings or reranking (docs/metrics.md#one-trial). Texts/s, input tokens/s, joules and
 * goodput count the requests of the window, where one that crosses an edge counts by the share of its time inside. Input
 * tokens are those of the server's usage.
 */
export function embeddingsTrial(scenario: EmbeddingsScenario, observed: TrialObservations): EmbeddingsTrial {
  const { requests } = observed
  const window = windowFor(scenario, observed)
  const shared = { kind: 'embeddings' as const, ...sharedTrial(observed, window, countOutcomes(requests)) }
  const counts = { plannedTokens: sumOk(requests, 'plannedPromptTokens'), usageTokens: sumOk(requests, 'promptTokens') }
  if (window.startMs === null) {
    const none = missing(noWindow(window))
    return {
      ...shared,
      e2eMs: noPercentiles(none.reason),
      joulesPerRequest: none,
      goodputRequestsPerS: none,
      texts: { texts: none, textsPerS: none, inputTokensPerS: none, joulesPer1000Texts: none, ...counts },
    }
  }
  const seconds = (window.endMs - window.startMs) / 1000
  const inside = requestsInside(requests, window)
  const texts = scenario.texts.perRequest * inside
  const limitMs = scenario.slo?.e2eMs
  return {
    ...shared,
    e2eMs: percentilesOf(e2eCompleted(requests, window), NONE_COMPLETED),
    joulesPerRequest: quotient(shared.energyJ, inside, NONE_FITS),
    goodputRequestsPerS: requestGoodput(requests, window, { limitMs, edgesCount: true }),
    texts: {
      texts,
      textsPerS: texts / seconds,
      inputTokensPerS: tokensInside(requests, window) / seconds,
      joulesPer1000Texts: quotient(shared.energyJ, texts / 1000, 'no text was answered inside the window'),
      ...counts,
    },
  }
}

/** Input tokens of successful requests, each by the share of its time inside a window. */
function tokensInside(requests: RequestTable, window: Window): number {
  const [dispatched, ended] = [requests.column('dispatchedMs'), requests.column('endMs')]
  const tokens = requests.column('promptTokens')
  let sum = 0
  for (let index = 0; index < requests.length; index += 1) {
    const [from, to, count] = [dispatched[index] as number, ended[index] as number, tokens[index] as number]
    if (requests.isOk(index) && Number.isFinite(to - from + count)) sum += count * shareInside(from, to, window)
  }
  return sum
}

function sumOk(requests: RequestTable, name: 'plannedPromptTokens' | 'promptTokens'): number {
  const values = requests.column(name)
  let sum = 0
  for (let index = 0; index < requests.length; index += 1) {
    const value = values[index] as number
    if (requests.isOk(index) && Number.isFinite(value)) sum += value
  }
  return sum
}
