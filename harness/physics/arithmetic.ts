import type { LimitCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'

/** The GPUs that do the arithmetic: their number, 1 unless given, and the highest SM clock observed. */
export interface Arithmetic {
  readonly gpus?: number
  readonly smClockGhz?: number | null
}

/** A rate of one card at the higher of rated and observed clock, of all GPUs together. */
const scaled = (rate: number, card: LimitCard, { gpus = 1, smClockGhz = null }: Arithmetic): number =>
  rate * Math.max(1, (smClockGhz ?? 0) / card.boostGhz.value) * gpus

/** Dense 16-bit TFLOPS with FP32 accumulate: the usual arithmetic of images and training. */
export const denseTflops = (card: LimitCard, arithmetic: Arithmetic): number =>
  scaled(card.fp16Tflops.value, card, arithmetic)

/** Dense FP16 with the fastest accumulate mode: half the INT8 rate on every card, twice the FP32 mode on GeForce. */
export const fp16PeakTflops = (card: LimitCard): number => Math.max(card.fp16Tflops.value, card.int8Tops.value / 2)

/** The fastest dense rate of 8-bit operands, FP8 or INT8. */
const eightBitTflops = (card: LimitCard): number =>
  Math.max(card.fp8PeakTflops?.value ?? card.fp8Tflops?.value ?? 0, card.int8Tops.value, fp16PeakTflops(card))

/**
 * The fastest dense rate that weights of 16 bits can be computed at: as FP8 or INT8, quantised on the fly. 4-bit
 * arithmetic is faster, but it requires a checkpoint of its own, which is another model.
 */
export const fastestTflops = (card: LimitCard, arithmetic: Arithmetic): number =>
  scaled(eightBitTflops(card), card, arithmetic)

/** The dense rate of 4-bit operands: FP4, or INT4 at twice INT8 before Hopper; 0 on a card that has neither. */
export const fourBitTflops = (card: LimitCard): number =>
  card.fp4Tflops?.value ?? (Number(card.computeCapability) < 9 ? 2 * card.int8Tops.value : 0)

/**
 * The fastest dense rate of the matrix products of a language model. BF16: FP16 with the fastest accumulate mode. FP8:
 * FP8, or 16 bits on a card without it. 4 bits: unpacked to 16 bits, or with activations of 8 bits (vLLM's Marlin
 * kernels, W4A8). FP4 formats: at the rate of FP4 where the card has it.
 */
export function peakTflops(card: LimitCard, model: Model, arithmetic: Arithmetic): number {
  const { fp8PeakTflops, fp8Tflops } = card
  const rates: Record<Model['weightFormat'], number> = {
    bf16: fp16PeakTflops(card),
    fp8: (fp8PeakTflops ?? fp8Tflops)?.value ?? fp16PeakTflops(card),
    int8: eightBitTflops(card),
    'awq-int4': eightBitTflops(card),
    nf4: eightBitTflops(card),
    gguf: eightBitTflops(card),
    nvfp4: Math.max(eightBitTflops(card), fourBitTflops(card)),
    mxfp4: Math.max(eightBitTflops(card), fourBitTflops(card)),
  }
  return scaled(rates[model.weightFormat], card, arithmetic)
}
