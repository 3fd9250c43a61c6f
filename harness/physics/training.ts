import type { LimitCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { type Arithmetic, fastestTflops } from './arithmetic.ts'

/** The setting of a training run that determines its arithmetic, and the GPUs. */
export interface TrainingShape extends Arithmetic {
  readonly gradientCheckpointing: boolean
}

/** Maximum tokens per second of LoRA training with a frozen base, with the formula. */
export interface TrainingLimit {
  readonly tokensPerS: number
  readonly formula: string
}

/**
 * Upper bound of LoRA and QLoRA: the rate of `trainingRate` at the fastest arithmetic of the card (FP16 accumulate, FP8,
 * INT8) and the higher of rated and observed clock.
 */
export const trainingLimit = (card: LimitCard, model: Model, shape: TrainingShape): TrainingLimit =>
  trainingRate(model, shape, fastestTflops(card, shape))

/**
 * Tokens/s of LoRA and QLoRA at a rate in TFLOPS: rate / (k · linear parameters), k = 4 FLOP per parameter and token
 * (forward, and the gradient of the activations; a frozen base has no weight gradients), 6 with checkpointing, which runs
 * forward twice. Attention, output head, adapters and unpacking of NF4 are not included.
 */
export function trainingRate(
  model: Model,
  { gradientCheckpointing }: Pick<TrainingShape, 'gradientCheckpointing'>,
  tflops: number,
): TrainingLimit {
  const flopPerToken = (gradientCheckpointing ? 6 : 4) * model.activeLinearParams
  const tokensPerS = (tflops * 1e12) / flopPerToken
  const formula = `${tflops.toFixed(1)} TFLOPS / ${(flopPerToken / 1e9).toFixed(2)} GFLOP per token = ${tokensPerS.toFixed(0)} tokens/s`
  return { tokensPerS, formula }
}
