import type { ErrorCode } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { CardState } from '../settings/cards.ts'
import type { EnforcedSetting } from '../settings/types.ts'

/** What a tuning asks of the process that sets its cards and watches over it. */
export type KeeperAsk =
  | { readonly ask: 'open'; readonly opening: KeeperOpening }
  | { readonly ask: 'apply'; readonly setting: OperatingSetting }
  | { readonly ask: 'restore' }

/** Everything that the keeper needs from the start, so that it can give the cards back alone. */
export interface KeeperOpening {
  readonly tune: string
  /** Folder of the tuning: the note is written there. */
  readonly folder: string
  readonly nvidiaSmi: string
  readonly uuids: readonly string[]
  /** The lock to return to, where the user knows of one. */
  readonly clockBefore: { readonly minMHz: number; readonly maxMHz: number } | null
  readonly startedAt: string
  /** The tuning itself. */
  readonly process: NonNullable<RunRecord['process']>
}

export type KeeperAnswer =
  | {
      readonly answer: 'opened'
      readonly typist: { readonly program: string; readonly before: readonly string[] }
      /** The cards since they are claimed: this is how they were found. */
      readonly cards: readonly CardState[]
    }
  | { readonly answer: 'applied'; readonly enforced: EnforcedSetting }
  | { readonly answer: 'restored'; readonly said: readonly string[]; readonly isDone: boolean }
  | { readonly answer: 'failed'; readonly code: ErrorCode; readonly message: string }

export interface KeeperRequest {
  readonly id: number
  readonly request: KeeperAsk
}

export interface KeeperReply {
  readonly id: number
  readonly reply: KeeperAnswer
}
