import type { Trial } from '../../record/schema/trial.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { embeddingsTrial } from './embeddings.ts'
import { imageTrial } from './image.ts'
import type { TrialObservations } from './shared.ts'
import { textTrial } from './text.ts'
import { trainingTrial } from './training.ts'

/** Every value of one trial of any kind: used for measuring and for verifying a record. */
export function trialOf(scenario: Scenario, observed: TrialObservations): Trial {
  if (scenario.kind === 'image') return imageTrial(scenario, observed)
  if (scenario.kind === 'embeddings') return embeddingsTrial(scenario, observed)
  return scenario.kind === 'training' ? trainingTrial(observed) : textTrial(scenario, observed)
}
