/** Status and headers of a response, names in lower case. */
export interface ResponseHead {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

export interface ResponseHandlers {
  onHead(head: ResponseHead): void
  /** Bytes of the body with the chunked framing taken off. They are only valid during the call. */
  onBody(bytes: Buffer, start: number, end: number): void
  onEnd(): void
}

type State = 'head' | 'sized' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'ended'

const MAX_HEAD_BYTES = 256 * 1024
const NEWLINE = 10
const RETURN = 13
const SEMICOLON = 59
const empty = Buffer.alloc(0)

/** The response violates the HTTP grammar. Its request is `malformed`; no other request is affected. */
export class HttpGrammarError extends Error {}

/**
 * An HTTP/1.1 response parser for one request at a time (RFC 9112): content-length, chunked with extensions and
 * trailers, and until-close bodies; interim 1xx responses are skipped. Written for the hot path: no body byte is copied.
 */
export class HttpResponseParser {
  readonly #handlers: ResponseHandlers
  #state: State = 'ended'
  #head: Buffer = empty
  #left = 0
  #sizeDigits = 0
  #inExtension = false
  #trailerLength = 0
  #keepAlive = true

  constructor(handlers: ResponseHandlers) {
    this.#handlers = handlers
  }

  /** Prepares for the next response. */
  begin(): void {
    this.#state = 'head'
    this.#head = empty
  }

  /** Whether the connection may carry another request. */
  get keepAlive(): boolean {
    return this.#keepAlive
  }

  /** Ends the response when the server closed the connection. False when the response was not complete. */
  finish(): boolean {
    if (this.#state === 'ended') return true
    if (this.#state !== 'until-close') return false
    this.#end()
    return true
  }

  /** Parses the first `count` bytes of a buffer, which may be reused when this returns. Returns how many belonged to the response. */
  push(bytes: Buffer, count = bytes.length): number {
    let at = 0
    if (this.#state === 'head') at = this.#readHead(bytes.subarray(0, count))
    while (at < count && this.#state !== 'ended') at = this.#readBody(bytes, at, count)
    return at
  }

  #readHead(bytes: Buffer): number {
    const before = this.#head.length
    const all = before === 0 ? bytes : Buffer.concat([this.#head, bytes])
    const headEnd = all.indexOf('\r\n\r\n')
    if (headEnd < 0) {
      if (all.length > MAX_HEAD_BYTES) throw new HttpGrammarError(`response head over ${MAX_HEAD_BYTES} bytes`)
      this.#head = before === 0 ? Buffer.from(bytes) : all
      return bytes.length
    }
    const next = headEnd + 4 - before
    const { head, keepAlive } = parseHead(all.toString('latin1', 0, headEnd))
    if (head.status >= 100 && head.status < 200) {
      this.#head = empty
      return next < bytes.length ? next + this.#readHead(bytes.subarray(next)) : next
    }
    this.#keepAlive = keepAlive
    this.#begin(head)
    return next
  }

  #begin(head: ResponseHead): void {
    this.#handlers.onHead(head)
    const length = head.headers.get('content-length')
    if (/\bchunked\b/i.test(head.headers.get('transfer-encoding') ?? '')) this.#expectChunk()
    else if (length !== undefined) {
      this.#left = Number(length)
      if (!Number.isSafeInteger(this.#left) || this.#left < 0) throw new HttpGrammarError(`content-length ${length}`)
      if (this.#left === 0) this.#end()
      else this.#state = 'sized'
    } else if (head.status === 204 || head.status === 304) this.#end()
    else {
      this.#keepAlive = false
      this.#state = 'until-close'
    }
  }

  #readBody(bytes: Buffer, at: number, count: number): number {
    switch (this.#state) {
      case 'sized':
      case 'chunk-data': {
        const end = Math.min(count, at + this.#left)
        this.#left -= end - at
        this.#handlers.onBody(bytes, at, end)
        if (this.#left === 0) {
          if (this.#state === 'sized') this.#end()
          else this.#state = 'chunk-end'
        }
        return end
      }
      case 'until-close':
        this.#handlers.onBody(bytes, at, count)
        return count
      case 'chunk-size':
        return this.#readChunkSize(bytes, at, count)
      case 'chunk-end':
        if (bytes[at] === NEWLINE) this.#expectChunk()
        else if (bytes[at] !== RETURN) throw new HttpGrammarError('no line end after a chunk')
        return at + 1
      default:
        return this.#readTrailer(bytes, at, count)
    }
  }

  #expectChunk(): void {
    this.#state = 'chunk-size'
    this.#left = 0
    this.#sizeDigits = 0
    this.#inExtension = false
  }

  #readChunkSize(bytes: Buffer, from: number, count: number): number {
    for (let at = from; at < count; at += 1) {
      const byte = bytes[at] as number
      if (byte === NEWLINE) {
        if (this.#sizeDigits === 0) throw new HttpGrammarError('a chunk without a size')
        this.#trailerLength = 0
        this.#state = this.#left === 0 ? 'trailer' : 'chunk-data'
        return at + 1
      }
      if (this.#inExtension || byte === RETURN) continue
      if (byte === SEMICOLON || byte === 32 || byte === 9) {
        this.#inExtension = true
        continue
      }
      const digit = hexDigit(byte)
      if (digit < 0 || this.#sizeDigits >= 8) throw new HttpGrammarError('chunk size is not a hexadecimal number')
      this.#left = this.#left * 16 + digit
      this.#sizeDigits += 1
    }
    return count
  }

  #readTrailer(bytes: Buffer, from: number, count: number): number {
    for (let at = from; at < count; at += 1) {
      const byte = bytes[at]
      if (byte === RETURN) continue
      if (byte === NEWLINE) {
        if (this.#trailerLength === 0) {
          this.#end()
          return at + 1
        }
        this.#trailerLength = 0
      } else this.#trailerLength += 1
    }
    return count
  }

  #end(): void {
    this.#state = 'ended'
    this.#handlers.onEnd()
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function parseHead(text: string): { head: ResponseHead; keepAlive: boolean } {
  const lines = text.split('\r\n')
  const status = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(lines[0] ?? '')
  if (!status) throw new HttpGrammarError(`not an HTTP response: ${JSON.stringify((lines[0] ?? '').slice(0, 60))}`)
  const headers = new Map<string, string>()
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const options = (headers.get('connection') ?? '')
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
  // before HTTP/1.1 a connection stays open only if the server says so (RFC 9112, 9.3)
  const keepAlive = status[1] === '1' ? !options.includes('close') : options.includes('keep-alive')
  return { head: { status: Number(status[2]), headers }, keepAlive }
}
