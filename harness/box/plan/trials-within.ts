import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { trialBounds } from '../../metrics/stopping.ts'
import { runsOf } from '../../plan/card-time.ts'
import type { Candidate } from './candidates.ts'
import { CARD_PROBE_MINUTES } from './plan-minutes.ts'
import { runMinutes } from './run-minutes.ts'

/**
 * Most trials per scenario with which a card is measured within `minutes`: the largest number for all of them, and never
 * fewer than each needs for its interval. A run that is precise earlier ends earlier.
 */
export function mostTrialsWithin(candidates: readonly Candidate[], card: CardEntry, minutes: number): number {
  const least = Math.min(...candidates.map(({ scenario }) => scenario.certainty.minTrials))
  let cap = Math.max(...candidates.map(({ scenario }) => scenario.certainty.maxTrials))
  while (cap > least && CARD_PROBE_MINUTES + minutesWith(candidates, card, cap) > minutes) cap -= 1
  return cap
}

const minutesWith = (candidates: readonly Candidate[], card: CardEntry, cap: number): number =>
  candidates.reduce(
    (sum, { file, scenario }) =>
      sum + runsOf(file) * runMinutes(scenario, card, trialBounds(scenario.certainty, null, cap).most),
    0,
  )
