import { EventTemplate } from './event-template.ts'
import { SseLineParser } from './sse-line-parser.ts'
import { StreamChunks } from './stream-chunks.ts'
import { readStreamEvent, type StreamChunk, type StreamUsage } from './stream-event.ts'
import { addArrival, addReasoning, dropEmptyEnd, emptyFacts, type StreamFacts } from './stream-facts.ts'

/**
 * Reads OpenAI-style event streams at the cost of a few byte comparisons per token.
 *
 * Events of one stream are equal except for the text and running counts. The scanner learns the bytes around them from an event
 * that it has parsed (event-template.ts), and counts an event that matches them as one token event. Every other event
 * (first and last event, usage, errors, other servers' forms) is parsed with `JSON.parse`, so the result is exact.
 */
export class SseScanner {
  facts: StreamFacts = emptyFacts(new Float64Array(64))
  readonly #lines = new SseLineParser((data, type) => this.#onEvent(data, type))
  #template: EventTemplate | null = null
  /** The learnt events carry reasoning. */
  #isReasoning = false
  /** Usage of the event that the template was learnt from; null without one. */
  #learntUsage: StreamUsage | null = null
  #nowMs = 0
  #seenInRead = false
  readonly #chunks = new StreamChunks()

  /** Resets the state for a new stream; its buffers are reused. */
  reset(): void {
    this.facts = emptyFacts(this.facts.times, this.facts.counts)
    this.#lines.reset()
    this.#template = null
    this.#isReasoning = false
    this.#chunks.reset()
  }

  /** Starts a new read from the socket: all its bytes arrived at `nowMs`. */
  beginRead(nowMs: number): void {
    this.#nowMs = nowMs
    this.#seenInRead = false
  }

  /** Scans bytes of the body. Events may begin and end anywhere in or outside them. */
  push(bytes: Buffer, start: number, end: number): void {
    let at = start
    while (at < end) {
      if (this.#template !== null && this.#lines.isIdle) {
        const next = this.#matchEvent(this.#template, bytes, at, end)
        if (next > 0) {
          at = next
          continue
        }
      }
      at = this.#lines.push(bytes, at, end)
    }
  }

  /** Completes the facts of a stream that has ended, for whatever reason. */
  end(): StreamFacts {
    dropEmptyEnd(this.facts)
    return this.facts
  }

  /** Returns where the next event begins, or 0 when this one does not match the learnt bytes or is incomplete. */
  #matchEvent(template: EventTemplate, bytes: Buffer, at: number, end: number): number {
    const next = template.match(bytes, at, end)
    if (next === 0) return 0
    this.facts.events += 1
    addArrival(this.facts, this.#nowMs, template.textBytes, template.count)
    if (this.#isReasoning) addReasoning(this.facts, template.count)
    this.#stamp()
    return next
  }

  #stamp(): void {
    if (this.#seenInRead) this.facts.sharedStamps += 1
    this.#seenInRead = true
  }

  #onEvent(data: string, type: string): void {
    const facts = this.facts
    facts.events += 1
    const event = readStreamEvent(data, type)
    switch (event.kind) {
      case 'done':
        facts.done = true
        return
      case 'error':
        facts.errorMessage ??= event.message
        return
      case 'malformed':
        facts.malformed ??= event.what
        return
      case 'chunk':
        this.#chunk(event.chunk, data)
    }
  }

  #chunk(chunk: StreamChunk, data: string): void {
    const facts = this.facts
    const { systemFingerprint } = facts
    const [token] = this.#chunks.add(facts, chunk, this.#nowMs)
    if (token) this.#stamp()
    // the learnt bytes contain the fingerprint and the usage of the event they come from; after the end of a choice all
    // are parsed
    const isOther = facts.systemFingerprint !== systemFingerprint || this.#isOtherUsage(chunk.usage)
    // where reasoning ends the events of the answer are others
    const isOtherText = token !== undefined && token.content !== '' && token.isReasoning !== this.#isReasoning
    if (isOtherText) this.#isReasoning = token.isReasoning
    if (isOther || isOtherText || this.#chunks.hasEnd) this.#template = null
    if (isOther || this.#chunks.hasEnd) return
    if (this.#template === null && token?.isText && chunk.choices.length === 1) {
      this.#template = EventTemplate.of(data, token.content, (chunk.usage?.outputTokens ?? null) !== null)
      this.#learntUsage = chunk.usage
    }
  }

  /** Whether the facts now hold another usage than the one that the learnt bytes stand for, apart from its running count. */
  #isOtherUsage(usage: StreamUsage | null): boolean {
    const learnt = this.#template === null ? null : this.#learntUsage
    if (usage === null || learnt === null) return false
    const isCounted = ({ outputTokens }: StreamUsage) => outputTokens !== null
    return (
      usage.promptTokens !== learnt.promptTokens ||
      usage.cachedTokens !== learnt.cachedTokens ||
      isCounted(usage) !== isCounted(learnt)
    )
  }
}
