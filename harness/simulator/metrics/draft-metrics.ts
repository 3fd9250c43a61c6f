import type { Counter } from './prometheus.ts'
import type { Registry } from './registry.ts'

/** The counters that vLLM exports only with speculative decoding. */
export class DraftMetrics {
  readonly #drafts: Counter
  readonly #draftTokens: Counter
  readonly #acceptedTokens: Counter

  constructor(registry: Registry) {
    this.#drafts = registry.counter('spec_decode_num_drafts', 'Number of spec decoding drafts.')
    this.#draftTokens = registry.counter('spec_decode_num_draft_tokens', 'Number of draft tokens.')
    this.#acceptedTokens = registry.counter('spec_decode_num_accepted_tokens', 'Number of accepted tokens.')
  }

  /** One draft of one sequence. */
  add(draftTokens: number, acceptedTokens: number): void {
    this.#drafts.add(1)
    this.#draftTokens.add(draftTokens)
    this.#acceptedTokens.add(acceptedTokens)
  }
}
