import type { CardSnapshot } from '../snapshot/snapshot.ts'

export const checkStatuses = ['pass', 'warn', 'fail', 'not-measured'] as const
export type CheckStatus = (typeof checkStatuses)[number]

/** One line of the preflight. */
export interface Check {
  readonly id: string
  readonly status: CheckStatus
  /** What was read, with its numbers. */
  readonly read: string
  /** Why it matters to a measurement. */
  readonly why: string
  /** What to type, or do, to mend it; empty when there is nothing to mend. */
  readonly mend: string
}

/** A check without its verdict: the same why and mend whatever was read. */
export interface Rule {
  readonly id: string
  readonly why: string
  readonly mend: string
}

const make =
  (status: CheckStatus) =>
  (rule: Rule, read: string, mend: string = rule.mend): Check => ({
    id: rule.id,
    status,
    read,
    why: rule.why,
    mend: status === 'pass' ? '' : mend,
  })
export const pass = make('pass')
export const warn = make('warn')
export const fail = make('fail')
export const notMeasured = make('not-measured')

/** The worst of per-card findings as one check: every card's words, the worst card's status. */
export function overCards(
  rule: Rule,
  cards: readonly CardSnapshot[],
  judge: (card: CardSnapshot) => { status: CheckStatus; read: string; mend?: string },
): Check {
  const judged = cards.map((card) => ({ card, ...judge(card) }))
  const order: readonly CheckStatus[] = ['fail', 'warn', 'not-measured', 'pass']
  const worst = order.find((status) => judged.some((each) => each.status === status)) ?? 'not-measured'
  const several = cards.length > 1
  const read = judged.map((each) => (several ? `GPU ${nameOf(each.card)}: ${each.read}` : each.read)).join('; ')
  const mend = judged.find((each) => each.status === worst)?.mend ?? rule.mend
  return make(worst)(rule, read || 'no card', mend)
}

/** The number to type behind `nvidia-smi -i`; the UUID where there is no number. */
export const nameOf = (card: CardSnapshot): string => card.values['index'] ?? card.uuid
