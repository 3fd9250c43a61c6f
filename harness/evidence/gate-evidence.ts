import type { Gate } from '../record/schema/run.ts'

/**
 * The stored gates as they are compared with those recomputed. A sentence of evidence may be worded otherwise by a later
 * version of the tool, so that one with the same numbers counts as the same; id, status and `required` must be equal.
 */
export const comparableGates = (stored: readonly Gate[], recomputed: readonly Gate[]): Gate[] =>
  stored.map((gate) => {
    const again = recomputed.find(({ id }) => id === gate.id)
    return again && hasSameNumbers(gate.evidence, again.evidence) ? { ...gate, evidence: again.evidence } : gate
  })

function hasSameNumbers(stored: string, recomputed: string): boolean {
  if (stored === '') return recomputed === ''
  const [before, after] = [numbersIn(stored), numbersIn(recomputed)]
  return before.length === after.length && before.every((value, place) => value === after[place])
}

/** The numbers of a sentence by size: another wording may name them in another order. */
const numbersIn = (text: string): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number).toSorted((a, b) => a - b)
