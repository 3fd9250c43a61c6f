import type { SideEstimate } from './side.ts'

export const metricVerdicts = ['regressed', 'improved', 'equivalent', 'inconclusive'] as const
export type MetricVerdict = (typeof metricVerdicts)[number]

/** Both sides of a comparison. */
export interface Sides<Value> {
  readonly baseline: Value
  readonly candidate: Value
}
export const sideNames = ['baseline', 'candidate'] as const
export type SideName = (typeof sideNames)[number]

/** What a verdict is based on. Shares are of the baseline's mean. */
export interface Basis {
  readonly pAdjusted: number
  readonly pEquivalence: number
  readonly margin: number
  readonly isLarge: boolean
  readonly isSignificant: boolean
  /** Half of the interval of the difference. */
  readonly halfShare: number
}

/** The sides with one start of the server, whose level cannot be separated from the change. */
export const sidesOfOneStart = (sides: Sides<Pick<SideEstimate, 'runs'>>): SideName[] =>
  sideNames.filter((side) => sides[side].runs === 1)

/** The reason for a verdict in words, with what is remarkable about either side. */
export function reasonOf(verdict: MetricVerdict, basis: Basis, sides: Sides<SideEstimate>): string {
  const notes = sideNames.flatMap((side) => {
    const estimate = sides[side]
    return estimate.estimate === null ? [] : estimate.notes.map((note) => `${side}: ${note}`)
  })
  const { pAdjusted, pEquivalence, margin } = basis
  const effect = percentText(margin)
  const words = {
    regressed: `worse by ${effect} or more (${pText(pAdjusted)})`,
    improved: `better by ${effect} or more (${pText(pAdjusted)})`,
    equivalent: `within ±${effect} (${pText(pEquivalence)})`,
    inconclusive: openReason(basis, sidesOfOneStart(sides)),
  } as const
  return [words[verdict], ...notes].join('; ')
}

function openReason(basis: Basis, oneStart: readonly SideName[]): string {
  const { pAdjusted, pEquivalence, margin, isLarge, isSignificant, halfShare } = basis
  const effect = percentText(margin)
  if (oneStart.length > 0) {
    const where = oneStart.length === 2 ? 'one start per side' : `one start of the ${oneStart[0]}`
    return `${where}: not clearly beyond ${effect} and what a start can change (±${percentText(halfShare)})`
  }
  if (isLarge) return `${effect} or more, but not significant (${pText(pAdjusted)})`
  return isSignificant
    ? `there is a difference, but whether it reaches ${effect} is not decided`
    : `no significant difference, and ${effect} is not excluded (${pText(pEquivalence)})`
}

/** A share as a percentage with one digit. */
export const percentText = (share: number): string => `${(share * 100).toFixed(1)} %`

/** A p value as text. */
export const pText = (p: number): string =>
  p < 0.0001 ? 'p\u00a0<\u00a00.0001' : `p\u00a0=\u00a0${p.toFixed(p < 0.001 ? 4 : 3)}`
