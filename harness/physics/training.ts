import type { Card, Model } from '../catalogue/types.ts'
import { type Arithmetic, denseTflops } from './arithmetic.ts'

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
 * Upper bound of LoRA and QLoRA: peak / (k · linear parameters), k = 4 FLOP per parameter and token (forward, and the
 * gradient of the activations; a frozen base has no weight gradients), 6 with checkpointing, which runs forward twice.
 * Attention, output head, adapters and unpacking of NF4 are not included. Peak is the dense 16-bit rate with FP32
 * accumulate at the higher of rated and observed clock.
 */
export function trainingLimit(card: Card, model: Model, shape: TrainingShape): TrainingLimit {
  const flopPerToken = (shape.gradientCheckpointing ? 6 : 4) * model.activeLinearParams
  const tflops = denseTflops(card, shape)
  const tokensPerS = (tflops * 1e12) / flopPerToken
  const formula = `${tflops.toFixed(1)} TFLOPS / ${(flopPerToken / 1e9).toFixed(2)} GFLOP per token = ${tokensPerS.toFixed(0)} tokens/s`
  return { tokensPerS, formula }
}
