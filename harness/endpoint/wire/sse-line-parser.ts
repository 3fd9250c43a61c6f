const NEWLINE = 10
const RETURN = 13
const COLON = 58
const SPACE = 32

/** An event larger than this is not a token; it is refused so that a hostile server cannot fill memory. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024

/**
 * The event-stream grammar of the HTML standard, byte by byte: `\n`, `\r\n` or `\r` end a line, a blank line ends an
 * event, lines that begin with a colon are comments, several `data:` lines are joined by a newline. A line is decoded
 * only when it is complete, so that a UTF-8 character split between two reads stays one character.
 */
export class SseLineParser {
  readonly #onEvent: (data: string) => void
  #partial: Buffer[] = []
  #partialBytes = 0
  #data: string[] = []
  #skipNewline = false

  constructor(onEvent: (data: string) => void) {
    this.#onEvent = onEvent
  }

  /** True between events, when no bytes are buffered. */
  get isIdle(): boolean {
    return this.#partialBytes === 0 && this.#data.length === 0 && !this.#skipNewline
  }

  reset(): void {
    this.#partial = []
    this.#partialBytes = 0
    this.#data = []
    this.#skipNewline = false
  }

  /** Reads to the end of one event (so that a faster reader can continue) or to `end`; returns where it stopped. */
  push(bytes: Buffer, start: number, end: number): number {
    let at = start
    if (this.#skipNewline) {
      this.#skipNewline = false
      if (bytes[at] === NEWLINE) at += 1
    }
    while (at < end) {
      const lineEnd = endOfLine(bytes, at, end)
      if (lineEnd < 0) {
        this.#hold(bytes.subarray(at, end))
        return end
      }
      const line = this.#wholeLine(bytes, at, lineEnd)
      at = lineEnd + 1
      if (bytes[lineEnd] === RETURN) {
        if (at >= end) this.#skipNewline = true
        else if (bytes[at] === NEWLINE) at += 1
      }
      if (line === '') {
        if (this.#dispatch()) return at
      } else this.#field(line)
    }
    return at
  }

  #hold(bytes: Buffer): void {
    this.#partialBytes += bytes.length
    if (this.#partialBytes > MAX_EVENT_BYTES) throw new RangeError(`an event of more than ${MAX_EVENT_BYTES} bytes`)
    this.#partial.push(Buffer.from(bytes))
  }

  #wholeLine(bytes: Buffer, at: number, lineEnd: number): string {
    if (this.#partialBytes === 0) return bytes.toString('utf8', at, lineEnd)
    const whole = Buffer.concat([...this.#partial, bytes.subarray(at, lineEnd)])
    this.#partial = []
    this.#partialBytes = 0
    return whole.toString('utf8')
  }

  #field(line: string): void {
    if (line.charCodeAt(0) === COLON || !line.startsWith('data')) return
    if (line.length === 4) this.#data.push('')
    else if (line.charCodeAt(4) === COLON) this.#data.push(line.slice(line.charCodeAt(5) === SPACE ? 6 : 5))
  }

  #dispatch(): boolean {
    if (this.#data.length === 0) return false
    const data = this.#data.join('\n')
    this.#data = []
    this.#onEvent(data)
    return true
  }
}

function endOfLine(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index += 1) {
    const byte = bytes[index]
    if (byte === NEWLINE || byte === RETURN) return index
  }
  return -1
}
