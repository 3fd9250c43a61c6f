import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { content, document, lastContent, streamHead, streamTail, type Usage, wholeAnswer } from './exact-answer.ts'
import type { ExactOptions } from './exact-options.ts'
import { ExactCounters, pageFor } from './exact-pages.ts'
import { type ExactRequest, type RequestedAnswer, RequestReader, readRequested } from './exact-request.ts'

/**
 * An exact streaming server for client calibration, in a separate process: every event has a due time on a fixed
 * schedule, and the time at which it was written to the socket is kept. A client's error is its stamp minus this time.
 * It implements only the HTTP that benchmark clients use, so that it takes little CPU time from them.
 *
 * argv: one JSON object (ExactOptions). Prints its URL. SIGTERM writes the stamps: rows of doubles as in
 * loopback-scenario.ts, with the arrival of the request second.
 */
interface Stream {
  readonly id: number
  readonly arrivalMs: number
  readonly socket: Socket
  readonly sentMs: Float64Array
  readonly chunks: number
  readonly tail: Buffer
  next: number
}

const options = JSON.parse(process.argv[2] ?? '{}') as ExactOptions
/** CLOCK_MONOTONIC, the same in every process of this machine. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6

const counters = new ExactCounters()
const streams: Stream[] = []
let pacing: Stream[] = []
let serial = 0
const gapMs = options.ratePerS > 0 ? 1000 / options.ratePerS : 0
const due = (stream: Stream): number => stream.arrivalMs + options.ttftMs + stream.next * gapMs

function writeNext(stream: Stream): void {
  const isLast = stream.next === stream.chunks - 1
  const sentMs = now()
  stream.sentMs[stream.next] = sentMs
  stream.socket.write(isLast ? lastContent : content)
  stream.next += 1
  counters.generationTokens += 1
  if (stream.next === 1) {
    counters.ttftSumMs += sentMs - stream.arrivalMs
    counters.ttftCount += 1
  }
  if (!isLast) return
  stream.socket.write(stream.tail)
  counters.gapSumMs += sentMs - (stream.sentMs[0] as number)
  counters.gapCount += stream.chunks - 1
  counters.finished += 1
  counters.running -= 1
}

/** Writes between two polls of the sockets: a request that waits in a socket would count as client error. */
const WRITES_PER_TURN = 8
/** Larger bursts of events would show in the client's gaps. */
const BURST = 16
let neverSleeps = false

function pace(): void {
  let soonestMs = Number.POSITIVE_INFINITY
  let finished = false
  let writes = 0
  const nowMs = now()
  for (const stream of pacing) {
    if (due(stream) <= nowMs && writes < WRITES_PER_TURN) {
      writeNext(stream)
      writes += 1
    }
    if (stream.next === stream.chunks) finished = true
    else soonestMs = Math.min(soonestMs, due(stream))
  }
  if (finished) pacing = pacing.filter((stream) => stream.next < stream.chunks)
  if (pacing.length === 0) return
  // Sleeping between events leaves the cores to the client, which would otherwise wait behind this process.
  // Timers have a resolution of one millisecond: with many streams the events would arrive in bursts.
  const eventsPerMs = pacing.length / gapMs
  if (neverSleeps || eventsPerMs > BURST || soonestMs <= nowMs) setImmediate(pace)
  else setTimeout(pace, 1)
}

const batch = 64
const full = Buffer.concat(Array.from({ length: batch }, () => content))

function pour(stream: Stream): void {
  while (stream.next < stream.chunks - 1) {
    const count = Math.min(batch, stream.chunks - 1 - stream.next)
    stream.next += count
    if (!stream.socket.write(full.subarray(0, count * content.length)) && stream.next < stream.chunks - 1) {
      stream.socket.once('drain', () => pour(stream))
      return
    }
  }
  stream.socket.write(lastContent)
  stream.socket.write(stream.tail)
}

/** Answers have a fixed length, whatever the body requests, unless `asRequested` is set. */
const fixed: RequestedAnswer = { isStream: true, outputTokens: options.chunks, promptTokens: 64 }

/** Answers a request whose last byte has arrived. */
function answer(socket: Socket, request: ExactRequest): void {
  if (!request.isPost) {
    socket.write(pageFor(request.path, counters))
    return
  }
  const arrivalMs = now()
  const requested = options.asRequested ? readRequested(request.body, options.chunks) : fixed
  const id = options.numbered || request.id === null ? serial++ : request.id
  const { outputTokens, promptTokens } = requested
  const usage: Usage = { promptTokens, outputTokens, cachedTokens: options.numbered ? id : 0 }
  counters.promptTokens += promptTokens
  if (!requested.isStream) {
    counters.generationTokens += outputTokens
    counters.finished += 1
    socket.write(document(wholeAnswer(usage)))
    return
  }
  socket.write(streamHead)
  counters.running += 1
  const sentMs = new Float64Array(options.chunks).fill(Number.NaN)
  const stream = { id, arrivalMs, socket, sentMs, chunks: outputTokens, tail: streamTail(usage), next: 0 }
  if (options.ratePerS === 0) {
    pour(stream)
    return
  }
  // warm-up rounds (a negative id) are paced like the rest: a read with one event runs other code than a read with
  // a hundred, and both must be compiled
  if (id >= 0) streams.push(stream)
  pacing.push(stream)
  if (pacing.length === 1) pace()
}

const server = createServer((socket) => {
  const reader = new RequestReader({
    keepsBody: options.asRequested ?? false,
    onRequest: (request) => answer(socket, request),
    onLargeBody: () => {
      neverSleeps = true
    },
  })
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => reader.push(bytes))
})
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

process.on('SIGTERM', () => {
  const rows = streams.map((stream) => Float64Array.of(stream.id, stream.arrivalMs, ...stream.sentMs))
  writeFileSync(options.stampsFile, Buffer.concat(rows.map((row) => Buffer.from(row.buffer))))
  process.exit(0)
})
