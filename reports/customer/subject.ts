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

/** The first card, which the others are held against, and the others. */
export function sidesOf({ selection }: Subject): {
  readonly first: CardColumn | undefined
  readonly others: readonly CardColumn[]
} {
  const [first, ...others] = selection.cards
  return { first, others }
}
