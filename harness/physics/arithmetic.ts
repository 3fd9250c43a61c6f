import type { Card } from '../catalogue/types.ts'

/** The GPUs that do the arithmetic: their number, 1 unless given, and the highest SM clock observed. */
export interface Arithmetic {
  readonly gpus?: number
  readonly smClockGhz?: number | null
}

/** Dense 16-bit TFLOPS with FP32 accumulate of all GPUs together, at the higher of rated and observed clock. */
export const denseTflops = (card: Card, { gpus = 1, smClockGhz = null }: Arithmetic): number =>
  card.fp16Tflops.value * Math.max(1, (smClockGhz ?? 0) / card.boostGhz.value) * gpus
