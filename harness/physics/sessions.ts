import type { Card, Model } from '../catalogue/types.ts'
import { type ClosedLoop, type LoopFigures, type Prediction, predictClosedLoop } from './closed-loop.ts'

/** Conversations whose context grows from turn to turn, with a pause to think between turns. */
export interface Sessions {
  readonly conversations: number
  readonly turns: number
  readonly thinkSeconds: number
  readonly firstPromptTokens: number
  /** Added by each later turn, beside the answer before it. */
  readonly userTokens: number
  readonly outputTokens: number
  readonly kvBytesPerElement: ClosedLoop['kvBytesPerElement']
  readonly gpus: number
  /** Requests that the server works on at once; the others wait. */
  readonly maxAtOnce: number
}

export interface SessionsPrediction extends Prediction {
  /** Conversations that wait for an answer at a moment, expected; the others think. */
  readonly active: number
}

const ROUNDS = 60

/**
 * Conversations as a closed loop with think time (the response-time law of queueing theory, Little 1961): of N
 * conversations n = N · R / (R + Z) wait for an answer, where R is the time of an answer among n and Z the pause. The
 * prompt is that of the mean turn; what a turn adds to the one before is computed anew, the rest comes from the prefix
 * cache. Rough: turns differ, and the model sees only their mean.
 */
export function predictSessions(card: Card, model: Model, sessions: Sessions): SessionsPrediction {
  const { turns, firstPromptTokens, userTokens, outputTokens, kvBytesPerElement, gpus } = sessions
  const added = userTokens + outputTokens
  const promptTokens = Math.round(firstPromptTokens + ((turns - 1) / 2) * added)
  const newTokens = Math.min(promptTokens, Math.round((firstPromptTokens + (turns - 1) * added) / turns))
  const loop = { promptTokens, outputTokens, cachedTokens: promptTokens - newTokens, kvBytesPerElement, gpus }
  const at = (concurrency: number) => predictClosedLoop(card, model, { ...loop, concurrency })
  const settled = (of: (prediction: Prediction) => LoopFigures) => settle(sessions, (active) => of(at(active)))
  const expected = settled((each) => each.expected)
  return {
    expected: expected.figures,
    band: { slow: settled((each) => each.band.slow).figures, fast: settled((each) => each.band.fast).figures },
    active: expected.active,
  }
}

/** The number of conversations that wait, and what the server does for them, at the fixed point. */
function settle(
  { conversations, thinkSeconds, maxAtOnce, outputTokens }: Sessions,
  figuresAt: (active: number) => LoopFigures,
): { active: number; figures: LoopFigures } {
  const most = Math.min(conversations, maxAtOnce)
  let active = most
  let figures = figuresAt(active)
  for (let round = 0; round < ROUNDS; round += 1) {
    const answerS = (active * outputTokens) / figures.outputTokensPerS
    const wanted = Math.min(most, Math.max(1, (conversations * answerS) / (answerS + thinkSeconds)))
    // half a step at a time: a full one swings around the fixed point
    active += (wanted - active) / 2
    figures = figuresAt(active)
  }
  return { active, figures }
}
