import type { StreamChoice, StreamChunk } from './stream-event.ts'
import { addArrival, addReasoning, type StreamFacts } from './stream-facts.ts'

/** Finish reasons of an answer that failed: no reason of another choice replaces one. */
const failedReasons: ReadonlySet<string | null> = new Set(['abort', 'error'])

/** Adds the chunks of one stream to its facts, in their order; it knows which choices have begun and ended. */
export class StreamChunks {
  readonly #begun = new Set<number>()
  readonly #ended = new Set<number>()

  /** Prepares for a new stream. */
  reset(): void {
    this.#begun.clear()
    this.#ended.clear()
  }

  /** Whether a choice of the stream has ended. */
  get hasEnd(): boolean {
    return this.#ended.size > 0
  }

  /** Adds a chunk that arrived at `nowMs`; returns its choices that carry a token. */
  add(facts: StreamFacts, { choices, usage, fingerprint }: StreamChunk, nowMs: number): StreamChoice[] {
    if (Number.isNaN(facts.firstChunkMs)) facts.firstChunkMs = nowMs
    if (fingerprint) facts.systemFingerprint = fingerprint
    const tokens = choices.filter((choice) => this.#carriesToken(choice))
    for (const choice of choices) this.#follow(facts, choice)
    if (tokens.length > 0) {
      const bytes = tokens.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
      addArrival(facts, nowMs, bytes, usage?.outputTokens ?? 0)
      if (tokens.some(({ isReasoning }) => isReasoning)) addReasoning(facts, usage?.outputTokens ?? 0)
      else if (Number.isNaN(facts.firstAnswerMs) && tokens.some(({ content }) => content !== '')) {
        facts.firstAnswerMs = nowMs
      }
      facts.endsEmpty = tokens.every(({ content, finishReason }) => content === '' && finishReason !== null)
    }
    if (usage) {
      facts.promptTokens = usage.promptTokens
      facts.outputTokens = usage.outputTokens
      facts.cachedTokens = usage.cachedTokens
      facts.reasoningTokens = usage.reasoningTokens
      if (nowMs === facts.firstTokenMs) facts.firstCount = usage.outputTokens
    }
    return tokens
  }

  /** An event with a choice carries a token, except one that opens a message with its role, or follows its end. */
  #carriesToken({ index, content, isRole, finishReason }: StreamChoice): boolean {
    if (content !== '') return true
    if (this.#ended.has(index)) return false
    return !isRole || finishReason !== null || this.#begun.has(index)
  }

  #follow(facts: StreamFacts, { index, finishReason }: StreamChoice): void {
    this.#begun.add(index)
    if (finishReason !== null) {
      this.#ended.add(index)
      if (!failedReasons.has(facts.finishReason)) facts.finishReason = finishReason
    }
    facts.openChoices = this.#begun.size - this.#ended.size
  }
}
