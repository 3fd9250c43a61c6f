import { imageModelByKey } from '../../harness/catalogue/image-models.ts'
import type { Source } from '../../harness/catalogue/types.ts'

/** The data of an image model for a claim: work per step, weights, and usual step counts. */
export interface ImageJob {
  /** For one 1024 x 1024 image and one step, including guidance passes. */
  readonly tflopPerStep: number
  /** Minimum and maximum usual step count where none is stated. */
  readonly usualSteps: readonly [number, number]
  readonly denoiserGb: number
  /** Denoiser, text encoders and decoder together. */
  readonly residentGb: number
  /** Activations, adapters and optimizer of a LoRA training job. */
  readonly loraGb: number
  readonly sources: readonly Source[]
}

/** Usual values for what a claim does not state; the model itself is in the catalogue. */
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
  const usualValues = known === null ? undefined : usual[known.key]
  if (known === null || usualValues === undefined) return null
  return {
    ...usualValues,
    tflopPerStep: known.tflopPerPass * known.guidedPasses,
    denoiserGb: known.denoiserBytes / 1e9,
    residentGb: known.residentBytes / 1e9,
    sources: [...known.sources, USUAL_SOURCE],
  }
}
