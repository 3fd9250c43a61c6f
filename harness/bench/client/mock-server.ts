import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * An exact streaming server for timing clients, as a process of its own: every event has a due time on a fixed
 * schedule, and the moment at which it was handed to the socket is kept. A client's error is its stamp less ours.
 *
 * argv: one JSON object, {ttftMs, ratePerS (0 = full speed), chunks, stampsFile}. Prints its URL. SIGTERM writes the stamps.
 */
interface MockOptions {
  readonly ttftMs: number
  readonly ratePerS: number
  readonly chunks: number
  readonly stampsFile: string
}

interface Stream {
  readonly id: number
  readonly arrivalMs: number
  readonly response: ServerResponse
  readonly sentMs: Float64Array
  next: number
}

const options = JSON.parse(process.argv[2] ?? '{}') as MockOptions
/** CLOCK_MONOTONIC, the same in every process of this machine. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6

const shape =
  '"id":"cmpl-0123456789abcdef0123456789abcdef","object":"text_completion","created":1787000000,"model":"mock"'
const event = (text: string, finish: string | null): string =>
  `data: {${shape},"choices":[{"index":0,"text":"${text}","logprobs":null,"finish_reason":${finish ? `"${finish}"` : 'null'},"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}\n\n`
const content = Buffer.from(event(' the', null))
const last = Buffer.from(event(' end', 'length'))
const tail = Buffer.from(
  `data: {${shape},"choices":[],"usage":{"prompt_tokens":64,"total_tokens":${64 + options.chunks},"completion_tokens":${options.chunks}}}\n\ndata: [DONE]\n\n`,
)

const streams: Stream[] = []
/** Streams that have an event to come, in the order of their due times: all pace alike, so a queue is enough. */
let pacing: Stream[] = []
const gapMs = options.ratePerS > 0 ? 1000 / options.ratePerS : 0
const due = (stream: Stream): number => stream.arrivalMs + options.ttftMs + stream.next * gapMs

function writeNext(stream: Stream): void {
  const isLast = stream.next === options.chunks - 1
  stream.sentMs[stream.next] = now()
  stream.response.write(isLast ? last : content)
  stream.next += 1
  if (isLast) stream.response.end(tail)
}

function pace(): void {
  let soonestMs = Number.POSITIVE_INFINITY
  let finished = false
  for (const stream of pacing) {
    if (due(stream) <= now()) writeNext(stream)
    if (stream.next === options.chunks) finished = true
    else soonestMs = Math.min(soonestMs, due(stream))
  }
  if (finished) pacing = pacing.filter((stream) => stream.next < options.chunks)
  if (pacing.length === 0) return
  // a timer is a millisecond coarse: close to the next event the loop turns without sleeping
  if (soonestMs - now() > 2.5) setTimeout(pace, 1)
  else setImmediate(pace)
}

async function pour(stream: Stream): Promise<void> {
  const batch = 64
  const full = Buffer.concat(Array.from({ length: batch }, () => content))
  while (stream.next < options.chunks - 1) {
    const count = Math.min(batch, options.chunks - 1 - stream.next)
    stream.next += count
    const bytes = count === batch ? full : full.subarray(0, count * content.length)
    if (!stream.response.write(bytes)) await new Promise((resolve) => stream.response.once('drain', resolve))
  }
  stream.response.write(last)
  stream.response.end(tail)
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    response.end('{}')
    return
  }
  let arrived = false
  const onBody = () => {
    if (arrived) return
    arrived = true
    const stream = {
      id: Number(request.headers['x-request-id']),
      arrivalMs: now(),
      response,
      sentMs: new Float64Array(options.chunks),
      next: 0,
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.flushHeaders()
    if (options.ratePerS === 0) {
      pour(stream).catch(() => response.destroy())
      return
    }
    streams.push(stream)
    pacing.push(stream)
    if (pacing.length === 1) pace()
  }
  // the whole prompt counts as arrived with its last byte
  request.on('data', () => {})
  request.on('end', onBody)
}

const server = createServer({ keepAliveTimeout: 60_000, noDelay: true, requestTimeout: 0 }, serve)
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

process.on('SIGTERM', () => {
  const rows = streams.map((stream) => Float64Array.of(stream.id, stream.arrivalMs, ...stream.sentMs))
  writeFileSync(options.stampsFile, Buffer.concat(rows.map((row) => Buffer.from(row.buffer))))
  process.exit(0)
})
