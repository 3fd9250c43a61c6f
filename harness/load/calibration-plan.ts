import { connectionsOf } from '../scenario/load-shape.ts'
import { meanLength } from '../scenario/prompt/length.ts'
import type { TextScenario } from '../scenario/schema.ts'
import type { LoadPlan } from './protocol.ts'

/** The load that a calibration sends: the arrivals of the run, for a few seconds. */
export interface CalibrationPlan {
  readonly load: LoadPlan
  readonly client: 'raw' | 'sdk'
  readonly connections: number
  readonly workers: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Closed loop: the starts of the streams are spread over this time, as in a trial. */
  readonly rampMs: number
  readonly seconds: number
}

/** Longest answer, in tokens: at the pace of the calibration one second, so that each stream sends several requests. */
const MAX_ANSWER_TOKENS = 40
/** Prompts of a file: their lengths do not matter for the timing of answers. */
const FILE_PROMPT_TOKENS = 512
/** Time in which the client sends: as long as a trial, within these bounds. */
const SECONDS = { least: 2, most: 6 } as const
/** Its servers and threads start, its streams warm up, and it reads at full speed: 5.7 to 6.2 s on two busy cores. */
const BESIDE_SECONDS = 6
/** Open loop: at a lower rate a few seconds have too few requests for a percentile. More is harder for the client. */
const LEAST_RATE_PER_S = 20

/**
 * The calibration of one scenario. It sends what the run will send: arrival pattern, ramp, connections, workers, client
 * and prompt length (the mean of a distribution). Conversations are sent without their pauses, which would leave nothing to time in a few seconds.
 */
export function calibrationPlanOf(scenario: TextScenario, load: LoadPlan, workers: number): CalibrationPlan {
  const seconds = sendingSeconds(scenario.trial.seconds)
  return {
    load: patternOf(load, seconds),
    client: scenario.client,
    connections: connectionsOf(scenario.load),
    workers,
    promptTokens: Math.round(meanLength(scenario.prompt.tokens ?? FILE_PROMPT_TOKENS)),
    outputTokens: Math.min(Math.round(meanLength(scenario.output.tokens)), MAX_ANSWER_TOKENS),
    rampMs: scenario.load.shape === 'closed' ? Math.min(scenario.load.rampSeconds, seconds / 2) * 1000 : 0,
    seconds,
  }
}

const sendingSeconds = (trialSeconds: number): number => Math.min(SECONDS.most, Math.max(SECONDS.least, trialSeconds))

/** What a calibration takes at most, in s, before a run with trials of so many seconds. */
export const calibrationSeconds = (trialSeconds: number): number => sendingSeconds(trialSeconds) + BESIDE_SECONDS

function patternOf(load: LoadPlan, seconds: number): LoadPlan {
  switch (load.kind) {
    case 'closed':
      return { kind: 'closed', session: null }
    case 'open':
      return { ...load, ratePerS: Math.max(load.ratePerS, LEAST_RATE_PER_S), rampSeconds: 0 }
    default: {
      const within = load.requests.filter(({ atMs }) => atMs / load.speed < seconds * 1000)
      if (within.length >= LEAST_RATE_PER_S * seconds) {
        const requests = within.map((request) => ({
          ...request,
          outputTokens: Math.min(request.outputTokens, MAX_ANSWER_TOKENS),
        }))
        return { ...load, requests }
      }
      return { kind: 'open', ratePerS: LEAST_RATE_PER_S, arrivals: 'poisson', burstiness: 1, rampSeconds: 0 }
    }
  }
}
