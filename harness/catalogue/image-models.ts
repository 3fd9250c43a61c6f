import { tflopPerPass } from './images/transformers.ts'
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
  /** The files of its parts as published, some in 32 bits: what has to be downloaded. A repository holds copies besides. */
  readonly partsBytes: number
  /** Whether guidance is a scale of its own beside a second prompt (`true_cfg_scale`, `negative_prompt`), as in Qwen-Image. */
  readonly trueCfg?: true
  readonly sources: readonly Source[]
}

/** When the models after FLUX.1 were gathered. */
const READ = '2026-11-26'
const sizes = (source: string): Source => ({ source: `sizes: ${source}`, date: READ, kind: 'measured' })
const work = (shape: string, note = ''): Source => ({
  source: `work of a pass: linear layers and attention of ${shape} in diffusers 0.42.1${note}`,
  date: READ,
  kind: 'derived',
})

/** A sum of files, from memory: the hub was not read. */
const parts = (files: string): Source => ({
  source: `size of the parts: ${files}`,
  date: READ,
  kind: 'recalled',
})

export const imageModels: readonly ImageModel[] = [
  {
    key: 'sdxl',
    label: 'SDXL 1.0 base FP16',
    servedAs: ['stabilityai/stable-diffusion-xl-base-1.0'],
    tflopPerPass: 5.98,
    guidedPasses: 2,
    denoiserBytes: 5.134e9,
    residentBytes: 6.938e9,
    partsBytes: 13.9e9,
    sources: [
      {
        source: 'UNet 2.567e9, OpenCLIP-bigG 0.695e9, CLIP-L 0.123e9, VAE 0.084e9 at 2 bytes',
        date: GATHERED,
        kind: 'recalled',
      },
      { source: 'work of one UNet pass at 1024 x 1024', date: GATHERED, kind: 'recalled' },
      parts('UNet 10.3, encoders 0.5 and 2.8, decoder 0.3 GB in 32 bits; the whole repository is 77 GB'),
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
    partsBytes: 33.9e9,
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
      parts('as loaded; the whole repository is 58 GB'),
    ],
  },
  {
    key: 'flux.2-dev',
    label: 'FLUX.2-dev BF16',
    servedAs: ['black-forest-labs/FLUX.2-dev'],
    tflopPerPass: tflopPerPass.flux2,
    guidedPasses: 1,
    denoiserBytes: 64_446_562_304,
    residentBytes: 64_446_562_304 + 48_022_722_560 + 336_213_556,
    partsBytes: 112.9e9,
    sources: [
      sizes(
        '32,223,281,152 parameters of the transformer, Mistral Small 3.2 24B as text encoder, flux2-vae.safetensors',
      ),
      work('Flux2Transformer2DModel'),
      parts('as loaded; the whole repository is 178 GB'),
    ],
  },
  {
    key: 'qwen-image',
    label: 'Qwen-Image BF16',
    servedAs: ['Qwen/Qwen-Image'],
    tflopPerPass: tflopPerPass.qwenImage,
    guidedPasses: 2,
    denoiserBytes: 40_860_802_176,
    residentBytes: 40_860_802_176 + 16_584_333_312 + 253_806_246,
    partsBytes: 57.7e9,
    trueCfg: true,
    sources: [
      sizes('github.com/exo-explore/exo, image_model_cards (transformer, Qwen2.5-VL 7B); qwen_image_vae.safetensors'),
      work('QwenImageTransformer2DModel', ', without the text, which is as long as the prompt'),
      parts('as loaded, and nothing else in the repository'),
    ],
  },
  {
    key: 'sd3.5-large',
    label: 'SD3.5 Large BF16',
    servedAs: ['stabilityai/stable-diffusion-3.5-large'],
    tflopPerPass: tflopPerPass.sd35Large,
    guidedPasses: 2,
    denoiserBytes: 16_292_561_536,
    residentBytes: 16_460_379_262 + 9_524_621_312 + 1_389_382_176 + 246_144_152,
    partsBytes: 27.7e9,
    sources: [
      sizes('files sd3.5_large.safetensors (with decoder), T5-XXL in 16 bits, clip_g and clip_l'),
      work('SD3Transformer2DModel', ', with 38 layers of 38 heads; the bytes of the denoiser follow from the same'),
      parts('as loaded; the whole repository is 60 GB'),
    ],
  },
  {
    key: 'z-image-turbo',
    label: 'Z-Image Turbo BF16',
    servedAs: ['Tongyi-MAI/Z-Image-Turbo'],
    tflopPerPass: tflopPerPass.zImage,
    guidedPasses: 1,
    denoiserBytes: 12_309_817_472,
    residentBytes: 12_309_866_400 + 8_044_982_048 + 335_304_388,
    partsBytes: 32.9e9,
    sources: [
      sizes('6,154,908,736 parameters; files z_image_turbo_bf16, qwen_3_4b and ae.safetensors'),
      work('ZImageTransformer2DModel', ', without the text, which is as long as the prompt'),
      parts('the transformer in 32 bits: 24.6 GB'),
    ],
  },
]

/** An image model by its key, or null. */
export const imageModelByKey = (key: string): ImageModel | null =>
  imageModels.find((model) => model.key === key) ?? null
