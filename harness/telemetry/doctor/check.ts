import type { CardSnapshot } from '../snapshot/snapshot.ts'

export const checkStatuses = ['pass', 'warn', 'fail', 'not-measured'] as const
export type CheckStatus = (typeof checkStatuses)[number]
const severity: readonly CheckStatus[] = ['fail', 'warn', 'not-measured', 'pass']

/** One result of the doctor. */
export interface Check {
  readonly id: string
  readonly status: CheckStatus
  /** What was read, with the values. */
  readonly read: string
  /** Why the check matters to a measurement. */
  readonly why: string
  /** How to fix it: a command or an action; empty when there is nothing to fix, or when the check could not run. */
  readonly fix: string
  /** UUIDs of the cards that a failed check is about; absent where it is about the machine. */
  readonly cards?: readonly string[]
}

/** The fixed part of a check: its id, why it matters and how to fix it. */
export interface Rule {
  readonly id: string
  readonly why: string
  readonly fix: string
}

const make =
  (status: CheckStatus) =>
  (rule: Rule, read: string, fix: string = status === 'not-measured' ? '' : rule.fix): Check => ({
    id: rule.id,
    status,
    read,
    why: rule.why,
    fix: status === 'pass' ? '' : fix,
  })
export const pass = make('pass')
export const warn = make('warn')
export const fail = make('fail')
export const notMeasured = make('not-measured')

/** The results of all cards as one check: the text of every card, the most severe status. */
export function overCards(
  rule: Rule,
  cards: readonly CardSnapshot[],
  judge: (card: CardSnapshot) => { status: CheckStatus; read: string; fix?: string },
): Check {
  const results = cards.map((card) => ({ card, ...judge(card) }))
  const mostSevere = severity.find((status) => results.some((result) => result.status === status)) ?? 'not-measured'
  const several = cards.length > 1
  const read = results
    .map((result) => (several ? `GPU ${nameOf(result.card)}: ${result.read}` : result.read))
    .join('; ')
  const fixes = results.flatMap(({ status, fix }) => (status === mostSevere && fix !== undefined ? [fix] : []))
  const fix = fixes.length === 0 ? undefined : [...new Set(fixes)].join('; ')
  const check = make(mostSevere)(rule, read || 'no card', fix)
  if (mostSevere !== 'fail') return check
  return { ...check, cards: results.filter(({ status }) => status === 'fail').map(({ card }) => card.uuid) }
}

/** The argument for `nvidia-smi -i`: the index of a card, or its UUID where it has no index. */
export const nameOf = (card: CardSnapshot): string => card.values['index'] ?? card.uuid

/** Two results of one check as one: both texts, the status and the fix of the more severe one. */
export function moreSevere(a: Check, b: Check): Check {
  const [first] = severity.flatMap((status) => [a, b].filter((check) => check.status === status))
  return { ...(first ?? a), read: `${a.read}; ${b.read}` }
}
