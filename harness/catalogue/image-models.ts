import { GATHERED } from './sourced.ts'
import type { Source } from './types.ts'

/** The values of a diffusion model that determine its speed and size: FLOPs of a pass at 1024 x 1024, passes, bytes. */
export interface ImageModel {
  readonly key: string
  readonly label: string
  /** Names of the checkpoint at an endpoint; the first one is served. */
  readonly servedAs: readonly string[]
  /** TFLOP of one pass of the denoiser for one image of 1024 x 1024. */
  readonly tflopPerPass: number
  /** Passes per step with guidance above 1: 2 for classifier-free guidance, 1 for a guidance-distilled model. */
  readonly guidedPasses: 1 | 2
  readonly denoiserBytes: number
  /** Denoiser, text encoders and decoder together, in 16 bits. */
  readonly residentBytes: number
  readonly sources: readonly Source[]
}

export const imageModels: readonly ImageModel[] = [
  {
    key: 'sdxl',
    label: 'SDXL 1.0 base FP16',
    servedAs: ['stabilityai/stable-diffusion-xl-base-1.0'],
    tflopPerPass: 5.98,
    guidedPasses: 2,
    denoiserBytes: 5.134e9,
    residentBytes: 6.938e9,
    sources: [
      {
        source: 'UNet 2.567e9, OpenCLIP-bigG 0.695e9, CLIP-L 0.123e9, VAE 0.084e9 at 2 bytes',
        date: GATHERED,
        kind: 'recalled',
      },
      { source: 'work of one UNet pass at 1024 x 1024', date: GATHERED, kind: 'recalled' },
    ],
  },
  {
    key: 'flux.1-dev',
    label: 'FLUX.1-dev BF16',
    servedAs: ['black-forest-labs/FLUX.1-dev'],
    tflopPerPass: 74.4,
    guidedPasses: 1,
    denoiserBytes: 23.8e9,
    residentBytes: 33.9e9,
    sources: [
      {
        source: 'file sizes: transformer 23.8, T5-XXL 9.52, CLIP-L 0.246, VAE 0.335 GB in bf16',
        date: GATHERED,
        kind: 'press',
      },
      {
        source: '4096 image and 512 text tokens, 19 double and 38 single blocks: 59.5 linear + 14.9 attention TFLOP',
        date: GATHERED,
        kind: 'derived',
      },
    ],
  },
]

/** An image model by its key, or null. */
export const imageModelByKey = (key: string): ImageModel | null =>
  imageModels.find((model) => model.key === key) ?? null
