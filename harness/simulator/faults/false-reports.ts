import type { Model } from '../../catalogue/types.ts'
import type { Speculation } from '../engine/speculation.ts'
import type { LieName } from './names.ts'

/** What the server tells and does in place of the truth, request by request. */
export interface Tales {
  /** The prompt that the engine gets. */
  prompt(tokens: readonly number[]): readonly number[]
  /** The output tokens that usage tells. */
  usage(completionTokens: number): number
  /** After how many tokens an answer ends by itself, given where it should. */
  stopAfter(maxTokens: number, honestly: number): number
}

const USAGE_FACTOR = 1.03
const STOP_SHARE = 0.5

/** The tales that belong to these lies; without any, the truth. */
export function talesOf(lies: readonly LieName[]): Tales {
  return {
    prompt: lies.includes('prefix-hits') ? alikeInFirstHalf : (tokens) => tokens,
    usage: lies.includes('usage-off-3-percent')
      ? (completionTokens) => Math.round(completionTokens * USAGE_FACTOR)
      : (completionTokens) => completionTokens,
    stopAfter: lies.includes('early-stop')
      ? (maxTokens) => Math.max(1, Math.floor(maxTokens * STOP_SHARE))
      : (_, honestly) => honestly,
  }
}

/** Prompts whose first half is always the same: the prefix cache finds it, and the engine computes the rest alone. */
function alikeInFirstHalf(tokens: readonly number[]): readonly number[] {
  const half = Math.floor(tokens.length / 2)
  return tokens.map((token, index) => (index < half ? 1 : token))
}

const SMALLER_BY = 4

/** The model by which steps are timed. */
export function timedModel(model: Model, lies: readonly LieName[]): Model {
  if (!lies.includes('other-model-speed')) return model
  return {
    ...model,
    layers: model.layers / SMALLER_BY,
    hiddenSize: model.hiddenSize / SMALLER_BY,
    totalParams: model.totalParams / SMALLER_BY,
    linearParams: model.linearParams / SMALLER_BY,
    activeLinearParams: model.activeLinearParams / SMALLER_BY,
  }
}

/** How the engine speculates; null when it does not. */
export const speculationOf = (lies: readonly LieName[]): Speculation | null =>
  lies.includes('silent-speculation') ? { draftTokens: 3, acceptance: 0.7 } : null
