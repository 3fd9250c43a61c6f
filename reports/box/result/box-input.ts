import type { PartKind } from '../../../harness/record/schema/box.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import type { EarlierRun } from '../references.ts'
import type { JoinedLink } from '../siblings/joined-links.ts'
import type { Soaked } from './soaked.ts'

/** What the doctor, the preflight or a check of a record found. */
export interface BoxCheck {
  readonly id: string
  readonly status: string
  readonly read: string
  readonly why: string
  readonly fix: string
}

/** What became of one planned run, as the state of the night keeps it. */
export interface StepOutcome {
  readonly part: PartKind
  /** UUIDs of the cards that it was to run on. */
  readonly cards: readonly string[]
  readonly name: string
  readonly outcome: 'done' | 'failed' | 'left-out'
  readonly reason: string | null
  /** Of one that failed; absent in states from before it was kept. */
  readonly failedIn?: 'start' | 'load' | undefined
}

/** Everything a verdict is made of. Nothing is read from disk: the caller reads the records and gives them. */
export interface BoxInput {
  /** The cards of the plan, in its order. */
  readonly cards: readonly {
    readonly index: number
    readonly uuid: string
    readonly entry: { readonly label: string }
  }[]
  /** The records of this night; a record without `box` counts as alone. */
  readonly records: readonly RunRecord[]
  /** Runs of other boxes, and of earlier nights, with the verdicts on them. */
  readonly earlier: readonly EarlierRun[]
  readonly outcomes: readonly StepOutcome[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Checks of the whole box: doctor and preflight. */
  readonly checks: readonly BoxCheck[]
  /** The doctor's checks on the serving cards of one record (`boxFindings`). */
  readonly findingsOf: (record: RunRecord) => readonly BoxCheck[]
  /** What connects the cards of each server over several cards; absent where it was not read. */
  readonly joinedLinks?: readonly JoinedLink[]
  /** What became of the soak after the night; absent where none was asked for. */
  readonly soak?: Soaked
  /** The one cause that ended the night before anything could be measured; null where there is none. */
  readonly ends: string | null
  /** Records that could not be read, one line each: nothing is accepted without them. */
  readonly unreadable?: readonly string[]
  readonly plannedMinutes?: number
  readonly at: Date
}
