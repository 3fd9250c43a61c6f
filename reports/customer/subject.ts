import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { BoxFindings } from '../comparison/gotchas.ts'
import type { ServingExamples } from '../comparison/serving.ts'
import type { Facts } from '../facts.ts'
import type { CardColumn, Selection } from '../tables/selection.ts'
import type { WorkloadWinner } from './workload-winners.ts'

/** What the sections of a customer's report are made from. */
export interface Subject {
  /** Every run that may be printed; the selection has one of each workload and card. */
  readonly runs: readonly RunRecord[]
  readonly selection: Selection
  readonly facts: Facts
  /** The cards of the selection that are known, in its order: the cheapest first. */
  readonly cards: readonly CardEntry[]
  readonly winners: readonly WorkloadWinner[]
  readonly serving?: ServingExamples
  readonly boxFindings?: BoxFindings
}

/** `A`, `A and B`, `A, B and C`. */
export const joinedAnd = (parts: readonly string[]): string => joinedBy(parts, 'and')

/** `A or B`. */
export const joinedOr = (parts: readonly string[]): string => joinedBy(parts, 'or')

/** Parts with commas of their own are separated by semicolons. */
function joinedBy(parts: readonly string[], word: 'and' | 'or'): string {
  const [last = '', ...before] = parts.toReversed()
  if (before.length === 0) return last
  const hasCommas = parts.length > 2 && parts.some((part) => part.includes(', '))
  return `${before.toReversed().join(hasCommas ? '; ' : ', ')}${hasCommas ? ';' : ''} ${word} ${last}`
}

/** The first few of many, and how many more there are. */
export function firstFew(parts: readonly string[], what: string): string {
  const more = parts.length - MOST_NAMED
  return more <= 1 ? joinedAnd(parts) : joinedAnd([...parts.slice(0, MOST_NAMED), `${more} more ${what}`])
}

const MOST_NAMED = 4

/** The first card, which the others are held against, and the others. */
export function sidesOf({ selection }: Subject): {
  readonly first: CardColumn | undefined
  readonly others: readonly CardColumn[]
} {
  const [first, ...others] = selection.cards
  return { first, others }
}

/** How many times as much, in words: `4 times`, `1.8 times`. */
export const timesText = (ratio: number): string =>
  `${Number(ratio.toFixed(ratio >= 10 || Math.abs(ratio - Math.round(ratio)) < 0.05 ? 0 : 1))} times`
