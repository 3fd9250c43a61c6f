import type { Sequence } from './sequence.ts'

/** New tokens of one prompt in this step, after those that are already cached. */
export interface PrefillChunk {
  readonly newTokens: number
  readonly cachedTokens: number
  /** Whether the prompt is complete with this chunk, so that a token is emitted. */
  readonly completes: boolean
}

/** The work of one forward pass. */
export interface StepWork {
  readonly scheduled: readonly Sequence[]
  readonly decodeCount: number
  readonly decodeContextSum: number
  readonly prefills: readonly PrefillChunk[]
  /** All tokens of the matrix products. */
  readonly tokenCount: number
}

/** Time of a step, before jitter, and the shares from which power follows: waiting, and what is achieved at full clock. */
export interface StepCost {
  readonly timeMs: number
  readonly memoryShare: number
  readonly computeShare: number
  readonly bandwidthShare: number
  readonly arithmeticShare: number
}

export type StepCostModel = (work: StepWork) => StepCost
