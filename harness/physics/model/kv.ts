import type { AttentionGroup, Model } from '../../catalogue/types.ts'

/** Bytes of one KV element: 1 for an FP8 cache, 2 for FP16 or BF16. */
export type KvElementBytes = 1 | 2

/** Elements that a layer group keeps for one token that it can see; 0 for a linear layer, which keeps a fixed state. */
function elementsPerToken(group: AttentionGroup): number {
  if (group.kind === 'linear') return 0
  if (group.kind === 'mla') return group.layers * group.latentDim
  return 2 * (group.kvLayers ?? group.layers) * group.kvHeads * group.headDim
}

/** How much of its context a group keeps: all of it, or what a window or a chunk of it holds. */
function tokensKept(group: AttentionGroup, contextTokens: number): number {
  if (group.kind === 'sliding') return Math.min(contextTokens, group.window)
  return group.kind === 'chunked' ? Math.min(contextTokens, group.chunk) : contextTokens
}

/**
 * The fewest tokens of the context that a decode step reads: those in the window; none of a chunk that has just begun,
 * where the context is longer than one.
 */
export const leastTokensSeen = (group: AttentionGroup, contextTokens: number): number =>
  group.kind === 'chunked' && contextTokens >= group.chunk ? 0 : tokensKept(group, contextTokens)

/** Expected sum of the tokens that sequences see which decode one token each, with contexts of this sum. */
export function tokensSeen(group: AttentionGroup, sequences: number, contextSum: number): number {
  const windowed = group.kind === 'sliding' || group.kind === 'chunked'
  return windowed && sequences > 0 ? tokensKept(group, contextSum / sequences) * sequences : contextSum
}

/** Bytes of the state of all linear layers for one sequence. */
export const stateBytesPerSequence = (model: Model): number =>
  model.attention.reduce((sum, group) => sum + (group.kind === 'linear' ? group.layers * group.stateBytes : 0), 0)

/**
 * KV cache bytes of one token while no window is full: 2 · layers · kvHeads · headDim · bytes (keys and values), or with
 * multi-head latent attention layers · latent · bytes (one latent, no pair). Linear layers add nothing.
 */
export const kvBytesPerToken = (model: Model, elementBytes: KvElementBytes): number =>
  model.attention.reduce((sum, group) => sum + elementsPerToken(group), 0) * elementBytes

/** KV cache and state that one sequence keeps at this context, in bytes: windows cap it, linear layers add a constant. */
export const kvBytesPerSequence = (model: Model, elementBytes: KvElementBytes, contextTokens: number): number =>
  bytesOver(model, elementBytes, (group) => tokensKept(group, contextTokens))

/** The fewest bytes of KV and state that a decode step of one sequence reads at this context. */
export const leastKvBytesRead = (model: Model, elementBytes: KvElementBytes, contextTokens: number): number =>
  bytesOver(model, elementBytes, (group) => leastTokensSeen(group, contextTokens))

/**
 * Expected bytes of KV and state that sequences read which decode one token each, with contexts of this sum. A state is
 * also written back.
 */
export function kvBytesRead(model: Model, elementBytes: KvElementBytes, sequences: number, contextSum: number): number {
  let elements = 0
  for (const group of model.attention) elements += elementsPerToken(group) * tokensSeen(group, sequences, contextSum)
  return elements * elementBytes + 2 * stateBytesPerSequence(model) * sequences
}

/** Expected bytes of KV and state that a piece of a prompt reads: its own tokens, and those before it that it sees. */
export function kvBytesReadByPrompt(
  model: Model,
  elementBytes: KvElementBytes,
  newTokens: number,
  cachedTokens: number,
): number {
  let elements = 0
  for (const group of model.attention) {
    elements += elementsPerToken(group) * (newTokens + tokensKept(group, cachedTokens))
  }
  return elements * elementBytes + 2 * stateBytesPerSequence(model)
}

const bytesOver = (model: Model, elementBytes: number, tokensOf: (group: AttentionGroup) => number): number =>
  model.attention.reduce((sum, group) => sum + elementsPerToken(group) * tokensOf(group), 0) * elementBytes +
  stateBytesPerSequence(model)

/** Element size of a `--kv-cache-dtype`, or null for a type of unknown size (for example 4 bits). */
export function knownKvElementBytes(kvCacheDtype: string): KvElementBytes | null {
  if (/^(auto|bfloat16|float16|half)$/.test(kvCacheDtype)) return 2
  return /^(fp8|int8)/.test(kvCacheDtype) ? 1 : null
}

/** Element size of a `--kv-cache-dtype`; `auto` is the model's own 16 bits. */
export const kvElementBytes = (kvCacheDtype: string | undefined): KvElementBytes =>
  kvCacheDtype?.startsWith('fp8') ? 1 : 2

/** Tokens per block of the KV cache if the server does not report it: the default of vLLM on a GPU. */
export const USUAL_BLOCK_TOKENS = 16
