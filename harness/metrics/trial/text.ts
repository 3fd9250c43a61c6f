import { type Measured, measured, missing, numberOf, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { TextTrial } from '../../record/schema/trial.ts'
import type { TextScenario } from '../../scenario/schema.ts'
import { gapPercentiles } from './gaps.ts'
import { goodputOf, indicesInside, latenciesOf, noLatencies, sloShareOf } from './latency.ts'
import { sendsInside } from './sends.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './shared.ts'
import { tokensInside, wholeTrialTokensPerS } from './throughput.ts'
import type { SteadyWindow } from './window.ts'

const NONE_INSIDE = 'no successful request lies wholly inside the window'
const NO_POWER = 'the sensor reported no power in the whole window'
const NO_PROMPT_TOKENS = 'the server reported no prompt tokens for a successful request'

/** Every value of a trial of text (docs/metrics.md#one-trial). A missing value has its reason. */
export function textTrial(scenario: TextScenario, observed: TrialObservations): TextTrial {
  const window = windowFor(scenario, observed)
  const shared = sharedTrial(observed, window, countOutcomes(observed.requests))
  const whole = {
    kind: 'text' as const,
    ...shared,
    wholeTrialOutputTokensPerS: measured(
      wholeTrialTokensPerS(observed.requests),
      'no request was sent, or the server did not count the tokens of one',
    ),
    chunkGapMs: gapPercentiles(observed.gaps),
  }
  if (window.startMs === null) return { ...whole, ...withoutWindow(noWindow(window)) }
  const { startMs, endMs } = window
  const seconds = (endMs - startMs) / 1000
  const latencies = latenciesOf(observed.requests, startMs, endMs, observed.definitions)
  const outputTokens = tokensInside(observed.tokens, startMs, endMs)
  const inside = indicesInside(observed.requests, startMs, endMs).length
  const tpotMs = latencies.tpotMs.p50
  return {
    ...whole,
    promptTokens: measured(promptTokensInside(observed.requests, startMs, endMs), NO_PROMPT_TOKENS),
    outputTokens,
    outputTokensPerS: outputTokens / seconds,
    decodeTokensPerS: numberOf(tpotMs) === null ? tpotMs : quotient(1000, tpotMs, 'the median TPOT is 0'),
    ...latencies,
    tokensPerJ: quotient(outputTokens, shared.energyJ, NO_POWER),
    joulesPerOutputToken: quotient(shared.energyJ, outputTokens, 'no output token arrived inside the window'),
    joulesPerRequest: quotient(shared.energyJ, inside, NONE_INSIDE),
    ...sloIn(scenario, observed, window),
    sendsInWindow: sendsInside(observed.requests, startMs, endMs),
  }
}

function sloIn(
  { slo }: TextScenario,
  observed: TrialObservations,
  { startMs, endMs }: Extract<SteadyWindow, { startMs: number }>,
): { goodputRequestsPerS: Measured; sloShare: Measured } {
  if (slo === undefined) {
    const none = missing('the scenario states no SLO')
    return { goodputRequestsPerS: none, sloShare: none }
  }
  const share = sloShareOf(observed.requests, { startMs, endMs, slo, dropped: observed.client.dropped })
  return {
    goodputRequestsPerS: goodputOf(observed.requests, startMs, endMs, slo),
    sloShare: measured(share, 'no request was due inside the window'),
  }
}

/** The values of a trial that require a window, each missing for that reason. */
function withoutWindow(reason: string) {
  const none = missing(reason)
  return {
    promptTokens: none,
    outputTokens: none,
    outputTokensPerS: none,
    decodeTokensPerS: none,
    ...noLatencies(reason),
    tokensPerJ: none,
    joulesPerOutputToken: none,
    joulesPerRequest: none,
    goodputRequestsPerS: none,
    sloShare: none,
  }
}

function promptTokensInside(requests: RequestTable, startMs: number, endMs: number): number {
  const values = requests.column('promptTokens')
  return indicesInside(requests, startMs, endMs).reduce((sum, index) => sum + values[index]!, 0)
}
