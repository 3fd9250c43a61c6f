import { mix32 } from '../random.ts'

/** Identifies a full KV block by its tokens and all tokens before them. An integer below 2^52. */
export type BlockHash = number

const HIGH_SEED = 0x51ed270b

/** Start of a sequence's hash chain. Different salts give different chains, so no blocks are shared between salts. */
export function chainStart(cacheSalt: string): BlockHash {
  let low = 0x811c9dc5
  let high = HIGH_SEED
  for (let index = 0; index < cacheSalt.length; index += 1) {
    low = Math.imul(low ^ cacheSalt.charCodeAt(index), 0x01000193)
    high = mix32(high ^ low)
  }
  return join(high, low)
}

/**
 * The hash of the block `tokens[start..end)` that follows `parent`. 52 bits, because a false hit would be a wrong
 * prefix-cache count: at 100,000 blocks the chance of one is about one in a million.
 */
export function chainBlock(parent: BlockHash, tokens: readonly number[], start: number, end: number): BlockHash {
  let low = (parent % 0x1_0000_0000) >>> 0
  let high = mix32(Math.floor(parent / 0x1_0000_0000) ^ HIGH_SEED)
  for (let index = start; index < end; index += 1) {
    low = Math.imul(low ^ (tokens[index] as number), 0x85ebca6b)
    low ^= low >>> 15
    high = Math.imul(high ^ low, 0xc2b2ae35)
    high ^= high >>> 13
  }
  return join(mix32(high), mix32(low))
}

const join = (high: number, low: number): BlockHash => (high & 0xfffff) * 0x1_0000_0000 + (low >>> 0)
