import type { Sequence } from './sequence.ts'

/** New tokens of one prompt in this step, after those that are in the cache already. */
export interface PrefillChunk {
  readonly newTokens: number
  readonly cachedTokens: number
  /** The prompt is done with this chunk, and a token comes out. */
  readonly completes: boolean
}

/** What one forward pass has to do. */
export interface StepWork {
  readonly scheduled: readonly Sequence[]
  readonly decodeCount: number
  readonly decodeContextSum: number
  readonly prefills: readonly PrefillChunk[]
  /** All tokens that go through the matrix products. */
  readonly tokenCount: number
}

/** What the hardware takes for a step, before jitter. The shares say how busy memory and compute are: power follows. */
export interface StepCost {
  readonly timeMs: number
  readonly memoryShare: number
  readonly computeShare: number
}

export type StepCostModel = (work: StepWork) => StepCost
