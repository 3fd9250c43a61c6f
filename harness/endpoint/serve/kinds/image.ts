import { type ImageModel, imageModelByKey, imageModels } from '../../../catalogue/image-models.ts'
import type { FitCard } from '../../../catalogue/own/known.ts'
import { JoulemarkError } from '../../../errors.ts'
import { imageFit } from '../../../physics/image.ts'
import type { ImageScenario } from '../../../scenario/schema.ts'
import { serverContainer } from '../container-words.ts'
import { imageFor } from '../engine/engine.ts'
import { nameHere, OMNI_REFERENCE } from '../image/reference.ts'
import type { ServeOptions, ServePlan } from '../plan.ts'

const OTHER_IMAGE = 'it is that of vLLM, and images are served by vLLM-Omni'

const PORT = 8000
const READY_PATH = '/health'

/** vLLM-Omni ends a start after 10 minutes, and that of a stage after 5: fewer than a download takes. Whoever waits ends it. */
const INIT_SECONDS = 24 * 3600

/**
 * vLLM-Omni for an image scenario on a card, with all parts of the model in GPU memory in 16 bits and no cache that skips
 * steps. A setting that only a language model has is left out, and said. Throws `bad-input` for a model that is not in the
 * catalogue of image models.
 */
export function imagePlan(scenario: ImageScenario, card: FitCard, options: ServeOptions): ServePlan {
  const model = imageModelByKey(scenario.model)
  if (model === null) {
    const known = imageModels.map(({ key }) => key).join(', ')
    throw new JoulemarkError('bad-input', `no image model "${scenario.model}"; known: ${known}`)
  }
  const { server = {} } = scenario
  const gpus = server.tensorParallel ?? 1
  const fit = imageFit(card, model, gpus)
  const [repository = model.key] = model.servedAs
  const serverFlags = [
    // the image has no entrypoint
    ...['vllm', 'serve', repository, '--omni', '--port', String(PORT)],
    ...['--stage-init-timeout', String(INIT_SECONDS), '--init-timeout', String(INIT_SECONDS)],
    ...(server.quantization === undefined ? [] : ['--quantization', server.quantization]),
    ...(gpus > 1 ? ['--tensor-parallel-size', String(gpus)] : []),
  ]
  const image = imageFor(options.engine ?? 'docker', nameHere(OMNI_REFERENCE, options))
  const container = { image, containerPort: PORT, serverFlags }
  return {
    ...serverContainer(container, options),
    runtime: 'image',
    readyPath: READY_PATH,
    model: model.key,
    repository,
    weightsBytes: model.partsBytes,
    corrections: [
      ...leftOut(server),
      ...(options.image === undefined ? [] : [`--image ${options.image} skipped: ${OTHER_IMAGE}`]),
    ],
    refusal: fit.fits ? null : `${fit.evidence}: it does not fit${wouldFit(card, model, gpus)}`,
    fit: null,
  }
}

/** What of `server:` means nothing to a server of images. */
function leftOut({ maxModelLen, kvCacheDtype, maxNumSeqs, gpuMemoryUtilization }: Settings): string[] {
  const settings = { maxModelLen, kvCacheDtype, maxNumSeqs, gpuMemoryUtilization }
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `server.${name} skipped: an image model has no KV cache and no sequences`)
}

type Settings = NonNullable<ImageScenario['server']>

function wouldFit(card: FitCard, model: ImageModel, gpus: number): string {
  const cards = [2, 4, 8].find((count) => count > gpus && imageFit(card, model, count).fits)
  return cards === undefined ? '' : `; would fit: tensorParallel ${cards} on ${cards} such cards`
}
