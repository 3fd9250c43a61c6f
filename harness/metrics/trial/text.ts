import { type Measured, measured, missing, numberOf, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { SessionValues } from '../../record/schema/session.ts'
import type { Reasoning, TextTrial } from '../../record/schema/trial.ts'
import type { TextScenario } from '../../scenario/schema.ts'
import { EDGES_COUNT_SINCE, METRIC_DEFINITIONS } from '../definitions.ts'
import { lengthsOf, noLengths } from '../lengths/lengths.ts'
import { reasoningOf } from '../lengths/reasoning.ts'
import { noSessions, type SessionWindow, sessionValues } from '../session/session-values.ts'
import { gapPercentiles } from './gaps.ts'
import { countedIn, NONE_FITS, type Window, whyNoneFits } from './in-window.ts'
import { latenciesOf, NONE_COMPLETED, NONE_STARTED, noLatencies } from './latency.ts'
import { sendsInside } from './sends.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './shared.ts'
import { goodputOf, sloShareOf } from './slo.ts'
import { tokensInside, wholeTrialTokensPerS } from './throughput.ts'

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
  const hasSessions = scenario.load.shape === 'closed' && scenario.load.session !== undefined
  if (window.startMs === null) {
    const reason = noWindow(window)
    return { ...whole, ...withoutWindow(reason), ...(hasSessions ? { sessions: noSessions(reason) } : {}) }
  }
  const { startMs, endMs } = window
  const seconds = (endMs - startMs) / 1000
  const definitions = observed.definitions ?? METRIC_DEFINITIONS
  const latencies = latenciesOf(observed.requests, startMs, endMs, definitions)
  const outputTokens = tokensInside(observed.tokens, startMs, endMs)
  const { promptTokens, completions } = requestsIn(observed.requests, window, definitions)
  const tpotMs = latencies.tpotMs.p50
  return {
    ...whole,
    promptTokens,
    outputTokens,
    outputTokensPerS: outputTokens / seconds,
    decodeTokensPerS: numberOf(tpotMs) === null ? tpotMs : quotient(1000, tpotMs, 'the median TPOT is 0'),
    ...latencies,
    tokensPerJ: quotient(outputTokens, shared.energyJ, NO_POWER),
    joulesPerOutputToken: quotient(shared.energyJ, outputTokens, 'no output token arrived inside the window'),
    joulesPerRequest: quotient(shared.energyJ, completions, NONE_COMPLETED),
    ...sloIn(scenario, observed, window, definitions),
    sendsInWindow: sendsInside(observed.requests, startMs, endMs),
    lengths: lengthsOf(observed.requests, { startMs, endMs }, definitions),
    ...withReasoning(reasoningOf(observed.requests, { startMs, endMs }, definitions)),
    ...(hasSessions
      ? { sessions: sessionsIn(scenario, observed, { ...window, energyJ: shared.energyJ, definitions }) }
      : {}),
  }
}

const sessionsIn = (
  { slo }: TextScenario,
  { requests }: TrialObservations,
  window: Omit<SessionWindow, 'slo'>,
): SessionValues => sessionValues(requests, { ...window, slo })

const withReasoning = (reasoning: Reasoning | null) => (reasoning === null ? {} : { reasoning })

function sloIn(
  { slo }: TextScenario,
  observed: TrialObservations,
  { startMs, endMs }: Window,
  definitions: number,
): { goodputRequestsPerS: Measured; sloShare: Measured } {
  if (slo === undefined) {
    const none = missing('the scenario states no SLO')
    return { goodputRequestsPerS: none, sloShare: none }
  }
  const share = sloShareOf(observed.requests, { startMs, endMs, slo, dropped: observed.client.dropped })
  return {
    goodputRequestsPerS: goodputOf(observed.requests, { startMs, endMs, slo }, definitions),
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
    lengths: noLengths(reason),
  }
}

/** Prompt tokens of the answers that began in a window, and the requests that completed in it; missing where none fits. */
function requestsIn(
  requests: RequestTable,
  window: Window,
  definitions: number,
): { promptTokens: Measured; completions: Measured } {
  const counted = countedIn(requests, window, definitions)
  const edgesCount = definitions >= EDGES_COUNT_SINCE
  const why = edgesCount ? whyNoneFits(requests, window, 'lastTokenMs') : null
  if (why !== null) return { promptTokens: missing(why), completions: missing(why) }
  const prompt = requests.column('promptTokens')
  const hasPrompt = edgesCount ? counted.ttft : counted.completion
  let [began, promptTokens, completions] = [0, 0, 0]
  for (let index = 0; index < requests.length; index += 1) {
    if (counted.completion(index)) completions += 1
    if (!hasPrompt(index)) continue
    began += 1
    promptTokens += prompt[index] as number
  }
  return {
    promptTokens: began > 0 || !edgesCount ? measured(promptTokens, NO_PROMPT_TOKENS) : missing(NONE_STARTED),
    completions: completions > 0 ? completions : missing(edgesCount ? NONE_COMPLETED : NONE_FITS),
  }
}
