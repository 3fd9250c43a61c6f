import type { ServerResponse } from 'node:http'
import type { Delivery } from '../faults/delivery.ts'
import type { Flushable, Outbox } from './outbox.ts'
import { writeHead } from './reply.ts'

/** UTF-8 bytes as a string of one character per byte: cheap to join and to write, and its length is the byte count. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** The parts of the server's context that a stream uses. */
export interface StreamContext {
  readonly outbox: Outbox
  /** What happens to the events of a stream on their way to the client. */
  readonly newDelivery: () => Delivery
  /** Whether the connection is closed after each stream, without saying so. */
  readonly closesQuietly: boolean
}

/**
 * A stream of server-sent events, each in a separate HTTP chunk, as sent by uvicorn. The frames are assembled
 * here and written directly to the socket: at ten thousand tokens per second `response.write` would cost more than the
 * whole engine.
 */
export class EventStream implements Flushable {
  readonly #response: ServerResponse
  readonly #outbox: Outbox
  readonly #delivery: Delivery
  readonly #closesQuietly: boolean
  #pending = ''
  #isWaiting = false
  #ended = false
  #isCut = false

  /** Sends the head immediately, as vLLM does before it reads the prompt. */
  constructor(response: ServerResponse, { outbox, newDelivery, closesQuietly }: StreamContext) {
    this.#response = response
    this.#outbox = outbox
    this.#delivery = newDelivery()
    this.#closesQuietly = closesQuietly
    writeHead(response, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
      ...this.#delivery.headers,
    })
    response.flushHeaders()
  }

  /** Adds the event `data: <json>`. `event` is the complete event as returned by `toBytes`. */
  send(event: string): void {
    this.#add(this.#delivery.pass(event))
  }

  end(): void {
    this.#add(this.#delivery.end())
    this.#ended = true
    this.#wait()
  }

  /** Closes the connection in the middle of the stream, after the bytes already added. */
  cut(): void {
    this.#isCut = true
    this.#wait()
  }

  flush(): void {
    this.#isWaiting = false
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
    if (bytes !== '') socket.write(bytes, 'latin1')
    this.#response.end()
    socket.uncork()
    if (this.#closesQuietly) socket.end()
  }

  #add(bytes: string): void {
    if (bytes === '') return
    this.#pending += `${bytes.length.toString(16)}\r\n${bytes}\r\n`
    this.#wait()
  }

  #wait(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#outbox.add(this)
  }
}
