import type { Card, Model } from '../catalogue/types.ts'
import { type Arithmetic, denseTflops } from './arithmetic.ts'

/** What of a training run decides its arithmetic, and the GPUs that do it. */
export interface TrainingShape extends Arithmetic {
  readonly gradientCheckpointing: boolean
}

/** The most tokens a second that LoRA training of a frozen base can do, and the sum that says so. */
export interface TrainingLimit {
  readonly tokensPerS: number
  readonly formula: string
}

/**
 * Upper bound of LoRA and QLoRA: peak / (k · linear parameters), k = 4 FLOP a parameter and token (forward, and the
 * gradient of the activations; a frozen base has no weight gradients), 6 with checkpointing, which runs forward twice.
 * Attention, the output head, the adapters and unpacking NF4 come on top. Peak is the dense 16-bit rate with FP32
 * accumulate at the higher of rated and seen clock.
 */
export function trainingLimit(card: Card, model: Model, shape: TrainingShape): TrainingLimit {
  const flopPerToken = (shape.gradientCheckpointing ? 6 : 4) * model.activeLinearParams
  const tflops = denseTflops(card, shape)
  const tokensPerS = (tflops * 1e12) / flopPerToken
  const formula = `${tflops.toFixed(1)} TFLOPS / ${(flopPerToken / 1e9).toFixed(2)} GFLOP a token = ${tokensPerS.toFixed(0)} tokens/s`
  return { tokensPerS, formula }
}
