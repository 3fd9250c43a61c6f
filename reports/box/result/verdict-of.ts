import type { BoxVerdict, FigureResult } from './box-result.ts'

/** A verdict, and what it would be of a real box; `wouldBe` is null for a live one. */
export interface Verdicts {
  readonly verdict: BoxVerdict
  readonly wouldBe: BoxVerdict | null
}

/**
 * The verdict on figures: rejected with any fault, accepted when at least one figure was judged and none failed. Simulated
 * figures are never judged: they give only what a real card would be.
 */
export function verdictOf(figures: readonly FigureResult[], hasFault: boolean, simulated: boolean): Verdicts {
  const words = figures.map(({ verdict, wouldBe }) => wouldBe ?? verdict)
  const word: BoxVerdict =
    hasFault || words.includes('fail') ? 'rejected' : words.includes('pass') ? 'accepted' : 'not-measured'
  return simulated ? { verdict: 'not-measured', wouldBe: word } : { verdict: word, wouldBe: null }
}

/** The verdict on a box: accepted when each of its parts is, rejected when one is. */
export function verdictOfAll(parts: readonly Verdicts[], simulated: boolean): Verdicts {
  const words = parts.map(({ verdict, wouldBe }) => wouldBe ?? verdict)
  const word: BoxVerdict = words.includes('rejected')
    ? 'rejected'
    : words.length > 0 && words.every((each) => each === 'accepted')
      ? 'accepted'
      : 'not-measured'
  return simulated ? { verdict: 'not-measured', wouldBe: word } : { verdict: word, wouldBe: null }
}

/** The word that counts: that of a real one for a simulated box. */
export const wordOf = ({ verdict, wouldBe }: Verdicts): BoxVerdict => wouldBe ?? verdict
