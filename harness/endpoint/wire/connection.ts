import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { serverName } from '../access/peek.ts'
import type { Address } from '../address.ts'
import { HttpResponseParser, type ResponseHandlers } from './http-parser.ts'

/**
 * vLLM's front end closes a connection that has been idle for 5 s. A connection that has been idle for longer than
 * this is replaced before it is used, so that few requests meet a connection that the server is closing.
 */
const IDLE_LIMIT_MS = 4000

/**
 * A server may close an idle connection at any time (RFC 9112, 9.6), also while the next request is on its way. Its answer
 * to that, an end or a reset, takes a round trip. A connection that ends later was not idle: that request has failed.
 */
export const STALE_WITHIN_MS = 1000

/**
 * The read buffer of every socket of this thread. Bytes are parsed before the next read, so one buffer is enough.
 * A buffer per read would create garbage with each token, and collection pauses would appear in the token gaps.
 */
const readBuffer: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(64 * 1024)

export interface ExchangeHandlers extends ResponseHandlers {
  /** Called once per read, before the bytes are parsed. */
  onRead(): void
  /**
   * The connection ended or broke before the response was complete. `isStale`: the server had closed it between two
   * requests, and the request may be sent again on another one.
   */
  onBroken(error: Error, isStale: boolean): void
}

/** One connection that carries one request at a time, opened before the clock starts. */
export class Connection {
  readonly #address: Address
  readonly #now: () => number
  #socket: Socket | null = null
  #handlers: ExchangeHandlers | null = null
  readonly #parser = new HttpResponseParser({
    onHead: (responseHead) => this.#handlers?.onHead(responseHead),
    onBody: (bytes, start, end) => this.#handlers?.onBody(bytes, start, end),
    onEnd: () => this.#onEnd(),
  })
  #idleSinceMs = 0
  #sentMs = 0
  /** Whether the open connection has carried a whole exchange. */
  #isReused = false
  /** Whether bytes of the response in flight have been read. */
  #hasAnswer = false
  /** The server closed the last connection between two requests. */
  #wasClosedIdle = false
  #replaced = 0

  constructor(address: Address, now: () => number) {
    this.#address = address
    this.#now = now
  }

  /** How often a connection that the server had closed between two requests was replaced. */
  get replaced(): number {
    return this.#replaced
  }

  /** Opens the connection unless a fresh one is open. Rejects with the socket's error. */
  async open(timeoutMs: number): Promise<void> {
    if (this.#socket && !this.#socket.destroyed && this.#now() - this.#idleSinceMs < IDLE_LIMIT_MS) return
    this.close()
    if (this.#wasClosedIdle) this.#replaced += 1
    this.#wasClosedIdle = false
    this.#isReused = false
    const { host, port, tls } = this.#address
    const onread = {
      buffer: readBuffer,
      callback: (count: number) => {
        if (socket === this.#socket) this.#onData(count)
        return true
      },
    }
    const secure = { host, port, ...serverName(host), ALPNProtocols: ['http/1.1'], onread }
    const socket: Socket = tls ? connectTls(secure) : connectTcp({ host, port, onread })
    socket.setNoDelay(true)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs)
      const settle = (then: () => void) => () => {
        clearTimeout(timer)
        then()
      }
      socket.once(tls ? 'secureConnect' : 'connect', settle(resolve))
      socket.once('error', (error) => settle(() => reject(error))())
      socket.once(
        'close',
        settle(() => reject(new Error('connection closed while it was being opened'))),
      )
    })
    this.#socket = socket
    this.#idleSinceMs = this.#now()
    socket.on('error', (error) => this.#onGone(socket, error))
    socket.on('close', () => this.#onGone(socket, new Error('connection closed before the response was complete')))
  }

  /** Hands a request to the socket. `open` must have been awaited. */
  send(parts: readonly Buffer[], handlers: ExchangeHandlers): void {
    const socket = this.#socket
    if (!socket || socket.destroyed) {
      handlers.onBroken(new Error('connection closed before the request was sent'), this.#isReused)
      return
    }
    this.#handlers = handlers
    this.#hasAnswer = false
    this.#sentMs = this.#now()
    this.#parser.begin()
    socket.cork()
    for (const part of parts) socket.write(part)
    socket.uncork()
  }

  /** Closes the connection at any time; the handlers of a request in flight are not called again. */
  close(): void {
    this.#handlers = null
    this.#socket?.destroy()
    this.#socket = null
  }

  #onData(count: number): void {
    const handlers = this.#handlers
    if (!handlers) {
      // no request is in flight: the server says why it closes (408), or its answer had no end; neither may be used again
      this.close()
      this.#wasClosedIdle = true
      return
    }
    this.#hasAnswer = true
    handlers.onRead()
    try {
      const used = this.#parser.push(readBuffer, count)
      // bytes after the end of a response would be taken for the start of the next one
      if (used < count && this.#handlers === null) this.close()
    } catch (error) {
      this.close()
      handlers.onBroken(error as Error, false)
    }
  }

  #onEnd(): void {
    const handlers = this.#handlers
    this.#handlers = null
    this.#idleSinceMs = this.#now()
    this.#isReused = true
    if (!this.#parser.keepAlive) this.close()
    handlers?.onEnd()
  }

  #onGone(socket: Socket, error: Error): void {
    // a replaced socket closes after its successor is open: that does not end the request in flight
    if (socket !== this.#socket) return
    const handlers = this.#handlers
    if (!handlers) {
      this.#socket = null
      this.#wasClosedIdle = true
      return
    }
    if (this.#parser.finish()) return
    const isStale = this.#isReused && !this.#hasAnswer && this.#now() - this.#sentMs <= STALE_WITHIN_MS
    this.close()
    this.#wasClosedIdle = isStale
    handlers.onBroken(error, isStale)
  }
}
