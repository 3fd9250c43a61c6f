import { imageModelByKey, imageModels } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/models.ts'
import { JoulemarkError } from '../errors.ts'
import type { Scenario } from '../scenario/schema.ts'
import { prepareEmbeddings } from './embeddings.ts'
import { prepareImages } from './images.ts'
import { prepareText } from './text.ts'
import { prepareTraining } from './training.ts'
import type { WorkContext, Workload } from './workload.ts'

/** Checks and prepares the workload of a scenario. Throws `bad-input` or `environment`, one clear line. */
export async function prepareWorkload(scenario: Scenario, context: WorkContext): Promise<Workload> {
  const unknown = (known: string) =>
    new JoulemarkError('bad-input', `scenario ${scenario.name}: no ${scenario.kind} model "${scenario.model}"${known}`)
  if (scenario.kind === 'image') {
    const model = imageModelByKey(scenario.model)
    if (model === null) throw unknown(`; known: ${imageModels.map(({ key }) => key).join(', ')}`)
    return prepareImages(scenario, model, context)
  }
  const model = modelByKey(scenario.model)
  if (scenario.kind === 'embeddings') return prepareEmbeddings(scenario, model, context)
  if (model === null) throw unknown(' in the catalogue')
  return scenario.kind === 'training' ? prepareTraining(scenario, model) : prepareText(scenario, model, context)
}
