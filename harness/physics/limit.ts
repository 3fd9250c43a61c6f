import type { LimitCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { type Arithmetic, peakTflops } from './arithmetic.ts'
import { bytesFromMemory, peakBandwidthGBs, type Reading } from './bandwidth.ts'
import { leastDecodeFlops, prefillFlops } from './model/attention-work.ts'
import { type KvElementBytes, leastKvBytesRead } from './model/kv.ts'
import { headParams, weightBytesRead } from './model/weights.ts'

/** The load of a decode step, and the cards that do it: real clocks exceed the rated ones, and so do the rates. */
export interface DecodeShape extends Arithmetic, Reading {
  /** Sequences in the batch. */
  readonly concurrency: number
  /** Context tokens of each sequence. */
  readonly contextTokens: number
  readonly kvBytesPerElement: KvElementBytes
  /** Mean output tokens of a sequence per step: 1 unless speculative decoding has several accepted at once. */
  readonly tokensPerStep?: number
  /** TFLOPS of all GPUs together, where the format of the weights does not decide it. */
  readonly peakTflops?: number
}

/** A prompt that is prefilled in one step. */
export interface PrefillShape extends Arithmetic, Reading {
  /** Tokens that are in no cache: at least one, because the last is always computed. */
  readonly promptTokens: number
}

export interface DecodeLimit {
  /** Upper bound over all sequences. */
  readonly tokensPerS: number
  readonly stepMs: number
  /** Bytes that a step uses; those in the L2 cache need not come from memory. */
  readonly bytesPerStep: number
  readonly flopsPerStep: number
  readonly boundBy: 'memory' | 'compute'
  /** The formula with its values. */
  readonly formula: string
}

/**
 * The physical limit of decoding: a step takes at least max((bytes - L2) / bandwidth, FLOPs / peak).
 * Bytes: weights at their stored size without the input embedding, the KV of all sequences (of a window no more than it
 * holds, of a linear layer its state), the minimum of experts that routing uses; less what the L2 cache can keep from step to step. Bandwidth: datasheet, for GDDR at the higher of rated
 * and observed memory clock. Peak: the fastest arithmetic mode at the higher of rated and observed SM clock.
 * Speculative decoding exceeds it unless `tokensPerStep` counts it (drafts and their model are taken as free), and so
 * does a shared prefix whose KV is read once for all (cascade attention).
 */
export function decodeLimit(card: LimitCard, model: Model, shape: DecodeShape): DecodeLimit {
  const { concurrency, contextTokens, kvBytesPerElement, gpus = 1, tokensPerStep = 1 } = shape
  const kvBytes = leastKvBytesRead(model, kvBytesPerElement, contextTokens) * concurrency
  const bytesPerStep = weightBytesRead(model, concurrency, 'limit') + kvBytes
  const perToken = 2 * model.activeLinearParams + 2 * headParams(model)
  const attention = leastDecodeFlops(model, contextTokens)
  const tokens = concurrency * tokensPerStep
  const flopsPerStep = (perToken + attention) * tokens
  const bandwidthGBs = peakBandwidthGBs(card, shape)
  const tflops = shape.peakTflops ?? peakTflops(card, model, shape)
  const memoryMs = bytesFromMemory(card, bytesPerStep, gpus) / (bandwidthGBs * 1e6)
  const computeMs = flopsPerStep / (tflops * 1e9)
  const stepMs = Math.max(memoryMs, computeMs)
  const tokensPerS = (tokens / stepMs) * 1000
  const boundBy = computeMs > memoryMs ? 'compute' : 'memory'
  const cost =
    boundBy === 'memory'
      ? `(${(bytesPerStep / 1e9).toFixed(2)} GB per step - ${l2Text(card, gpus)}) / ${bandwidthGBs.toFixed(0)} GB/s`
      : `${(flopsPerStep / 1e12).toFixed(2)} TFLOP per step / ${tflops.toFixed(0)} TFLOPS`
  const formula = `${tokens} / (${cost} = ${stepMs.toFixed(2)} ms) = ${tokensPerS.toFixed(1)} tokens/s`
  return { tokensPerS, stepMs, bytesPerStep, flopsPerStep, boundBy, formula }
}

const l2Text = (card: LimitCard, gpus: number): string => `${card.l2Mb.value * gpus} MiB of L2`

/**
 * Minimum time of a prefill in ms, for the tokens that are in no cache: max(FLOPs / peak, (weights - L2) / bandwidth)
 * with FLOPs = T · 2 · linear + 2 · head + 2 · layers · heads · headDim · T², the attention of a causal mask being half
 * of the full square, and less under a window. An earlier first token means a cached prefix, another model or another card.
 */
export function prefillLimitMs(card: LimitCard, model: Model, shape: PrefillShape): number {
  const { promptTokens, gpus = 1 } = shape
  const linear = 2 * model.activeLinearParams * promptTokens + 2 * headParams(model)
  const attention = prefillFlops(model, promptTokens, 0)
  const computeMs = (linear + attention) / (peakTflops(card, model, shape) * 1e9)
  const bytes = bytesFromMemory(card, weightBytesRead(model, promptTokens, 'limit'), gpus)
  return Math.max(computeMs, bytes / (peakBandwidthGBs(card, shape) * 1e6))
}

/** Memory bandwidth in GB/s that a decode rate requires if no byte stays in a cache: bytes per step · steps per second. */
export function requiredBandwidthGBs(
  model: Model,
  tokensPerS: number,
  shape: Pick<DecodeShape, 'concurrency' | 'contextTokens' | 'kvBytesPerElement'>,
): number {
  const kvBytes = leastKvBytesRead(model, shape.kvBytesPerElement, shape.contextTokens) * shape.concurrency
  return ((weightBytesRead(model, shape.concurrency, 'limit') + kvBytes) * (tokensPerS / shape.concurrency)) / 1e9
}
