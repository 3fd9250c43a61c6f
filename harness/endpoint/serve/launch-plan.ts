import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { type FitCard, fitCard } from '../../catalogue/own/known.ts'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { JoulemarkError } from '../../errors.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { imagePlan } from './kinds/image.ts'
import { poolingPlan } from './kinds/pooling.ts'
import { textPlan } from './kinds/text.ts'
import { trainingPlan } from './kinds/training.ts'
import type { CommandPlan, ServeOptions, ServePlan } from './plan.ts'

/** What is started for a scenario: a server, or a container that runs its command. */
export type LaunchPlan = ServePlan | CommandPlan

/**
 * What is started in a container for a scenario on a card. A setting that cannot work is corrected, or it is the `refusal` of
 * the plan, with the numbers. Throws `bad-input` where there is nothing to start: a model that is not described, a card whose memory is
 * unknown.
 */
export function launchPlan(scenario: Scenario, on: string | CardEntry, options: ServeOptions): LaunchPlan {
  const entry = typeof on === 'string' ? cardEntryByKey(on) : on
  const card = entry === null ? { reason: `no card "${String(on)}"` } : fitCard(entry)
  const nothing = (why: string) =>
    new JoulemarkError('bad-input', `scenario ${scenario.name}: ${why}: nothing to serve`)
  if ('reason' in card) throw nothing(card.reason)
  try {
    return planByKind(scenario, card, options)
  } catch (error) {
    throw error instanceof JoulemarkError && error.code === 'bad-input' ? nothing(error.message) : error
  }
}

function planByKind(scenario: Scenario, card: FitCard, options: ServeOptions): LaunchPlan {
  switch (scenario.kind) {
    case 'text':
      return textPlan(scenario, card, options)
    case 'embeddings':
      return poolingPlan(scenario, card, options)
    case 'image':
      return imagePlan(scenario, card, options)
    case 'training':
      return trainingPlan(scenario, card, options)
  }
}
