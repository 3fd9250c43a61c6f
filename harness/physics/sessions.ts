import type { Card, Model } from '../catalogue/types.ts'
import { type ClosedLoop, type LoopFigures, type Prediction, predictClosedLoop } from './closed-loop.ts'
import { decodeLimit } from './limit.ts'

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
 * cache. Rough: turns differ, and the model sees only their mean. The limit is that of all N at the shortest context.
 */
export function predictSessions(card: Card, model: Model, sessions: Sessions): SessionsPrediction {
  const { conversations, turns, firstPromptTokens, userTokens, outputTokens, kvBytesPerElement, gpus } = sessions
  const added = userTokens + outputTokens
  const promptTokens = Math.round(firstPromptTokens + ((turns - 1) / 2) * added)
  const newTokens = Math.min(promptTokens, Math.round((firstPromptTokens + (turns - 1) * added) / turns))
  const loop = { promptTokens, outputTokens, cachedTokens: promptTokens - newTokens, kvBytesPerElement, gpus }
  const settled = (of: (prediction: Prediction) => LoopFigures) => settle(card, model, sessions, loop, of)
  const expected = settled((each) => each.expected)
  return {
    limit: decodeLimit(card, model, {
      concurrency: Math.min(conversations, sessions.maxAtOnce),
      contextTokens: firstPromptTokens,
      kvBytesPerElement,
      gpus,
    }),
    ttftLimitMs: expected.prediction.ttftLimitMs,
    expected: expected.figures,
    band: { slow: settled((each) => each.band.slow).figures, fast: settled((each) => each.band.fast).figures },
    active: expected.active,
  }
}

function settle(
  card: Card,
  model: Model,
  { conversations, thinkSeconds, maxAtOnce }: Sessions,
  loop: Omit<ClosedLoop, 'concurrency'>,
  of: (prediction: Prediction) => LoopFigures,
): { active: number; prediction: Prediction; figures: LoopFigures } {
  const most = Math.min(conversations, maxAtOnce)
  let active = most
  let prediction = predictClosedLoop(card, model, { ...loop, concurrency: active })
  for (let round = 0; round < ROUNDS; round += 1) {
    const figures = of(prediction)
    const answerS = (active * loop.outputTokens) / figures.outputTokensPerS
    const wanted = Math.min(most, Math.max(1, (conversations * answerS) / (answerS + thinkSeconds)))
    // half a step at a time: a full one swings around the fixed point
    active += (wanted - active) / 2
    prediction = predictClosedLoop(card, model, { ...loop, concurrency: active })
  }
  return { active, prediction, figures: of(prediction) }
}
