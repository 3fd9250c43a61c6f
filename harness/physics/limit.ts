import type { Card, Model } from '../catalogue/types.ts'
import { type KvElementBytes, kvBytesPerToken } from './kv.ts'
import { headParams, weightBytesRead } from './weights.ts'

export interface DecodeShape {
  /** Sequences in the batch. */
  readonly concurrency: number
  /** Context tokens of each sequence. */
  readonly contextTokens: number
  readonly kvBytesPerElement: KvElementBytes
  /** GPUs that share the model (tensor parallel). */
  readonly gpus?: number
  /** Highest SM clock observed: real clocks exceed the rated boost, and so does the arithmetic rate. */
  readonly smClockGhz?: number | null
}

/** A prompt that is prefilled in one step. */
export interface PrefillShape extends Pick<DecodeShape, 'gpus' | 'smClockGhz'> {
  /** Tokens that are in no cache: at least one, because the last is always computed. */
  readonly promptTokens: number
}

export interface DecodeLimit {
  /** Upper bound over all sequences. */
  readonly tokensPerS: number
  readonly stepMs: number
  readonly bytesPerStep: number
  readonly flopsPerStep: number
  readonly boundBy: 'memory' | 'compute'
  /** The formula with its values. */
  readonly formula: string
}

/**
 * The physical limit of decoding: a step takes at least max(bytes / bandwidth, FLOPs / peak).
 * Bytes: weights at their stored size without the input embedding, the KV of all sequences, the minimum of experts that
 * routing uses. Bandwidth: datasheet. Peak: the fastest accumulate mode at the higher of rated and observed clock.
 * Speculative decoding can exceed it, and so can a shared prefix whose KV is read once for all (cascade attention).
 */
export function decodeLimit(card: Card, model: Model, shape: DecodeShape): DecodeLimit {
  const { concurrency, contextTokens, kvBytesPerElement, gpus = 1 } = shape
  const kvBytes = kvBytesPerToken(model, kvBytesPerElement) * contextTokens * concurrency
  const bytesPerStep = weightBytesRead(model, concurrency, 'limit') + kvBytes
  const perSequence = 2 * model.activeLinearParams + 2 * headParams(model)
  const attention = 4 * model.layers * model.attentionHeads * model.headDim * contextTokens
  const flopsPerStep = (perSequence + attention) * concurrency
  const bandwidthGBs = card.memoryBandwidthGBs.value * gpus
  const tflops = peakTflops(card, model, shape.smClockGhz ?? null) * gpus
  const memoryMs = bytesPerStep / (bandwidthGBs * 1e6)
  const computeMs = flopsPerStep / (tflops * 1e9)
  const stepMs = Math.max(memoryMs, computeMs)
  const tokensPerS = (concurrency / stepMs) * 1000
  const boundBy = computeMs > memoryMs ? 'compute' : 'memory'
  const cost =
    boundBy === 'memory'
      ? `${(bytesPerStep / 1e9).toFixed(2)} GB per step / ${bandwidthGBs} GB/s`
      : `${(flopsPerStep / 1e12).toFixed(2)} TFLOP per step / ${tflops.toFixed(0)} TFLOPS`
  const formula = `${concurrency} / (${cost} = ${stepMs.toFixed(2)} ms) = ${tokensPerS.toFixed(1)} tokens/s`
  return { tokensPerS, stepMs, bytesPerStep, flopsPerStep, boundBy, formula }
}

/** The fastest dense rate of a model's matrix products on a card, at the higher of rated and observed clock. */
export function peakTflops(card: Card, model: Model, smClockGhz: number | null): number {
  const rated =
    model.weightFormat === 'fp8'
      ? (card.fp8PeakTflops ?? card.fp8Tflops ?? card.fp16Tflops).value
      : card.fp16Tflops.value
  return rated * Math.max(1, (smClockGhz ?? 0) / card.boostGhz.value)
}

/**
 * Minimum time of a prefill in ms, for the tokens that are in no cache: max(FLOPs / peak, weights / bandwidth) with
 * FLOPs = T · 2 · linear + 2 · head + 2 · layers · heads · headDim · T², the attention of a causal mask being half of
 * the full square. An earlier first token means a cached prefix, another model or another card.
 */
export function prefillLimitMs(card: Card, model: Model, shape: PrefillShape): number {
  const { promptTokens, gpus = 1, smClockGhz = null } = shape
  const linear = 2 * model.activeLinearParams * promptTokens + 2 * headParams(model)
  const attention = 2 * model.layers * model.attentionHeads * model.headDim * promptTokens ** 2
  const computeMs = (linear + attention) / (peakTflops(card, model, smClockGhz) * gpus * 1e9)
  const memoryMs = weightBytesRead(model, promptTokens, 'limit') / (card.memoryBandwidthGBs.value * gpus * 1e6)
  return Math.max(computeMs, memoryMs)
}

/** Memory bandwidth in GB/s that a decode rate requires: bytes per step · steps per second. */
export function requiredBandwidthGBs(
  model: Model,
  tokensPerS: number,
  shape: Omit<DecodeShape, 'gpus' | 'smClockGhz'>,
): number {
  const kvBytes = kvBytesPerToken(model, shape.kvBytesPerElement) * shape.contextTokens * shape.concurrency
  return ((weightBytesRead(model, shape.concurrency, 'limit') + kvBytes) * (tokensPerS / shape.concurrency)) / 1e9
}
