import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { type ClosedLoop, type LoopMetrics, type Prediction, predictClosedLoop } from './closed-loop.ts'

/** Conversations whose context grows from turn to turn, with a pause to think between turns. */
export interface Sessions {
  readonly conversations: number
  readonly turns: number
  readonly thinkSeconds: number
  readonly firstPromptTokens: number
  /** Tokens added by each later turn, besides the previous answer. */
  readonly userTokens: number
  readonly outputTokens: number
  readonly kvBytesPerElement: ClosedLoop['kvBytesPerElement']
  readonly gpus: number
  readonly powerLimitW?: ClosedLoop['powerLimitW']
  /** Requests that the server processes concurrently; the others wait. */
  readonly maxConcurrent: number
}

export interface SessionsPrediction extends Prediction {
  /** Expected number of conversations that wait for an answer at any time; the others pause. */
  readonly active: number
}

const ROUNDS = 60

/**
 * Conversations as a closed loop with think time (the response-time law of queueing theory, Little 1961): of N
 * conversations n = N · R / (R + Z) wait for an answer, where R is the answer time with n active and Z the pause. The
 * prompt is that of the mean turn; the tokens that a turn adds are computed, the rest is in the prefix
 * cache. An approximation: turns differ, and the model uses only their mean.
 */
export function predictSessions(card: EngineCard, model: Model, sessions: Sessions): SessionsPrediction {
  const { turns, firstPromptTokens, userTokens, outputTokens, kvBytesPerElement, gpus, powerLimitW = null } = sessions
  const added = userTokens + outputTokens
  const promptTokens = Math.round(firstPromptTokens + ((turns - 1) / 2) * added)
  const newTokens = Math.min(promptTokens, Math.round((firstPromptTokens + (turns - 1) * added) / turns))
  const cachedTokens = promptTokens - newTokens
  const loop = { promptTokens, outputTokens, cachedTokens, kvBytesPerElement, gpus, powerLimitW }
  const predictionAt = (concurrency: number) => predictClosedLoop(card, model, { ...loop, concurrency })
  const solve = (metricsOf: (prediction: Prediction) => LoopMetrics) =>
    fixedPoint(sessions, (active) => metricsOf(predictionAt(active)))
  const expected = solve((prediction) => prediction.expected)
  const slow = solve(({ band }) => band.slow).metrics
  return {
    expected: expected.metrics,
    band: { slow, fast: solve(({ band }) => band.fast).metrics },
    unseenLoss: 1 - slow.outputTokensPerS / expected.metrics.outputTokensPerS,
    keptAtPowerLimit: predictionAt(expected.active).keptAtPowerLimit,
    active: expected.active,
  }
}

/** The number of waiting conversations and the server's performance at the fixed point. */
function fixedPoint(
  { conversations, thinkSeconds, maxConcurrent, outputTokens }: Sessions,
  metricsAt: (active: number) => LoopMetrics,
): { active: number; metrics: LoopMetrics } {
  const maxActive = Math.min(conversations, maxConcurrent)
  let active = maxActive
  let metrics = metricsAt(active)
  for (let round = 0; round < ROUNDS; round += 1) {
    const answerS = (active * outputTokens) / metrics.outputTokensPerS
    const target = Math.min(maxActive, Math.max(1, (conversations * answerS) / (answerS + thinkSeconds)))
    // half a step per round, because full steps oscillate around the fixed point
    active += (target - active) / 2
    metrics = metricsAt(active)
  }
  return { active, metrics }
}
