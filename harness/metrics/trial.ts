import type { Trial } from '../record/schema/trial.ts'
import type { Scenario } from '../scenario/schema.ts'
import { imageTrial } from './trial-image.ts'
import type { TrialObservations } from './trial-shared.ts'
import { textTrial } from './trial-text.ts'
import { trainingTrial } from './trial-training.ts'

/** Every value of one trial, whatever its kind: the one way in, for measuring and for checking a record afterwards. */
export function trialOf(scenario: Scenario, seen: TrialObservations): Trial {
  if (scenario.kind === 'image') return imageTrial(scenario, seen)
  return scenario.kind === 'training' ? trainingTrial(seen) : textTrial(scenario, seen)
}
