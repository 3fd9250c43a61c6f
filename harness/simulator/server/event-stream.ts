import type { ServerResponse } from 'node:http'
import type { Flushable, Outbox } from './outbox.ts'
import { writeHead } from './reply.ts'

/** UTF-8 bytes as a string of one character a byte: cheap to join, cheap to write, and its length is the byte count. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/**
 * A stream of server-sent events, each in an HTTP chunk of its own as uvicorn sends them. The frames are put together
 * here and go to the socket as they are: at ten thousand tokens a second `response.write` would cost more than the
 * whole engine.
 */
export class EventStream implements Flushable {
  readonly #response: ServerResponse
  readonly #outbox: Outbox
  #pending = ''
  #ended = false
  #isCut = false

  /** Sends the head at once: vLLM's leaves before the prompt is looked at. */
  constructor(response: ServerResponse, outbox: Outbox) {
    this.#response = response
    this.#outbox = outbox
    writeHead(response, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
    })
    response.flushHeaders()
  }

  /** Adds the event `data: <json>`. `event` is the whole of it, as `toBytes` gives it. */
  send(event: string): void {
    if (this.#pending === '') this.#outbox.add(this)
    this.#pending += `${event.length.toString(16)}\r\n${event}\r\n`
  }

  end(): void {
    this.#ended = true
  }

  /** Ends the connection in the middle of the stream, after what was sent. */
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
