import type { Card, Model } from '../../harness/catalogue/types.ts'
import { type DecodeLimit, decodeLimit } from '../../harness/physics/limit.ts'

/** What a claim says, or is read to say, of its load. */
export interface ClaimedLoad {
  readonly batch: number
  readonly contextTokens: number
  /** A claimed bandwidth, tried in place of the card's own. */
  readonly bandwidthGBs?: number
}

/**
 * The limit that no claim may pass, whatever it leaves unsaid: FP8 KV, rated clock, one card.
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
