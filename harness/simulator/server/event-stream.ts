import type { ServerResponse } from 'node:http'
import type { Flushable, Outbox } from './outbox.ts'
import { writeHead } from './reply.ts'

/** UTF-8 bytes as a string of one character per byte: cheap to join and to write, and its length is the byte count. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/**
 * A stream of server-sent events, each in a separate HTTP chunk, as sent by uvicorn. The frames are assembled
 * here and written directly to the socket: at ten thousand tokens per second `response.write` would cost more than the
 * whole engine.
 */
export class EventStream implements Flushable {
  readonly #response: ServerResponse
  readonly #outbox: Outbox
  #pending = ''
  #ended = false
  #isCut = false

  /** Sends the head immediately, as vLLM does before it reads the prompt. */
  constructor(response: ServerResponse, outbox: Outbox) {
    this.#response = response
    this.#outbox = outbox
    writeHead(response, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
    })
    response.flushHeaders()
  }

  /** Adds the event `data: <json>`. `event` is the complete event as returned by `toBytes`. */
  send(event: string): void {
    if (this.#pending === '') this.#outbox.add(this)
    this.#pending += `${event.length.toString(16)}\r\n${event}\r\n`
  }

  end(): void {
    this.#ended = true
  }

  /** Closes the connection in the middle of the stream, after the bytes already added. */
  cut(): void {
    if (this.#pending === '') this.#outbox.add(this)
    this.#isCut = true
  }

  flush(): void {
    const { socket } = this.#response
    const bytes = this.#pending
    this.#pending = ''
    if (socket === null || socket.destroyed) return
    if (!this.#ended) {
      if (bytes !== '') socket.write(bytes, 'latin1')
      if (this.#isCut) socket.destroySoon()
      return
    }
    socket.cork()
    socket.write(bytes, 'latin1')
    this.#response.end()
    socket.uncork()
  }
}
