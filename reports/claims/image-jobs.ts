import { imageModelByKey } from '../../harness/catalogue/image-models.ts'
import type { Source } from '../../harness/catalogue/types.ts'

/** An image model as far as a claim about it needs: work a step, weights, and the step counts that are in use. */
export interface ImageJob {
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

/** What a claim leaves out and a reader fills in; the model itself is in the catalogue. */
const usual: Readonly<Record<string, Pick<ImageJob, 'usualSteps' | 'loraGb'>>> = {
  'flux.1-dev': { usualSteps: [20, 28], loraGb: 7 },
  sdxl: { usualSteps: [20, 30], loraGb: 7 },
}
const USUAL_SOURCE: Source = {
  source: 'step counts of the usual pipelines, memory of a LoRA job',
  date: '2026-11-01',
  kind: 'assumed',
}

/** The job of a model by its catalogue key; null where the catalogue or the usual step counts lack it. */
export function imageJobOf(model: string | undefined): ImageJob | null {
  const known = model === undefined ? null : imageModelByKey(model)
  const habits = known === null ? undefined : usual[known.key]
  if (known === null || habits === undefined) return null
  return {
    ...habits,
    tflopPerStep: known.tflopPerPass * known.guidedPasses,
    denoiserGb: known.denoiserBytes / 1e9,
    residentGb: known.residentBytes / 1e9,
    sources: [...known.sources, USUAL_SOURCE],
  }
}
