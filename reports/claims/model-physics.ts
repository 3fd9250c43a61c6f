import type { Card, Model } from '../../harness/catalogue/types.ts'
import { type DecodeLimit, decodeLimit } from '../../harness/physics/limit.ts'

/**
 * The limit that no claim may pass, whatever it leaves unsaid: FP8 KV, rated clock, one card.
 * `bandwidthGBs` takes the place of the card's own, to try a claimed figure.
 */
export function claimLimit(
  card: Card,
  model: Model,
  batch: number,
  contextTokens: number,
  bandwidthGBs?: number,
): DecodeLimit {
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
