import type { EngineGauges, EngineObserver } from '../engine/observer.ts'
import { type FinishReason, outputTokensOf, type Sequence } from '../engine/sequence.ts'

/** What an engine counts, whatever it calls it. Tokens are those of the engine, not of usage. */
export interface Totals {
  readonly running: number
  readonly waiting: number
  readonly kvUsedShare: number
  /** Of requests that have their first token. */
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Of requests that have ended, for any reason. */
  readonly generatedTokens: number
  readonly ended: number
  /** The same of those that ended without an abort or an error. */
  readonly successTokens: number
  readonly successPromptTokens: number
  readonly successes: number
  readonly firstTokenS: number
  readonly firstTokens: number
  readonly steps: number
}

const nothing: Totals = {
  running: 0,
  waiting: 0,
  kvUsedShare: 0,
  promptTokens: 0,
  cachedTokens: 0,
  generatedTokens: 0,
  ended: 0,
  successTokens: 0,
  successPromptTokens: 0,
  successes: 0,
  firstTokenS: 0,
  firstTokens: 0,
  steps: 0,
}

/** Counts what the engine does. */
export class EngineCounts implements EngineObserver {
  readonly #nowMs: () => number
  #totals = nothing

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get totals(): Totals {
    return this.#totals
  }

  /** As in a new process. */
  reset(): void {
    this.#totals = nothing
  }

  stepEnded(_tokenCount: number, gauges: EngineGauges): void {
    this.#totals = { ...this.#totals, ...gauges, steps: this.#totals.steps + 1 }
  }

  tokenEmitted(sequence: Sequence): void {
    if (sequence.lastTokenMs !== null) return
    const { promptTokens, cachedTokens, firstTokens, firstTokenS } = this.#totals
    this.#totals = {
      ...this.#totals,
      promptTokens: promptTokens + sequence.promptLength,
      cachedTokens: cachedTokens + sequence.cachedTokens,
      firstTokens: firstTokens + 1,
      firstTokenS: firstTokenS + (this.#nowMs() - sequence.arrivedMs) / 1000,
    }
  }

  finished(sequence: Sequence, reason: FinishReason): void {
    const tokens = outputTokensOf(sequence)
    const isSuccess = reason === 'length' || reason === 'stop'
    const { generatedTokens, ended, successTokens, successes, successPromptTokens } = this.#totals
    this.#totals = {
      ...this.#totals,
      generatedTokens: generatedTokens + tokens,
      ended: ended + 1,
      ...(isSuccess
        ? {
            successTokens: successTokens + tokens,
            successPromptTokens: successPromptTokens + sequence.promptLength,
            successes: successes + 1,
          }
        : {}),
    }
  }
}
