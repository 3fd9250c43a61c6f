const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * An event larger than this is not a token. It is refused, so that a hostile server cannot fill the memory of a worker, which
 * reads hundreds of streams.
 */
const MAX_EVENT_BYTES = 2 ** 20

/**
 * The event-stream grammar of the HTML standard, byte by byte: one byte order mark at the start is stripped; `\n`, `\r\n`
 * or `\r` end a line, a blank line ends an event, lines that begin with a colon are comments, several `data:` lines are
 * joined by a newline, `event:` sets the type. A line is decoded only when it is complete, so that a UTF-8 character split
 * between two reads stays one character.
 */
export class SseLineParser {
  readonly #onEvent: (data: string, type: string) => void
  #partial: Buffer[] = []
  #partialBytes = 0
  #data: string[] = []
  #dataCharacters = 0
  #type = ''
  #skipNewline = false
  /** Bytes of a byte order mark that have been read; all of them once the stream is past its start. */
  #markBytes = 0

  constructor(onEvent: (data: string, type: string) => void) {
    this.#onEvent = onEvent
  }

  /** True between events, when no bytes are buffered. */
  get isIdle(): boolean {
    return this.#partialBytes === 0 && this.#data.length === 0 && !this.#skipNewline && this.#type === ''
  }

  reset(): void {
    this.#partial = []
    this.#partialBytes = 0
    this.#data = []
    this.#dataCharacters = 0
    this.#type = ''
    this.#skipNewline = false
    this.#markBytes = 0
  }

  /** Reads to the end of one event (so that a faster reader can continue) or to `end`; returns where it stopped. */
  push(bytes: Buffer, start: number, end: number): number {
    let at = this.#markBytes < BYTE_ORDER_MARK.length ? this.#skipMark(bytes, start, end) : start
    if (this.#skipNewline && at < end) {
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

  /** Passes over a byte order mark, which may arrive in pieces. Bytes that only begin like one belong to the first line. */
  #skipMark(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at += 1) {
      if (bytes[at] !== BYTE_ORDER_MARK[this.#markBytes]) {
        if (this.#markBytes > 0) this.#hold(BYTE_ORDER_MARK.subarray(0, this.#markBytes))
        this.#markBytes = BYTE_ORDER_MARK.length
        return at
      }
      this.#markBytes += 1
      if (this.#markBytes === BYTE_ORDER_MARK.length) return at + 1
    }
    return end
  }

  #hold(bytes: Buffer): void {
    this.#partialBytes += bytes.length
    if (this.#partialBytes > MAX_EVENT_BYTES) throw tooLarge()
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
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    if (name === 'data') this.#addData(valueAfter(line, colon))
    else if (name === 'event') this.#type = valueAfter(line, colon)
  }

  #addData(value: string): void {
    this.#dataCharacters += value.length + 1
    if (this.#dataCharacters > MAX_EVENT_BYTES) throw tooLarge()
    this.#data.push(value)
  }

  #dispatch(): boolean {
    const type = this.#type
    this.#type = ''
    if (this.#data.length === 0) return false
    const data = this.#data.join('\n')
    this.#data = []
    this.#dataCharacters = 0
    this.#onEvent(data, type)
    return true
  }
}

const tooLarge = (): RangeError => new RangeError(`an event of more than ${MAX_EVENT_BYTES} bytes`)

/** The value of a field: without the colon, and without one space after it. */
function valueAfter(line: string, colon: number): string {
  if (colon < 0) return ''
  return line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1)
}

function endOfLine(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index < end; index += 1) {
    const byte = bytes[index]
    if (byte === NEWLINE || byte === RETURN) return index
  }
  return -1
}
