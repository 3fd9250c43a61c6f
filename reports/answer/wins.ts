import { counted } from '../../harness/units.ts'
import type { Alone, Open, Winner } from '../comparison/winners.ts'
import type { Facts } from '../facts.ts'
import { outOfMemory } from '../tables/oom-cell.ts'
import type { CardColumn, Selection } from '../tables/selection.ts'
import { joinedAnd } from './phrases.ts'

/** How a workload was decided. */
export interface Decided {
  readonly card: CardColumn | null
  readonly alone: Alone
  /** No card has the memory for it. */
  readonly none: boolean
  /** Why there is no winner, where it is not a matter of cost. */
  readonly open?: Open
}

/** A winner, and whether there is none because no card runs the workload. */
export const decidedOf = (winner: Winner, selection: Selection, facts: Facts): Decided => ({
  card: winner.card,
  alone: winner.alone,
  open: winner.open,
  none: selection.cards.every((card) => outOfMemory(winner.scenario, card, selection, facts) !== null),
})

/** Which card won how many workloads, or loads of one, in one sentence; with one card, what was measured on it. */
export function winsSentence(
  cards: readonly CardColumn[],
  decided: readonly Decided[],
  what: 'workload' | 'load' = 'workload',
): string {
  const measured = counted(decided.length, what)
  const none = decided.filter((each) => each.none).length
  if (cards.length < 2) {
    const ran = `${measured} ${decided.length === 1 ? 'was' : 'were'} measured on it`
    return none === 0 ? `${ran}.` : `${ran}; ${none} of them ${none === 1 ? 'does' : 'do'} not fit into its memory.`
  }
  const sole = decided.length < 2 ? undefined : cards.find(({ key }) => decided.every(({ card }) => card?.key === key))
  if (sole !== undefined)
    return `The ${sole.label} wins ${allOf(decided.length, what)}${aloneText(decided) || ', by cost'}.`
  const each = cards.flatMap(({ key, label }) => {
    const won = decided.filter(({ card }) => card?.key === key)
    return won.length === 0 ? [] : [`the ${label} wins ${won.length}${aloneText(won)}`]
  })
  const undecided = decided.filter((at) => at.card === null && !at.none)
  const countOf = (why: Open) => undecided.filter(({ open = null }) => open === why).length
  const [open, missed, unmeasured] = [countOf(null), countOf('slo'), countOf('unmeasured')]
  const rest = [
    ...(open > 0 ? [`${open} ${open === 1 ? 'is' : 'are'} undecided`] : []),
    ...(missed > 0 ? [`${missed} ${missed === 1 ? 'is' : 'are'} within the SLO on none of them`] : []),
    ...(unmeasured > 0 ? [`${unmeasured} ${unmeasured === 1 ? 'was' : 'were'} not measured on all of them`] : []),
    ...(none > 0 ? [`${none} ${none === 1 ? 'runs' : 'run'} on none of them`] : []),
  ]
  return each.length + rest.length === 0 ? `${measured} measured.` : `Of ${measured}, ${joinedAnd([...each, ...rest])}.`
}

/** Why the workloads that one card won were not decided by cost; empty where they were. */
function aloneText(won: readonly Decided[]): string {
  const because = (why: Alone, reason: (what: string) => string) => {
    const count = won.filter(({ alone }) => alone === why).length
    if (count === 0) return ''
    const what = reason(count === 1 ? 'it' : 'them')
    return count === won.length ? `, because ${what}` : `, ${count} of them because ${what}`
  }
  return [
    because('memory', (what) => `no other card here runs ${what}`),
    because('slo', (what) => `no other card here runs ${what} within the SLO`),
  ].join('')
}

/** All of a number of things: `both loads`, `all 3 loads`. */
const allOf = (count: number, what: string): string => (count === 2 ? `both ${what}s` : `all ${counted(count, what)}`)
