import type { Card, Model } from '../../harness/catalogue/types.ts'
import { type DecodeLimit, decodeLimit } from '../../harness/physics/limit.ts'

/** The stated or assumed load of a claim. */
export interface ClaimedLoad {
  readonly batch: number
  readonly contextTokens: number
  /** A claimed bandwidth, instead of the card's own. */
  readonly bandwidthGBs?: number
}

/** The same without what the L2 cache can keep: the limit of memory bandwidth alone. */
export const memoryLimit = (card: Card, model: Model, load: ClaimedLoad): DecodeLimit =>
  claimLimit({ ...card, l2Mb: { ...card.l2Mb, value: 0 } }, model, load)

/**
 * The upper limit for a claim with the most favourable assumptions: FP8 KV, rated clock, one card.
 */
export function claimLimit(card: Card, model: Model, { batch, contextTokens, bandwidthGBs }: ClaimedLoad): DecodeLimit {
  const memoryBandwidthGBs = {
    ...card.memoryBandwidthGBs,
    ...(bandwidthGBs === undefined ? {} : { value: bandwidthGBs }),
  }
  return decodeLimit({ ...card, memoryBandwidthGBs }, model, {
    concurrency: batch,
    contextTokens,
    kvBytesPerElement: 1,
  })
}
