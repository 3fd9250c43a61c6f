import type { Model } from '../../../catalogue/types.ts'
import { imageFor } from '../engine/engine.ts'
import { imageReference, nameHere, vllmReference } from '../image/reference.ts'
import type { ServeOptions } from '../plan.ts'

/** What the images of vLLM have in common, whatever they serve. */

/** The port that vLLM listens on in its container. */
export const VLLM_PORT = 8000

/** Answers 200 once the engine takes requests. */
export const VLLM_READY_PATH = '/health'

/** The image that was asked for, else that of vLLM by its tag; as the engine finds it. */
export const vllmImage = (options: ServeOptions): string => {
  const { engine = 'docker', image, tag } = options
  return imageFor(engine, image === undefined ? nameHere(vllmReference(tag), options) : imageReference(image))
}

/** A quantised checkpoint declares its method; vLLM refuses another method on the command line as a mismatch. */
export function quantizationFlag(model: Model, asked: string | undefined, corrections: string[]): string[] {
  if (asked === undefined) return []
  if (model.weightFormat === 'bf16') return ['--quantization', asked]
  const why =
    model.weightFormat === 'fp8'
      ? `${model.servedAs[0]} is a compressed-tensors checkpoint: with --quantization ${asked} vLLM stops at the mismatch`
      : `${model.servedAs[0]} is already quantised, and vLLM selects the Marlin kernels itself`
  corrections.push(`--quantization ${asked} skipped: ${why}`)
  return []
}
