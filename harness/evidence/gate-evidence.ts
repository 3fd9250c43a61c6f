import { NO_TRIAL } from '../gates/evaluate.ts'
import { NO_MODEL } from '../gates/model.ts'
import type { Gate } from '../record/schema/run.ts'

/**
 * The stored gates in the form in which they are compared with the recomputed ones. Another version may word evidence
 * differently, so evidence with the same numbers counts as equal; id, status and `required` must be equal.
 */
export const comparableGates = (stored: readonly Gate[], recomputed: readonly Gate[]): Gate[] =>
  stored.map((gate) => {
    const again = recomputed.find(({ id }) => id === gate.id)
    if (again !== undefined && isUnasked(gate, again))
      return { ...gate, status: again.status, evidence: again.evidence }
    return again && hasSameNumbers(gate.evidence, again.evidence) ? { ...gate, evidence: again.evidence } : gate
  })

/**
 * Early versions judged runs without a trial, and held a server that was never reached to serve no model. Neither has a
 * result, nor may it be quoted then or now.
 */
const isUnasked = (stored: Gate, again: Gate): boolean =>
  again.status === 'not-measured' &&
  (again.evidence === NO_TRIAL || (again.evidence === NO_MODEL && stored.status === 'fail'))

function hasSameNumbers(stored: string, recomputed: string): boolean {
  if (stored === '') return recomputed === ''
  const [before, after] = [numbersIn(stored), numbersIn(recomputed)]
  return before.length === after.length && before.every((value, place) => value === after[place])
}

/** The numbers of a sentence, sorted, because another wording may change their order. */
const numbersIn = (text: string): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number).toSorted((a, b) => a - b)
