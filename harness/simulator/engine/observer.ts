import type { FinishReason, Sequence } from './sequence.ts'
import type { StepCost } from './step-work.ts'

/** The engine's gauges after a step. */
export interface EngineGauges {
  readonly running: number
  readonly waiting: number
  readonly kvUsedShare: number
}

/** Receives events of the engine: the metrics page and the power model. Times are those of the engine. */
export interface EngineObserver {
  stepBegan?(startMs: number, endMs: number, cost: StepCost): void
  stepEnded?(tokenCount: number, gauges: EngineGauges): void
  prefixLookup?(queriedTokens: number, hitTokens: number): void
  preempted?(): void
  /** `sameStep` when the step already emitted a token of this sequence. */
  tokenEmitted?(sequence: Sequence, atMs: number, sameStep: boolean): void
  drafted?(draftTokens: number, acceptedTokens: number): void
  finished?(sequence: Sequence, reason: FinishReason, atMs: number): void
}
