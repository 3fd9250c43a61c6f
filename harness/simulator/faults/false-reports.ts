import type { Model } from '../../catalogue/types.ts'
import type { Speculation } from '../engine/speculation.ts'
import type { LieName } from './names.ts'

/** False values that the server uses or reports for each request. */
export interface FalseReports {
  /** The prompt that the engine gets. */
  prompt(tokens: readonly number[]): readonly number[]
  /** The output tokens reported in `usage`. */
  usage(completionTokens: number): number
  /** After how many tokens an answer stops, given where it should stop. */
  stopAfter(maxTokens: number, correct: number): number
}

const USAGE_FACTOR = 1.03
const STOP_SHARE = 0.5

/** The false reports that these lies switch on; correct values without any. */
export function falseReportsOf(lies: readonly LieName[]): FalseReports {
  return {
    prompt: lies.includes('prefix-hits') ? withCommonFirstHalf : (tokens) => tokens,
    usage: lies.includes('usage-off-3-percent')
      ? (completionTokens) => Math.round(completionTokens * USAGE_FACTOR)
      : (completionTokens) => completionTokens,
    stopAfter: lies.includes('early-stop')
      ? (maxTokens) => Math.max(1, Math.floor(maxTokens * STOP_SHARE))
      : (_, correct) => correct,
  }
}

/** A prompt whose first half is always the same: it is in the prefix cache, and the engine computes only the rest. */
function withCommonFirstHalf(tokens: readonly number[]): readonly number[] {
  const half = Math.floor(tokens.length / 2)
  return tokens.map((token, index) => (index < half ? 1 : token))
}

const SMALLER_BY = 4

/** The model that determines the time of a step. */
export function timedModel(model: Model, lies: readonly LieName[]): Model {
  if (!lies.includes('other-model-speed')) return model
  return {
    ...model,
    layers: model.layers / SMALLER_BY,
    attention: model.attention.map((group) => ({ ...group, layers: group.layers / SMALLER_BY })),
    hiddenSize: model.hiddenSize / SMALLER_BY,
    totalParams: model.totalParams / SMALLER_BY,
    linearParams: model.linearParams / SMALLER_BY,
    activeLinearParams: model.activeLinearParams / SMALLER_BY,
  }
}

/** The speculative decoding of the engine; null without it. */
export const speculationOf = (lies: readonly LieName[]): Speculation | null =>
  lies.includes('silent-speculation') ? { draftTokens: 3, acceptance: 0.7 } : null
