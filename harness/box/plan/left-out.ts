import { canonicalJson } from '../../record/provenance.ts'
import type { BoxCard, BoxPlan } from './box-plan.ts'

/** A scenario that does not run on some cards. */
interface LeftOut {
  readonly name: string
  readonly reason: string
  readonly cards: readonly BoxCard[]
}

/** One row per scenario and reason; in a box of several kinds of cards the reason names the cards that it is about. */
export function leftOutRows(rows: readonly LeftOut[], all: readonly BoxCard[]): BoxPlan['leftOut'] {
  const same = Map.groupBy(rows, ({ name, reason }) => canonicalJson([name, reason]))
  return [...same.values()].map((group) => {
    const { name, reason } = group[0] as LeftOut
    const cards = all.filter((card) => group.some((row) => row.cards.includes(card)))
    const which = cards.length === all.length ? '' : `GPU ${cards.map(({ index }) => index).join(', ')}: `
    return { name, reason: which + reason }
  })
}
