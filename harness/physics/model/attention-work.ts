import type { AttentionGroup, Model } from '../../catalogue/types.ts'
import { leastTokensSeen, tokensSeen } from './kv.ts'

/** Multiply and add, of queries with keys and of weights with values: 4 · layers · heads · headDim per token seen. */
const flopsPerTokenSeen = (group: AttentionGroup): number =>
  group.kind === 'linear' ? 0 : 4 * group.layers * group.heads * group.headDim

/** Work on the state of linear layers, per token. */
const stateFlops = (model: Model): number =>
  model.attention.reduce((sum, group) => sum + (group.kind === 'linear' ? group.layers * group.flopsPerToken : 0), 0)

/** The least FLOPs of attention for one token that decodes at this context. */
export const leastDecodeFlops = (model: Model, contextTokens: number): number =>
  model.attention.reduce(
    (sum, group) => sum + flopsPerTokenSeen(group) * leastTokensSeen(group, contextTokens),
    stateFlops(model),
  )

/** Expected FLOPs of attention of sequences that decode one token each, with contexts of this sum. */
export const decodeFlops = (model: Model, sequences: number, contextSum: number): number =>
  model.attention.reduce(
    (sum, group) => sum + flopsPerTokenSeen(group) * tokensSeen(group, sequences, contextSum),
    stateFlops(model) * sequences,
  )

/**
 * FLOPs of attention of a piece of a prompt: each token sees those before it, of which a causal mask leaves
 * new · cached + new² / 2, and a window of w no more than w.
 */
export function prefillFlops(model: Model, newTokens: number, cachedTokens: number): number {
  return model.attention.reduce(
    (sum, group) => sum + flopsPerTokenSeen(group) * tokensSeenByPrompt(group, newTokens, cachedTokens),
    stateFlops(model) * newTokens,
  )
}

/** Sum over the new tokens of how many tokens each of them sees. */
function tokensSeenByPrompt(group: AttentionGroup, newTokens: number, cachedTokens: number): number {
  const end = newTokens + cachedTokens
  const reach = group.kind === 'sliding' ? group.window : group.kind === 'chunked' ? group.chunk : end
  if (end <= reach) return newTokens * cachedTokens + (newTokens * newTokens) / 2
  // chunks start anew, so a token sees half of one; a window stays full once it is
  if (group.kind === 'chunked') return newTokens * (reach / 2)
  const rising = Math.max(0, Math.min(newTokens, reach - cachedTokens))
  return rising * cachedTokens + (rising * rising) / 2 + (newTokens - rising) * reach
}
