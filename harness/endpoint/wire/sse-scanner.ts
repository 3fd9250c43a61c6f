import { SseLineParser } from './sse-line-parser.ts'
import { StreamChunks } from './stream-chunks.ts'
import { readStreamEvent, type StreamChunk } from './stream-event.ts'
import { addArrival, dropEmptyEnd, emptyFacts, type StreamFacts } from './stream-facts.ts'

const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92

/**
 * Reads OpenAI-style event streams at the cost of two byte comparisons per token.
 *
 * Events of one stream are equal except for the text. The scanner learns the bytes before and after it from an event
 * that it has parsed, and counts an event that matches both as one token event. Every other event
 * (first and last event, usage, errors, other servers' forms) is parsed with `JSON.parse`, so the result is exact.
 */
export class SseScanner {
  facts: StreamFacts = emptyFacts(new Float64Array(64))
  readonly #lines = new SseLineParser((data, type) => this.#onEvent(data, type))
  #prefix: Buffer | null = null
  #suffix: Buffer | null = null
  #nowMs = 0
  #seenInRead = false
  readonly #chunks = new StreamChunks()

  /** Resets the state for a new stream; the buffer of times is reused. */
  reset(): void {
    this.facts = emptyFacts(this.facts.times)
    this.#lines.reset()
    this.#prefix = null
    this.#suffix = null
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
      if (this.#prefix !== null && this.#lines.isIdle) {
        const next = this.#matchEvent(bytes, at, end)
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
  #matchEvent(bytes: Buffer, at: number, end: number): number {
    const prefix = this.#prefix as Buffer
    const suffix = this.#suffix as Buffer
    const textStart = at + prefix.length
    if (textStart + suffix.length > end) return 0
    if (prefix.compare(bytes, at, textStart) !== 0) return 0
    let textEnd = textStart
    for (;;) {
      const byte = bytes[textEnd]
      if (byte === QUOTE) break
      textEnd += byte === BACKSLASH ? 2 : 1
      if (textEnd >= end) return 0
    }
    const eventEnd = textEnd + suffix.length
    if (eventEnd > end) return 0
    if (suffix.compare(bytes, textEnd, eventEnd) !== 0) return 0
    this.facts.events += 1
    addArrival(this.facts, this.#nowMs, textEnd - textStart)
    this.#stamp()
    return eventEnd
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
    // the learnt bytes contain the fingerprint of the event they come from; after the end of a choice all are parsed
    if (facts.systemFingerprint !== systemFingerprint || this.#chunks.hasEnd) this.#prefix = null
    else if (token?.isText && chunk.choices.length === 1 && chunk.usage === null) this.#learn(data, token.content)
  }

  /** Learns the bytes around the text of an event, only when the text occurs in them exactly once. */
  #learn(data: string, content: string): void {
    if (this.#prefix !== null || content === '') return
    const quoted = JSON.stringify(content)
    const at = data.indexOf(quoted)
    if (at < 0 || data.indexOf(quoted, at + 1) >= 0) return
    this.#prefix = Buffer.from(`data: ${data.slice(0, at + 1)}`)
    this.#suffix = Buffer.from(`${data.slice(at + quoted.length - 1)}\n\n`)
    if (this.#suffix[this.#suffix.length - 1] !== NEWLINE) this.#prefix = null
  }
}
