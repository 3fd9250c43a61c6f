import type { BoxCard, BoxPlan } from './box-plan.ts'

/** A scenario that does not run on some cards. */
interface LeftOut {
  readonly name: string
  readonly reason: string
  readonly cards: readonly BoxCard[]
}

/** One row per scenario and reason; in a box of several kinds of cards the reason names the cards that it is about. */
export function leftOutRows(rows: readonly LeftOut[], all: readonly BoxCard[]): BoxPlan['leftOut'] {
  return rows.map(({ name, reason, cards }) =>
    cards.length === all.length
      ? { name, reason }
      : { name, reason: `GPU ${cards.map(({ index }) => index).join(', ')}: ${reason}` },
  )
}
