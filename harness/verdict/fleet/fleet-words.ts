import { percentText, pText } from '../verdict-words.ts'
import type { Judgement } from './judge-change.ts'

/** The reason for a verdict on a fleet or on one of its cards; `over` says what it rests on. */
export function changeReason(judgement: Judgement, pAdjusted: number, over: string): string {
  const { verdict, margin, pEquivalence, isLarge, isSignificant } = judgement
  const effect = percentText(margin)
  switch (verdict) {
    case 'regressed':
      return `worse by ${effect} or more ${over} (${pText(pAdjusted)})`
    case 'improved':
      return `better by ${effect} or more ${over} (${pText(pAdjusted)})`
    case 'equivalent':
      return `within ±${effect} ${over} (${pText(pEquivalence)})`
    case 'inconclusive':
      if (isLarge) return `${effect} or more ${over}, but not significant (${pText(pAdjusted)})`
      return isSignificant
        ? `there is a difference ${over}, but whether it reaches ${effect} is not decided`
        : `no significant difference ${over}, and ${effect} is not excluded (${pText(pEquivalence)})`
    default:
      return verdict satisfies never
  }
}
