import type { AttentionGroup, Model } from '../../catalogue/types.ts'
import type { KvElementBytes } from './kv.ts'

/** How vLLM is started, as far as it decides the layout of its KV cache. */
export interface PagedCache {
  /** Memory of the KV cache in bytes ("Available KV cache memory", or what is set explicitly). */
  readonly cacheBytes: number
  readonly elementBytes: KvElementBytes
  /** Tokens of a block: 16 on a GPU, 128 on a CPU, unless --block-size says otherwise. */
  readonly blockTokens: number
  readonly maxModelLen: number
  /** Tokens that may be scheduled and not yet settled: --max-num-batched-tokens times the batches in flight. */
  readonly inFlightTokens: number
  /** Blocks of state that a sequence holds: 1 without prefix caching; with it 2, and 3 for Mamba 2, which keeps a checkpoint. */
  readonly stateBlocks: 1 | 2 | 3
}

/** What vLLM logs of its KV cache: "KV cache size: N tokens, Maximum concurrency for L tokens per request: C". */
export interface PagedCapacity {
  readonly tokens: number
  readonly maxConcurrency: number
  /** Tokens of a block of full attention, which a state may have made longer. */
  readonly blockTokens: number
  readonly bytesPerBlock: number
}

/**
 * The capacity that vLLM computes for a cache of these bytes (vllm/v1/core/kv_cache_utils.py, 0.32). All layers share one pool
 * of blocks of one size. Layers of a kind are split into groups of equal length, each with a block table of its own; a kind
 * that does not divide evenly is padded. A window keeps the blocks that it and the tokens in flight touch, a linear layer
 * its state, whose page sets the least size of a block. A hybrid model therefore holds fewer tokens than its bytes suggest.
 */
export function pagedCapacity(model: Model, cache: PagedCache): PagedCapacity {
  const { blockTokens, pageBytes } = commonPage(model, cache)
  const kinds = model.attention.filter((group) => layersWithCache(group) > 0)
  const counts = kinds.map(layersWithCache)
  const least = Math.min(...counts)
  const most = Math.max(...counts)
  // a few more layers of one kind are padded rather than split
  const groupLayers = most < least * 1.5 ? most : least
  const perSequence = kinds.reduce((sum, group) => {
    const groups = Math.ceil(layersWithCache(group) / groupLayers)
    return sum + groups * blocksOf(group, { ...cache, blockTokens: tokensOfBlock(group, cache, pageBytes) })
  }, 0)
  const bytesPerBlock = groupLayers * pageBytes
  const maxConcurrency = Math.floor(cache.cacheBytes / bytesPerBlock) / perSequence
  return { tokens: Math.floor(maxConcurrency * cache.maxModelLen), maxConcurrency, blockTokens, bytesPerBlock }
}

const layersWithCache = (group: AttentionGroup): number =>
  'kvLayers' in group ? (group.kvLayers ?? group.layers) : group.layers

/** Bytes of one token in one layer; 0 for a linear one. */
function tokenBytes(group: AttentionGroup, elementBytes: number): number {
  if (group.kind === 'linear') return 0
  if (group.kind === 'mla') return group.latentDim * elementBytes
  return 2 * group.kvHeads * group.headDim * elementBytes
}

/** The page of one layer in one block: that of the widest kind, and no smaller than a state. */
function commonPage(
  model: Model,
  { elementBytes, blockTokens }: PagedCache,
): { blockTokens: number; pageBytes: number } {
  const widest = Math.max(...model.attention.map((group) => tokenBytes(group, elementBytes)))
  const state = Math.max(0, ...model.attention.map((group) => (group.kind === 'linear' ? group.stateBytes : 0)))
  const blocks = Math.max(1, Math.ceil(state / (blockTokens * widest)))
  return { blockTokens: blocks * blockTokens, pageBytes: blocks * blockTokens * widest }
}

/** Tokens of a block of this kind: narrower kinds have more of them in a page, where they divide it. */
function tokensOfBlock(group: AttentionGroup, { elementBytes, blockTokens }: PagedCache, pageBytes: number): number {
  const bytes = tokenBytes(group, elementBytes)
  if (bytes === 0) return blockTokens
  return pageBytes % (bytes * blockTokens) === 0 ? pageBytes / bytes : blockTokens
}

/** Blocks that one sequence of the full context holds in one group of layers. */
function blocksOf(
  group: AttentionGroup,
  { maxModelLen, inFlightTokens, blockTokens, stateBlocks }: PagedCache,
): number {
  switch (group.kind) {
    case 'linear':
      return stateBlocks
    case 'sliding':
      // a window may begin inside a block
      return Math.ceil(Math.min(group.window - 1 + inFlightTokens, maxModelLen) / blockTokens) + 1
    case 'chunked':
      return Math.ceil(Math.min(group.chunk + inFlightTokens, maxModelLen) / blockTokens)
    default:
      return Math.ceil(maxModelLen / blockTokens)
  }
}
