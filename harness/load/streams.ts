import { sendTimed, type TimedResult } from '../endpoint/timed-request.ts'
import { Connection } from '../endpoint/wire/connection.ts'
import { SseScanner } from '../endpoint/wire/sse-scanner.ts'
import { messageOf } from '../errors.ts'
import { type BodyTemplate, makeBodyTemplate } from '../plan/prompt-body.ts'
import type { WorkerPlan } from './protocol.ts'

/** One stream of a worker: a connection, a parser and a request body of its own, all made before the clock starts. */
export interface Stream {
  readonly connection: Connection
  readonly scanner: SseScanner
  readonly body: BodyTemplate
}

/** Makes the streams of a worker. The request head is shared: bodies of one plan are equally long. */
export function makeStreams(plan: WorkerPlan, now: () => number): { streams: Stream[]; head: Buffer } {
  const template = makeBodyTemplate(plan.body)
  const streams = Array.from({ length: plan.concurrency }, () => ({
    connection: new Connection(plan.address, now),
    scanner: new SseScanner(),
    body: template.clone(),
  }))
  const path = `${plan.address.basePath}/v1/${plan.body.api === 'chat' ? 'chat/completions' : 'completions'}`
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${plan.address.authority}`,
    'Content-Type: application/json',
    'Accept: text/event-stream',
    'User-Agent: joulemark',
    ...(plan.apiKey ? [`Authorization: Bearer ${plan.apiKey}`] : []),
    `Content-Length: ${template.bytes.length}`,
  ]
  return { streams, head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`) }
}

const CONNECT_TIMEOUT_MS = 10_000

/** Opens connections a few at a time: a server's accept queue is not what is being measured. */
export async function openAll(streams: readonly Stream[]): Promise<void> {
  const batch = 64
  for (let from = 0; from < streams.length; from += batch) {
    await Promise.all(streams.slice(from, from + batch).map((stream) => stream.connection.open(CONNECT_TIMEOUT_MS)))
  }
}

/** Sends one request of a stream; a connection that will not open is the outcome `connect`, not an exception. */
export async function sendOn(
  stream: Stream,
  head: Buffer,
  phase: number,
  id: number,
  options: { now: () => number; timeoutMs: number; signal: AbortSignal },
): Promise<TimedResult> {
  const body = stream.body.fill(phase, id)
  try {
    await stream.connection.open(Math.min(CONNECT_TIMEOUT_MS, options.timeoutMs))
  } catch (error) {
    stream.scanner.reset()
    return {
      dispatchedMs: Number.NaN,
      firstByteMs: Number.NaN,
      endMs: options.now(),
      facts: stream.scanner.facts,
      outcome: 'connect',
      httpStatus: null,
      error: messageOf(error),
      simulated: false,
    }
  }
  return sendTimed(stream.connection, stream.scanner, head, body, options)
}
