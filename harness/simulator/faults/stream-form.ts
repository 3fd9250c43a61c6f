import type { FaultName } from './names.ts'

/** How the events of every stream differ from those of vLLM. */
export interface StreamForm {
  /** Every second token has no text; its event is sent. */
  readonly hasInvisibleTokens: boolean
  /** The first half of an answer has no events. */
  readonly hidesFirstHalf: boolean
  /** The finish_reason comes in an event of its own, without a token. */
  readonly hasSeparateFinish: boolean
  readonly hasDone: boolean
}

export const streamFormOf = (faults: readonly FaultName[]): StreamForm => ({
  hasInvisibleTokens: faults.includes('invisible-tokens'),
  hidesFirstHalf: faults.includes('unsent-tokens'),
  hasSeparateFinish: faults.includes('separate-finish'),
  hasDone: !faults.includes('missing-done'),
})
