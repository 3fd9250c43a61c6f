import { SseLineParser } from './sse-line-parser.ts'

/** The content of one stream of server-sent events so far. Times are stamped once per read, on the run's clock. */
export interface StreamFacts {
  firstChunkMs: number
  firstTokenMs: number
  lastTokenMs: number
  /** Events with content. */
  chunks: number
  /** Events with content that shared a read with an earlier one: their gap is not a measurement. */
  sharedStamps: number
  /** Arrival time of each content event, `chunks` long. */
  times: Float64Array
  finishReason: string | null
  promptTokens: number | null
  outputTokens: number | null
  cachedTokens: number | null
  systemFingerprint: string | null
  done: boolean
  /** Message of an `error` event; the server still sends `[DONE]` after one. */
  errorMessage: string | null
  /** An event that is not JSON, shown in short. */
  malformed: string | null
}

const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92

/**
 * Reads OpenAI-style event streams at the cost of two byte comparisons per token.
 *
 * Events of one stream are equal except for the text. The scanner learns the bytes before and after it from an event
 * that it has parsed, and counts an event that matches both as one content token. Every other event
 * (first and last event, usage, errors, other servers' forms) is parsed with `JSON.parse`, so the result is exact.
 */
export class SseScanner {
  facts: StreamFacts = emptyFacts(new Float64Array(64))
  readonly #lines = new SseLineParser((data) => this.#parseEvent(data))
  #prefix: Buffer | null = null
  #suffix: Buffer | null = null
  #nowMs = 0
  #seenInRead = false

  /** Resets the state for a new stream; the buffer of times is reused. */
  reset(): void {
    this.facts = emptyFacts(this.facts.times)
    this.#lines.reset()
    this.#prefix = null
    this.#suffix = null
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

  /** Returns where the next event begins, or 0 when this one does not match the learnt bytes or is incomplete. */
  #matchEvent(bytes: Buffer, at: number, end: number): number {
    const prefix = this.#prefix as Buffer
    const suffix = this.#suffix as Buffer
    const textStart = at + prefix.length
    if (textStart + suffix.length >= end) return 0
    if (prefix.compare(bytes, at, textStart) !== 0) return 0
    let textEnd = textStart
    for (;;) {
      const byte = bytes[textEnd]
      if (byte === QUOTE) break
      textEnd += byte === BACKSLASH ? 2 : 1
      if (textEnd >= end) return 0
    }
    const eventEnd = textEnd + suffix.length
    if (textEnd === textStart || eventEnd > end) return 0
    if (suffix.compare(bytes, textEnd, eventEnd) !== 0) return 0
    this.#content()
    return eventEnd
  }

  #content(): void {
    const facts = this.facts
    const now = this.#nowMs
    if (facts.chunks === 0) {
      facts.firstTokenMs = now
      if (Number.isNaN(facts.firstChunkMs)) facts.firstChunkMs = now
    }
    facts.lastTokenMs = now
    if (facts.chunks === facts.times.length) {
      const larger = new Float64Array(facts.times.length * 2)
      larger.set(facts.times)
      facts.times = larger
    }
    facts.times[facts.chunks] = now
    facts.chunks += 1
    if (this.#seenInRead) facts.sharedStamps += 1
    this.#seenInRead = true
  }

  #parseEvent(data: string): void {
    const facts = this.facts
    if (data === '[DONE]') {
      facts.done = true
      return
    }
    let event: WireEvent
    try {
      event = JSON.parse(data) as WireEvent
    } catch {
      facts.malformed ??= data.slice(0, 120)
      return
    }
    if (typeof event !== 'object' || event === null) {
      facts.malformed ??= data.slice(0, 120)
      return
    }
    if (event.error !== undefined && event.error !== null) {
      facts.errorMessage ??= errorText(event.error)
      return
    }
    if (event.object === 'error') {
      facts.errorMessage ??= String(event.message ?? 'error event without a message')
      return
    }
    if (Number.isNaN(facts.firstChunkMs)) facts.firstChunkMs = this.#nowMs
    if (event.system_fingerprint && event.system_fingerprint !== facts.systemFingerprint) {
      facts.systemFingerprint = event.system_fingerprint
      // the learnt bytes contain the fingerprint of the event they come from
      this.#prefix = null
    }
    if (event.usage) {
      facts.promptTokens = event.usage.prompt_tokens ?? null
      facts.outputTokens = event.usage.completion_tokens ?? null
      facts.cachedTokens = event.usage.prompt_tokens_details?.cached_tokens ?? null
    }
    const choice = event.choices?.[0]
    if (!choice) return
    if (choice.finish_reason) facts.finishReason = choice.finish_reason
    const text = contentOf(choice)
    if (!text) return
    this.#content()
    if (typeof text === 'string' && !choice.finish_reason && !event.usage) this.#learn(data, text)
  }

  /** Learns the bytes around the text of an event, only when the text occurs in them exactly once. */
  #learn(data: string, text: string): void {
    if (this.#prefix !== null) return
    const quoted = JSON.stringify(text)
    const at = data.indexOf(quoted)
    if (at < 0 || data.indexOf(quoted, at + 1) >= 0) return
    this.#prefix = Buffer.from(`data: ${data.slice(0, at + 1)}`)
    this.#suffix = Buffer.from(`${data.slice(at + quoted.length - 1)}\n\n`)
    if (this.#suffix[this.#suffix.length - 1] !== NEWLINE) this.#prefix = null
  }
}

interface WireChoice {
  text?: string | null
  delta?: {
    content?: string | null
    reasoning?: string | null
    reasoning_content?: string | null
    tool_calls?: unknown[]
  }
  finish_reason?: string | null
}

interface WireEvent {
  object?: string
  message?: string
  error?: unknown
  choices?: WireChoice[]
  usage?: {
    prompt_tokens?: number
    completion_tokens?: number
    prompt_tokens_details?: { cached_tokens?: number } | null
  } | null
  system_fingerprint?: string | null
}

/** The content of a choice: text, reasoning or a tool call; null for a role alone. */
function contentOf(choice: WireChoice): string | true | null {
  if (choice.text) return choice.text
  const delta = choice.delta
  if (!delta) return null
  const text = delta.content || delta.reasoning || delta.reasoning_content
  if (text) return text
  return delta.tool_calls && delta.tool_calls.length > 0 ? true : null
}

function errorText(error: unknown): string {
  if (typeof error === 'string') return error
  const message = (error as { message?: unknown }).message
  return typeof message === 'string' && message ? message : JSON.stringify(error)
}

/** Facts of a stream before its first event; `times` is reused. */
export function emptyFacts(times: Float64Array): StreamFacts {
  return {
    firstChunkMs: Number.NaN,
    firstTokenMs: Number.NaN,
    lastTokenMs: Number.NaN,
    chunks: 0,
    sharedStamps: 0,
    times,
    finishReason: null,
    promptTokens: null,
    outputTokens: null,
    cachedTokens: null,
    systemFingerprint: null,
    done: false,
    errorMessage: null,
    malformed: null,
  }
}
