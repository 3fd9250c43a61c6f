import type { Card } from '../../../harness/catalogue/types.ts'
import { fastestTflops, fourBitTflops } from '../../../harness/physics/arithmetic.ts'
import { type DecodeLimit, decodeLimit } from '../../../harness/physics/limit.ts'
import type { ModelReading } from '../claimed-model.ts'
import { mayComputeInFourBits } from '../formats.ts'

/** The stated or assumed load of a claim. */
export interface ClaimedLoad {
  readonly batch: number
  readonly contextTokens: number
  /** GPUs that share the model. */
  readonly gpus?: number
  /** Mean tokens per step and sequence, where speculation is claimed. */
  readonly tokensPerStep?: number
  /** A claimed bandwidth, instead of the card's own. */
  readonly bandwidthGBs?: number
  /** A claimed memory clock. */
  readonly memClockMHz?: number | null
}

/** The fastest arithmetic of a card for a format: 8 bits, or 4 where weights and activations may have them. */
const claimTflops = (card: Card, { format }: ModelReading): number =>
  Math.max(fastestTflops(card, {}), mayComputeInFourBits(format) ? fourBitTflops(card) : 0)

/** The upper limit for a claim with the kindest assumptions: FP8 KV, the fastest arithmetic, all that L2 can keep. */
export function claimLimit(card: Card, reading: ModelReading, load: ClaimedLoad): DecodeLimit {
  const { batch, contextTokens, bandwidthGBs, gpus = 1, tokensPerStep = 1, memClockMHz = null } = load
  const memoryBandwidthGBs = {
    ...card.memoryBandwidthGBs,
    ...(bandwidthGBs === undefined ? {} : { value: bandwidthGBs }),
  }
  return decodeLimit({ ...card, memoryBandwidthGBs }, reading.model, {
    concurrency: batch,
    contextTokens,
    kvBytesPerElement: 1,
    gpus,
    tokensPerStep,
    memClockMHz,
    peakTflops: claimTflops(card, reading) * gpus,
  })
}

/** The same without what the L2 cache can keep: the limit of memory bandwidth alone. */
export const memoryLimit = (card: Card, reading: ModelReading, load: ClaimedLoad): DecodeLimit =>
  claimLimit({ ...card, l2Mb: { ...card.l2Mb, value: 0 } }, reading, load)

/** Tokens/s of prompts that the arithmetic allows: the FLOPs of the matrix products of one token, without attention. */
export const prefillRate = (card: Card, reading: ModelReading, gpus: number): number =>
  (claimTflops(card, reading) * gpus * 1e12) / (2 * reading.model.activeLinearParams)
