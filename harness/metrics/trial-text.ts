import { type Measured, measured, missing, numberOf, quotient } from '../record/measured.ts'
import type { RequestTable } from '../record/request-table.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import type { TextScenario } from '../scenario/schema.ts'
import { gapFigures } from './gaps.ts'
import { goodputOf, indicesInside, latenciesOf, noLatencies, sloShareOf } from './latency.ts'
import { tokensInside, wholeTrialTokensPerS } from './throughput.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './trial-shared.ts'
import type { SteadyWindow } from './window.ts'

const NONE_INSIDE = 'no successful request lies wholly inside the window'
const NO_POWER = 'the sensor reported no power in the whole window'
const NO_PROMPT_TOKENS = 'the server reported no prompt tokens for a successful request'

/** Every value of a trial of text (docs/metrics.md#one-trial). A value that cannot be had says why. */
export function textTrial(scenario: TextScenario, seen: TrialObservations): TextTrial {
  const window = windowFor(scenario, seen)
  const shared = sharedTrial(seen, window, countOutcomes(seen.requests))
  const whole = {
    kind: 'text' as const,
    ...shared,
    wholeTrialOutputTokensPerS: measured(
      wholeTrialTokensPerS(seen.requests),
      'no request was sent, or the server did not count the tokens of one',
    ),
    chunkGapMs: gapFigures(seen.gaps),
  }
  if (window.startMs === null) return { ...whole, ...withoutWindow(noWindow(window)) }
  const { startMs, endMs } = window
  const seconds = (endMs - startMs) / 1000
  const latencies = latenciesOf(seen.requests, startMs, endMs)
  const outputTokens = tokensInside(seen.tokens, startMs, endMs)
  const inside = indicesInside(seen.requests, startMs, endMs).length
  const tpotMs = latencies.tpotMs.p50
  return {
    ...whole,
    promptTokens: measured(promptTokensInside(seen.requests, startMs, endMs), NO_PROMPT_TOKENS),
    outputTokens,
    outputTokensPerS: outputTokens / seconds,
    decodeTokensPerS: numberOf(tpotMs) === null ? tpotMs : quotient(1000, tpotMs, 'the median TPOT is 0'),
    ...latencies,
    tokensPerJ: quotient(outputTokens, shared.energyJ, NO_POWER),
    joulesPerOutputToken: quotient(shared.energyJ, outputTokens, 'no output token arrived inside the window'),
    joulesPerRequest: quotient(shared.energyJ, inside, NONE_INSIDE),
    ...sloIn(scenario, seen, window),
  }
}

function sloIn(
  { slo }: TextScenario,
  seen: TrialObservations,
  { startMs, endMs }: Extract<SteadyWindow, { startMs: number }>,
): { goodputRequestsPerS: Measured; sloShare: Measured } {
  if (slo === undefined) {
    const none = missing('the scenario states no SLO')
    return { goodputRequestsPerS: none, sloShare: none }
  }
  const share = sloShareOf(seen.requests, { startMs, endMs, slo, dropped: seen.client.dropped })
  return {
    goodputRequestsPerS: goodputOf(seen.requests, startMs, endMs, slo),
    sloShare: measured(share, 'no request was due inside the window'),
  }
}

/** The values of a trial that need a window, each missing for that reason. */
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
