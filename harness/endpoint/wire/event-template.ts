import { MOST_TOKENS, readStreamEvent } from './stream-event.ts'

const QUOTE = 34
const BACKSLASH = 92
const FIRST_PRINTABLE = 32
const LETTER_U = 117
const DIGIT_ZERO = 48
const DIGIT_NINE = 57
/** What may follow a backslash in a text of JSON, besides `u` and four hexadecimal digits. */
const escapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'))

/** Numbers of usage that change from event to event, where the server sends usage in each of them. */
const RUNNING_COUNT = /("(?:total|completion|reasoning)_tokens":)\d+/
const OUTPUT_COUNT = '"completion_tokens":'

/**
 * The bytes of the events of one stream, which are equal except for the text and, where the server sends usage in every
 * event, for its running counts. An event that matches is read at the cost of a few byte comparisons.
 */
export class EventTemplate {
  readonly #prefix: Buffer
  /** What follows the text: parts with a number between each two. */
  readonly #parts: readonly Buffer[]
  /** Which of these numbers is the running count of output tokens; -1 without one. */
  readonly #countAt: number
  readonly #leastBytes: number
  /** Bytes of text in the event that was matched last. */
  textBytes = 0
  /** Output tokens by its running count; 0 without one. */
  count = 0

  private constructor(prefix: string, parts: readonly string[], isCounted: boolean) {
    this.#prefix = Buffer.from(prefix)
    this.#parts = parts.map((part) => Buffer.from(part))
    this.#countAt = isCounted ? parts.slice(0, -1).findIndex((part) => part.endsWith(OUTPUT_COUNT)) : -1
    this.#leastBytes = this.#prefix.length + this.#parts.reduce((sum, part) => sum + part.length, parts.length - 1)
  }

  /**
   * The template of an event with this data and text; null when the text does not occur in it exactly once, or when the
   * data came in several lines, which the bytes on the wire separate by more than a line end. `isCounted`: the usage of the
   * event holds the count of output tokens; a field of that name elsewhere is none.
   */
  static of(data: string, text: string, isCounted = true): EventTemplate | null {
    if (text === '' || data.includes('\n')) return null
    if (isCounted && data.split(OUTPUT_COUNT).length > 2) return null
    const quoted = JSON.stringify(text)
    const at = data.indexOf(quoted)
    if (at < 0 || data.indexOf(quoted, at + 1) >= 0) return null
    // the text may stand there in other escapes, and what equals it be another value, or a key
    const other = `${text}.`
    const changed = `${data.slice(0, at)}${JSON.stringify(other)}${data.slice(at + quoted.length)}`
    if (textOf(changed) !== other) return null
    const rest = `${data.slice(at + quoted.length - 1)}\n\n`
    // a number stays between the name that is kept and the next part
    const [first = '', ...others] = rest.split(RUNNING_COUNT)
    const parts = [first]
    for (let index = 0; index < others.length; index += 2) {
      parts[parts.length - 1] += others[index] ?? ''
      parts.push(others[index + 1] ?? '')
    }
    return new EventTemplate(`data: ${data.slice(0, at + 1)}`, parts, isCounted)
  }

  /** Where the next event begins; 0 when this one does not match or is incomplete. */
  match(bytes: Buffer, at: number, end: number): number {
    if (at + this.#leastBytes > end) return 0
    const textStart = at + this.#prefix.length
    if (this.#prefix.compare(bytes, at, textStart) !== 0) return 0
    const textEnd = endOfText(bytes, textStart, end)
    const next = textEnd === 0 ? 0 : this.#matchRest(bytes, textEnd, end)
    if (next > 0) this.textBytes = textEnd - textStart
    return next
  }

  #matchRest(bytes: Buffer, from: number, end: number): number {
    let at = from
    let count = 0
    for (let index = 0; index < this.#parts.length; index += 1) {
      const part = this.#parts[index] as Buffer
      const partEnd = at + part.length
      if (partEnd > end || part.compare(bytes, at, partEnd) !== 0) return 0
      at = partEnd
      if (index === this.#parts.length - 1) break
      let number = 0
      const digitsAt = at
      while (at < end && isDigit(bytes[at] as number)) {
        number = number * 10 + (bytes[at] as number) - DIGIT_ZERO
        at += 1
      }
      // what is no number of JSON, or no count of tokens, is left to the reader that says so
      if (at === digitsAt || (at > digitsAt + 1 && bytes[digitsAt] === DIGIT_ZERO)) return 0
      if (index !== this.#countAt) continue
      if (number === 0 || number > MOST_TOKENS) return 0
      count = number
    }
    this.count = count
    return at
  }
}

/** The text of an event with one choice; null for any other. */
function textOf(data: string): string | null {
  const event = readStreamEvent(data)
  if (event.kind !== 'chunk' || event.chunk.choices.length !== 1) return null
  return event.chunk.choices[0]?.content ?? null
}

/** Where the quote after a text stands; 0 when it is not there yet, or when this is no text of JSON. */
function endOfText(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end) {
    const byte = bytes[at] as number
    if (byte === QUOTE) return at
    if (byte < FIRST_PRINTABLE) return 0
    const length = byte === BACKSLASH ? escapeLength(bytes, at + 1, end) : 1
    if (length === 0) return 0
    at += length
  }
  return 0
}

/** Bytes of an escape, its backslash included; 0 when it is none of JSON, or cut. `at` is behind the backslash. */
function escapeLength(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return 0
  if (bytes[at] !== LETTER_U) return escapes.has(bytes[at] as number) ? 2 : 0
  if (at + 5 > end) return 0
  for (let digit = at + 1; digit < at + 5; digit += 1) if (!isHexDigit(bytes[digit] as number)) return 0
  return 6
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 32
  return isDigit(byte) || (lower >= 97 && lower <= 102)
}

const isDigit = (byte: number): boolean => byte >= DIGIT_ZERO && byte <= DIGIT_NINE
