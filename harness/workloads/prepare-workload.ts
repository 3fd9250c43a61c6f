import { imageModelByKey, imageModels } from '../catalogue/image-models.ts'
import { describedModelOf } from '../catalogue/own-models.ts'
import { JoulemarkError } from '../errors.ts'
import type { Scenario } from '../scenario/schema.ts'
import { prepareEmbeddings } from './embeddings.ts'
import { prepareImages } from './images.ts'
import { ownOf } from './served-model.ts'
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
  const known = describedModelOf({ scenario })
  if (scenario.kind === 'embeddings') return prepareEmbeddings(scenario, known, context)
  if (scenario.kind === 'text') return prepareText(scenario, known, context)
  if (known?.kind !== 'text') throw unknown(' in the catalogue whose layers are known')
  return { ...(await prepareTraining(scenario, known, context)), ...ownOf(known) }
}
