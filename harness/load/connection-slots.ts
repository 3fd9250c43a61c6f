import pLimit from 'p-limit'
import { codeOf, connectMessage, ownMachineFault } from '../endpoint/access/own-machine.ts'
import type { Address } from '../endpoint/address.ts'
import { sendTimed, type TimedResult } from '../endpoint/timed-request.ts'
import { Connection } from '../endpoint/wire/connection.ts'
import { SseScanner } from '../endpoint/wire/sse-scanner.ts'
import { emptyFacts } from '../endpoint/wire/stream-facts.ts'

/** One connection of a worker with its own parser, both created before the clock starts. */
export interface ConnectionSlot {
  readonly connection: Connection
  readonly scanner: SseScanner
}

export const makeConnectionSlots = (address: Address, count: number, now: () => number): ConnectionSlot[] =>
  Array.from({ length: count }, () => ({ connection: new Connection(address, now), scanner: new SseScanner() }))

const CONNECT_TIMEOUT_MS = 10_000

/** Maximum number of connections that one worker opens concurrently. */
export const MAX_OPENING = 64

/**
 * Opens all connections, at most 64 at a time, so that the server's accept queue is not measured. Rejects with the
 * first error; connections that were not started by then stay closed.
 */
export async function openAll(slots: readonly { readonly connection: Pick<Connection, 'open'> }[]): Promise<void> {
  const limit = pLimit(MAX_OPENING)
  try {
    await Promise.all(slots.map(({ connection }) => limit(() => connection.open(CONNECT_TIMEOUT_MS))))
  } catch (error) {
    limit.clearQueue()
    throw error
  }
}

/** Where each API of a server is, and what it answers with. */
const apiPaths = {
  completions: { path: '/v1/completions', accept: 'text/event-stream' },
  chat: { path: '/v1/chat/completions', accept: 'text/event-stream' },
  embeddings: { path: '/v1/embeddings', accept: 'application/json' },
  rerank: { path: '/v1/rerank', accept: 'application/json' },
} as const

/** The request line and headers without the content length. Contains the API key, so it is never logged. */
export function makeHead(address: Address, api: keyof typeof apiPaths, apiKey: string | null): string {
  const { path, accept } = apiPaths[api]
  return [
    `POST ${address.basePath}${path} HTTP/1.1`,
    `Host: ${address.authority}`,
    'Content-Type: application/json',
    `Accept: ${accept}`,
    'Accept-Encoding: identity',
    'User-Agent: joulemark',
    ...(apiKey ? [`Authorization: Bearer ${apiKey}`] : []),
    'Content-Length: ',
  ].join('\r\n')
}

export interface SendOptions {
  readonly now: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Sends the parts of a request on an open slot; one whose answer is a stream of tokens unless given. */
  readonly send?: (slot: ConnectionSlot, parts: readonly Buffer[]) => Promise<TimedResult>
}

/**
 * Sends one request on a slot. A connection that cannot be opened is the outcome `connect`, not an exception. A request
 * that met a connection which the server had closed between two requests is sent once more on a new one, timed anew.
 */
export async function sendOnSlot(
  slot: ConnectionSlot,
  head: string,
  body: readonly Buffer[],
  options: SendOptions,
): Promise<TimedResult> {
  const first = await sendOnce(slot, head, body, options)
  return first.isStale && !options.signal.aborted ? sendOnce(slot, head, body, options) : first
}

async function sendOnce(
  slot: ConnectionSlot,
  head: string,
  body: readonly Buffer[],
  options: SendOptions,
): Promise<TimedResult> {
  const { connection, scanner } = slot
  try {
    await connection.open(Math.min(CONNECT_TIMEOUT_MS, options.timeoutMs))
  } catch (error) {
    return unsent(error, options.now())
  }
  const length = body.reduce((sum, part) => sum + part.length, 0)
  const parts = [Buffer.from(`${head}${length}\r\n\r\n`), ...body]
  return options.send ? options.send(slot, parts) : sendTimed(connection, scanner, parts, options)
}

/** A limit of this machine that refused a connection is no fault of the server: it is named and counted apart. */
function unsent(error: unknown, endMs: number): TimedResult {
  const facts = emptyFacts(new Float64Array(1))
  return {
    dispatchedMs: Number.NaN,
    firstByteMs: Number.NaN,
    endMs,
    facts,
    outcome: 'connect',
    httpStatus: null,
    error: connectMessage(error),
    simulated: false,
    noSocket: ownMachineFault(codeOf(error)) !== null,
    isStale: false,
  }
}
