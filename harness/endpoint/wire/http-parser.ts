import { framingOf, HttpGrammarError, parseHead, type ResponseHead, readField } from './response-head.ts'

export interface ResponseHandlers {
  onHead(head: ResponseHead): void
  /** Bytes of the body with the chunked framing taken off. They are only valid during the call. */
  onBody(bytes: Buffer, start: number, end: number): void
  onEnd(): void
}

type State = 'head' | 'sized' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'ended'

const MAX_HEAD_BYTES = 256 * 1024
/** The extensions of one chunk, which no server that is known sends. */
const MAX_EXTENSION_BYTES = 16 * 1024
const MAX_CHUNK_BYTES = 0xffff_ffff
const NEWLINE = 10
const RETURN = 13
const SEMICOLON = 59
const empty = Buffer.alloc(0)
/** `;name`, `;name=value` or `;name="value"`, several of them (RFC 9112, 7.1.1). */
const extensions =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)+$/

/**
 * An HTTP/1.1 response parser for one request at a time (RFC 9112): content-length, chunked with extensions and
 * trailers, and until-close bodies; interim 1xx responses are skipped. Written for the hot path: no body byte is copied.
 * It takes for whole what llhttp (Node, undici) takes for whole; `npm run fuzz` compares the two.
 */
export class HttpResponseParser {
  readonly #handlers: ResponseHandlers
  #state: State = 'ended'
  #head: Buffer = empty
  #left = 0
  #hasSize = false
  /** A carriage return was read: only a newline may follow. */
  #atReturn = false
  /** Extensions of the chunk, or the line of the trailers, so far. */
  #line = ''
  #trailerBytes = 0
  #keepAlive = true

  constructor(handlers: ResponseHandlers) {
    this.#handlers = handlers
  }

  /** Prepares for the next response. */
  begin(): void {
    this.#state = 'head'
    this.#head = empty
    this.#atReturn = false
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

  /**
   * Parses the first `count` bytes of a buffer, which may be reused when this returns. Returns how many belonged to the
   * response. Throws HttpGrammarError.
   */
  push(bytes: Buffer, count = bytes.length): number {
    let at = 0
    if (this.#state === 'head') at = this.#readHead(bytes.subarray(0, count))
    while (at < count && this.#state !== 'ended') at = this.#readBody(bytes, at, count)
    return at
  }

  #readHead(bytes: Buffer): number {
    const before = this.#head.length
    const all = before === 0 ? bytes : Buffer.concat([this.#head, bytes])
    const start = afterBlankLines(all)
    const headEnd = all.indexOf('\r\n\r\n', start)
    if (headEnd < 0) {
      if (all.length > MAX_HEAD_BYTES) throw new HttpGrammarError(`response head over ${MAX_HEAD_BYTES} bytes`)
      this.#head = before === 0 ? Buffer.from(bytes) : all
      return bytes.length
    }
    const next = headEnd + 4 - before
    const { head, keepAlive } = parseHead(all.toString('latin1', start, headEnd))
    if (head.status === 101) throw new HttpGrammarError('the server switched to another protocol (101)')
    if (head.status >= 100 && head.status < 200) {
      // it has no body, and its fields must be valid all the same
      framingOf(head)
      this.#head = empty
      return next < bytes.length ? next + this.#readHead(bytes.subarray(next)) : next
    }
    this.#keepAlive = keepAlive
    this.#begin(head)
    return next
  }

  #begin(head: ResponseHead): void {
    const framing = framingOf(head)
    this.#handlers.onHead(head)
    if (framing === 'none') this.#end()
    else if (framing === 'chunked') this.#expectChunk()
    else if (framing === 'until-close') {
      this.#keepAlive = false
      this.#state = 'until-close'
    } else {
      this.#left = framing.bytes
      this.#state = 'sized'
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
        if (this.#endsLine(bytes[at] as number)) this.#expectChunk()
        else if (!this.#atReturn) throw new HttpGrammarError('no line end after a chunk')
        return at + 1
      default:
        return this.#readTrailer(bytes, at, count)
    }
  }

  #expectChunk(): void {
    this.#state = 'chunk-size'
    this.#left = 0
    this.#hasSize = false
    this.#line = ''
  }

  #readChunkSize(bytes: Buffer, from: number, count: number): number {
    for (let at = from; at < count; at += 1) {
      const byte = bytes[at] as number
      if (this.#endsLine(byte)) {
        if (!this.#hasSize) throw new HttpGrammarError('a chunk without a size')
        if (this.#line !== '' && !extensions.test(this.#line)) throw new HttpGrammarError('not a chunk extension')
        this.#line = ''
        this.#trailerBytes = 0
        this.#state = this.#left === 0 ? 'trailer' : 'chunk-data'
        return at + 1
      }
      if (this.#atReturn) continue
      if (byte === SEMICOLON || this.#line !== '') this.#addToExtension(byte)
      else this.#addDigit(byte)
    }
    return count
  }

  #addDigit(byte: number): void {
    const digit = hexDigit(byte)
    this.#left = this.#left * 16 + digit
    if (digit < 0 || this.#left > MAX_CHUNK_BYTES) throw new HttpGrammarError('chunk size is not a hexadecimal number')
    this.#hasSize = true
  }

  #addToExtension(byte: number): void {
    this.#line += String.fromCharCode(byte)
    if (this.#line.length > MAX_EXTENSION_BYTES) throw new HttpGrammarError('a chunk extension over its limit')
  }

  #readTrailer(bytes: Buffer, from: number, count: number): number {
    for (let at = from; at < count; at += 1) {
      const byte = bytes[at] as number
      if (this.#endsLine(byte)) {
        if (this.#line === '') {
          this.#end()
          return at + 1
        }
        readField(this.#line)
        this.#line = ''
      } else if (!this.#atReturn) {
        this.#trailerBytes += 1
        if (this.#trailerBytes > MAX_HEAD_BYTES) throw new HttpGrammarError(`trailers over ${MAX_HEAD_BYTES} bytes`)
        this.#line += String.fromCharCode(byte)
      }
    }
    return count
  }

  /** Whether a byte completes a line end; a carriage return is noted, and only a newline may follow it. */
  #endsLine(byte: number): boolean {
    if (this.#atReturn) {
      if (byte !== NEWLINE) throw new HttpGrammarError('a carriage return without a newline')
      this.#atReturn = false
      return true
    }
    this.#atReturn = byte === RETURN
    return false
  }

  #end(): void {
    this.#state = 'ended'
    this.#handlers.onEnd()
  }
}

/** A server may send line ends before a response. */
function afterBlankLines(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === RETURN || bytes[at] === NEWLINE) at += 1
  return at
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
