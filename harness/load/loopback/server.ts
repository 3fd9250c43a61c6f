import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/**
 * An exact streaming server for client calibration, in a separate process: every event has a due time on a fixed
 * schedule, and the time at which it was written to the socket is kept. A client's error is its stamp minus this time.
 * It implements only the HTTP that the three clients use, so that it takes little CPU time from them.
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
  readonly socket: Socket
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
const usage = (chunks: number): string =>
  `data: {${shape},"choices":[],"usage":{"prompt_tokens":64,"total_tokens":${64 + chunks},"completion_tokens":${chunks}}}\n\ndata: [DONE]\n\n`
const framed = (text: string): Buffer => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
const head = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
)
const content = framed(event(' the', null))
const last = framed(event(' end', 'length'))
const tail = (chunks: number): Buffer => Buffer.concat([framed(usage(chunks)), Buffer.from('0\r\n\r\n')])
const tailBytes = tail(options.chunks)

const streams: Stream[] = []
let pacing: Stream[] = []
const gapMs = options.ratePerS > 0 ? 1000 / options.ratePerS : 0
const due = (stream: Stream): number => stream.arrivalMs + options.ttftMs + stream.next * gapMs

function writeNext(stream: Stream): void {
  const isLast = stream.next === options.chunks - 1
  stream.sentMs[stream.next] = now()
  stream.socket.write(isLast ? last : content)
  stream.next += 1
  if (isLast) stream.socket.write(tailBytes)
}

/** Writes between two polls of the sockets: a request that waits in a socket would count as client error. */
const WRITES_PER_TURN = 8
/** Larger bursts of events would show in the client's gaps. */
const BURST = 16
/**
 * Bodies larger than this require a reader that polls without sleeping. The kernel widens a connection's window by how
 * fast it is emptied. Behind a narrow window a body takes 20 ms to arrive, which is no error of the client.
 */
const LARGE_BODY_BYTES = 64 * 1024
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
    if (stream.next === options.chunks) finished = true
    else soonestMs = Math.min(soonestMs, due(stream))
  }
  if (finished) pacing = pacing.filter((stream) => stream.next < options.chunks)
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
  while (stream.next < options.chunks - 1) {
    const count = Math.min(batch, options.chunks - 1 - stream.next)
    stream.next += count
    if (!stream.socket.write(full.subarray(0, count * content.length)) && stream.next < options.chunks - 1) {
      stream.socket.once('drain', () => pour(stream))
      return
    }
  }
  stream.socket.write(last)
  stream.socket.write(tailBytes)
}

/** Answers a request whose last byte has arrived. */
function answer(socket: Socket, id: number): void {
  socket.write(head)
  const stream = { id, arrivalMs: now(), socket, sentMs: new Float64Array(options.chunks), next: 0 }
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

function serve(socket: Socket): void {
  let text = ''
  let left = -1
  let id = 0
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    if (left < 0) {
      text += bytes.toString('latin1')
      const headEnd = text.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      id = Number(/x-request-id: (-?\d+)/i.exec(text)?.[1] ?? 0)
      left = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0) - (text.length - headEnd - 4)
      text = ''
      if (left > LARGE_BODY_BYTES) neverSleeps = true
    } else left -= bytes.length
    if (left > 0) return
    left = -1
    answer(socket, id)
  })
}

const server = createServer(serve)
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

process.on('SIGTERM', () => {
  const rows = streams.map((stream) => Float64Array.of(stream.id, stream.arrivalMs, ...stream.sentMs))
  writeFileSync(options.stampsFile, Buffer.concat(rows.map((row) => Buffer.from(row.buffer))))
  process.exit(0)
})
