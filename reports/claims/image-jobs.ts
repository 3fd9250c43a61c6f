import type { Source } from '../../harness/catalogue/types.ts'

/** An image model as far as a claim about it needs: work a step, weights, and the step counts that are in use. */
export interface ImageJob {
  readonly model: string
  /** For one 1024 x 1024 image and one step, guidance passes in. */
  readonly tflopPerStep: number
  /** Lowest and highest step count that people mean when they name none. */
  readonly usualSteps: readonly [number, number]
  readonly denoiserGb: number
  /** Denoiser, text encoders and decoder together. */
  readonly residentGb: number
  /** Activations, adapters and optimizer of a LoRA training job. */
  readonly loraGb: number
  readonly sources: readonly Source[]
}

export const imageJobs: readonly ImageJob[] = [
  {
    model: 'flux.1-dev',
    tflopPerStep: 74.4,
    usualSteps: [20, 28],
    denoiserGb: 23.8,
    residentGb: 33.9,
    loraGb: 7,
    sources: [
      {
        source:
          '4096 image and 512 text tokens through 19 double and 38 single blocks: 59.5 linear + 14.9 attention TFLOP, no guidance pass',
        date: '2026-11-01',
        kind: 'derived',
      },
      { source: 'black-forest-labs/FLUX.1-dev file sizes, bf16', date: '2026-11-01', kind: 'press' },
      { source: 'memory of a LoRA job', date: '2026-11-01', kind: 'assumed' },
    ],
  },
  {
    model: 'sdxl',
    tflopPerStep: 11.96,
    usualSteps: [20, 30],
    denoiserGb: 5.13,
    residentGb: 6.94,
    loraGb: 7,
    sources: [
      {
        source: '5.98 TFLOP a UNet pass at 1024 x 1024, two passes with guidance',
        date: '2026-11-01',
        kind: 'recalled',
      },
      { source: 'SDXL base fp16 weights', date: '2026-11-01', kind: 'recalled' },
    ],
  },
]

export const imageJobOf = (model: string | undefined): ImageJob | null =>
  imageJobs.find((job) => job.model === model) ?? null
