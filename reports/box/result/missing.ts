import { counted } from '../../../harness/units.ts'
import type { StepOutcome } from './box-input.ts'
import type { Reason } from './box-result.ts'
import { type Verdicts, wordOf } from './verdict-of.ts'

/**
 * The steps without which cards are not accepted: those that failed under load, and those whose server did not start on these
 * cards although it started on others. A server that starts on no card says something of the image or of the model.
 */
export function missingSteps(cards: readonly string[], outcomes: readonly StepOutcome[]): StepOutcome[] {
  const failed = outcomes.filter((step) => step.outcome === 'failed' && isOf(step, cards))
  return failed.filter(
    (step) =>
      step.failedIn !== 'start' ||
      step.cards.length > 1 ||
      outcomes.some((each) => each.outcome === 'done' && each.name === step.name && !isOf(each, cards)),
  )
}

/** A verdict, which is not `accepted` while something is missing. */
export function withoutMissing(verdicts: Verdicts, isMissing: boolean): Verdicts {
  if (!isMissing || wordOf(verdicts) !== 'accepted') return verdicts
  return verdicts.wouldBe === null
    ? { verdict: 'not-measured', wouldBe: null }
    : { verdict: 'not-measured', wouldBe: 'not-measured' }
}

/** What is missing as reasons: one for each cause, with the first of its runs. */
export function missingReasons(steps: readonly StepOutcome[]): Reason[] {
  return [...Map.groupBy(steps, ({ reason }) => reason ?? 'no record').entries()].map(([reason, same]) => {
    const [first, ...others] = same
    const more = others.length === 0 ? '' : ` and ${counted(others.length, 'more run')}`
    return { what: `${first?.name ?? ''}${more}: ${reason}`, cause: null, fix: null }
  })
}

const isOf = ({ cards }: StepOutcome, of: readonly string[]): boolean =>
  cards.toSorted().join() === of.toSorted().join()
