import type { ImageModel } from '../catalogue/image-models.ts'
import type { FitCard, LimitCard } from '../catalogue/own/known.ts'
import { type Arithmetic, fastestTflops } from './arithmetic.ts'
import { doesNotFit, overheadBytesOf } from './memory.ts'

export interface ImageShape {
  readonly size: string
  readonly steps: number
  readonly guidance: number
}

/** Minimum seconds per image with the formula, or why there is no such limit. */
export type ImageLimit = { readonly secondsPerImage: number; readonly formula: string } | { readonly reason: string }

/** Denoiser passes per image: one per step, two where guidance needs a pass with and a pass without the prompt. */
export const passesPerImage = (
  model: ImageModel,
  { steps, guidance }: Pick<ImageShape, 'steps' | 'guidance'>,
): number => steps * (guidance > 1 ? model.guidedPasses : 1)

/**
 * Minimum time of one image: passes · TFLOP per pass / peak, without text encoders and decoder. Peak is the fastest rate
 * of the card that weights of 16 bits can be computed at (FP16 accumulate, FP8, INT8), at the higher of rated and
 * observed clock. A cache that skips steps, or a 4-bit checkpoint, has no bound here: such a run does not do the passes of
 * its scenario.
 */
export const imageLimit = (card: LimitCard, model: ImageModel, shape: ImageShape & Arithmetic): ImageLimit =>
  imageTime(model, shape, fastestTflops(card, shape))

/** Time of all passes of one image at a rate in TFLOPS, with the formula; or why it is not known. */
export function imageTime(model: ImageModel, shape: ImageShape, tflops: number): ImageLimit {
  if (shape.size !== '1024x1024') return { reason: `the FLOPs per pass are known for 1024x1024, not for ${shape.size}` }
  const passes = passesPerImage(model, shape)
  const secondsPerImage = (passes * model.tflopPerPass) / tflops
  const formula = `${passes} passes x ${model.tflopPerPass} TFLOP / ${tflops.toFixed(1)} TFLOPS = ${secondsPerImage.toFixed(2)} s per image`
  return { secondsPerImage, formula }
}

/** What an image model is used for: images, or training a LoRA beside its frozen weights. */
export type ImageJobKind = 'generate' | 'lora'

/** Activations, adapters and optimizer of a LoRA job at 1024 x 1024: an allowance, from memory. */
const LORA_BYTES = 7e9

/**
 * Room of a card over what a job needs, h = (memory - parts in 16 bits - overhead) / working memory, with the bytes; below 1 it
 * does not fit.
 */
export function imageHeadroom(
  card: FitCard,
  model: ImageModel,
  job: ImageJobKind,
): { readonly headroomRatio: number; readonly evidence: string } {
  const working = job === 'lora' ? LORA_BYTES : ACTIVATION_BYTES
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const room = card.cudaBytes.value - model.residentBytes - overheadBytesOf(card)
  const evidence = `${gb(model.residentBytes)} of weights and ${gb(working)} to ${job === 'lora' ? 'train' : 'work in'}, ${gb(card.cudaBytes.value)} available`
  return { headroomRatio: room / working, evidence }
}

/** Activations of the decoder and of the denoiser at 1024 x 1024: an allowance. */
const ACTIVATION_BYTES = 1.5e9

/**
 * Whether a model fits cards with all parts resident in 16 bits, and the bytes. With tensor parallel each GPU holds its share
 * of the denoiser, and all of the text encoders and the decoder.
 */
export function imageFit(
  card: FitCard,
  model: ImageModel,
  gpus = 1,
): { readonly fits: boolean; readonly reason: string; readonly evidence: string } {
  const weights = model.residentBytes - model.denoiserBytes * (1 - 1 / gpus)
  const overhead = overheadBytesOf(card) + ACTIVATION_BYTES
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1)
  const share = gpus === 1 ? '' : ` on each of ${gpus} GPUs`
  const evidence = `${gb(weights)} GB of weights in 16 bits${share} (denoiser ${gb(model.denoiserBytes)} GB), ${gb(overhead)} GB of overhead, into ${gb(card.cudaBytes.value)} GB`
  return {
    fits: weights + overhead <= card.cudaBytes.value,
    reason: doesNotFit(weights, card.vramGb.value),
    evidence,
  }
}
