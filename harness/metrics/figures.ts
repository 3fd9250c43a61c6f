import type { Trial } from '../record/schema/trial.ts'
import type { Scenario } from '../scenario/schema.ts'
import { type TrialObservations, trialFigures } from './trial.ts'
import { imageTrial } from './trial-image.ts'
import { trainingTrial } from './trial-training.ts'

/** All figures of one trial, whatever its kind: the one door for measuring and for checking a record afterwards. */
export function figuresOf(scenario: Scenario, seen: TrialObservations): Trial {
  if (scenario.kind === 'image') return imageTrial(scenario, seen)
  return scenario.kind === 'training' ? trainingTrial(seen) : trialFigures(scenario, seen)
}
