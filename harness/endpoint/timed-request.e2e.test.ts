import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { parseAddress } from './address.ts'
import { sendTimed, type TimedResult } from './timed-request.ts'
import { Connection } from './wire/connection.ts'
import { SseScanner } from './wire/sse-scanner.ts'

/** One request against a server that says exactly what a test wants, over a real socket. */
const token = (text: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: finish }] })}\n\n`
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
const done = 'data: [DONE]\n\n'
const good = token(' a') + token(' b', 'length') + usage + done
const ok = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'
const sized = (body: string, head = ok) => `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const chunked = (...parts: string[]) =>
  `${ok}transfer-encoding: chunked\r\n\r\n${parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('')}`

let server: Server
let script: (socket: Socket, count: number) => void
let connections: Socket[]
beforeEach(async () => {
  connections = []
  server = createServer((socket) => {
    connections.push(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => script(socket, connections.length))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterEach(() => {
  for (const socket of connections) socket.destroy()
  server.close()
})

const makeConnection = () =>
  new Connection(parseAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), systemClock.nowMs)
const scanner = new SseScanner()

async function ask(
  over: { timeoutMs?: number; signal?: AbortSignal; connection?: Connection } = {},
): Promise<TimedResult> {
  const connection = over.connection ?? makeConnection()
  await connection.open(5000)
  const options = {
    now: systemClock.nowMs,
    timeoutMs: over.timeoutMs ?? 20_000,
    signal: over.signal ?? new AbortController().signal,
  }
  return sendTimed(connection, scanner, [Buffer.from('POST / HTTP/1.1\r\n\r\n')], options)
}

describe('the outcome of a request', () => {
  test.each<[string, string, string, RegExp | string]>([
    ['a whole stream', sized(good), 'ok', ''],
    ['a whole stream in chunks, one of them empty of content', `${chunked(good)}0\r\n\r\n`, 'ok', ''],
    [
      '400 with an error object',
      sized('{"error":{"message":"maximum context length is 8"}}', 'HTTP/1.1 400 Bad Request\r\n'),
      'http-4xx',
      'HTTP 400: maximum context length is 8',
    ],
    [
      '401 with an error string',
      sized('{"error":"Unauthorized"}', 'HTTP/1.1 401 Unauthorized\r\n'),
      'http-4xx',
      'HTTP 401: Unauthorized',
    ],
    ['500 without a body', sized('', 'HTTP/1.1 500 Oops\r\n'), 'http-5xx', 'HTTP 500: empty body'],
    [
      'an error in the stream, then [DONE]',
      sized(`${token(' a')}data: {"error":{"message":"boom"}}\n\n${done}`),
      'stream-error',
      'boom',
    ],
    ['a stream that ends without [DONE]', sized(token(' a')), 'truncated', 'stream ended without [DONE]'],
    [
      '[DONE] without a finish_reason',
      sized(token(' a') + usage + done),
      'truncated',
      'no finish_reason before [DONE]',
    ],
    ['finish_reason abort', sized(token(' a', 'abort') + usage + done), 'aborted', /stopped by the server/],
    ['finish_reason error', sized(token(' a', 'error') + usage + done), 'stream-error', 'finish_reason error'],
    ['no usage', sized(token(' a', 'length') + done), 'malformed', /no usage/],
    ['an event that is not JSON', sized(`data: {oops\n\n${good}`), 'malformed', /not JSON/],
    ['broken framing', `${ok}transfer-encoding: chunked\r\n\r\nzz\r\n`, 'malformed', /hexadecimal/],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'malformed', /not an HTTP response/],
    ['a byte order mark before the stream', sized(`\ufeff${good}`), 'ok', ''],
    ['lines that end with CRLF, and comments', sized(`: ping\n\n${good}`.replaceAll('\n', '\r\n')), 'ok', ''],
    ['lines that end with a lone CR', sized(good.replaceAll('\n', '\r')), 'ok', ''],
    [
      'interim responses',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${sized(good)}`,
      'ok',
      '',
    ],
    ['trailers after the last chunk', `${chunked(good)}0\r\nx-checksum: 7\r\n\r\n`, 'ok', ''],
    ['a type of event', sized(`event: error\ndata: {"message":"overloaded"}\n\n${done}`), 'stream-error', 'overloaded'],
    [
      'a compressed stream',
      sized('\x1f\x8b', `${ok}content-encoding: gzip\r\n`),
      'malformed',
      /content-encoding gzip.*switch compression off/,
    ],
    [
      'an error document with status 200',
      sized(
        '{"object":"error","message":"CUDA out of memory","code":500}',
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n',
      ),
      'stream-error',
      /^CUDA out of memory$/,
    ],
    [
      'an answer that is not streamed',
      sized('{"choices":[{"index":0,"text":"a","finish_reason":"length"}],"usage":{}}', 'HTTP/1.1 200 OK\r\n'),
      'malformed',
      /ignored "stream": true/,
    ],
    [
      'the page of a proxy with status 200',
      sized('<!DOCTYPE html><html><head><title>Sign in</title></head></html>', 'HTTP/1.1 200 OK\r\n'),
      'malformed',
      /an HTML page instead of an event stream: Sign in/,
    ],
    [
      'a redirect',
      sized('', 'HTTP/1.1 307 Temporary Redirect\r\nlocation: http://other/v1/completions\r\n'),
      'malformed',
      /a redirect to http:\/\/other\/v1\/completions/,
    ],
    ['nothing at all', sized(''), 'truncated', /an empty answer/],
    [
      'a second choice that never ends',
      sized(`data: {"choices":[{"index":1,"text":" x"}]}\n\n${good}`),
      'truncated',
      'no finish_reason before [DONE] in 1 choices',
    ],
    [
      'a count that is not a number',
      sized(token(' a', 'length') + usage.replace('2', '"2"') + done),
      'malformed',
      /usage\.completion_tokens is "2"/,
    ],
  ])('%s', async (_, response, outcome, error) => {
    script = (socket) => socket.write(response)
    const result = await ask()
    expect(result.outcome).toBe(outcome)
    expect(result.error).toMatch(error)
  })

  test('a connection that is cut in mid-stream is truncated, and what came is kept', async () => {
    script = (socket) => socket.end(chunked(token(' a')))
    const result = await ask()
    expect(result).toMatchObject({ outcome: 'truncated', facts: { chunks: 1 } })
  })

  test('a stream of HTTP/1.0 ends with its connection', async () => {
    script = (socket) => socket.end(`HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${good}`)
    expect(await ask()).toMatchObject({ outcome: 'ok', facts: { chunks: 2, outputTokens: 2 } })
  })

  test('a connection that is reset in mid-stream is truncated', async () => {
    script = (socket) => socket.write(chunked(token(' a')), () => socket.resetAndDestroy())
    expect(await ask()).toMatchObject({ outcome: 'truncated', isStale: false, facts: { chunks: 1 } })
  })

  test('an error status counts, also when the connection breaks before its body is complete', async () => {
    script = (socket) => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 100\r\n\r\n{"error":"busy"}')
    expect(await ask()).toMatchObject({ outcome: 'http-5xx', error: 'HTTP 503: busy' })
  })

  test('a connection that closes without an answer is connect, and is not tried again', async () => {
    script = (socket) => socket.destroy()
    expect((await ask()).outcome).toBe('connect')
    expect(connections).toHaveLength(1)
  })

  test('a server that goes silent is a timeout, never a short success', async () => {
    script = (socket) => socket.write(chunked(token(' a')))
    expect(await ask({ timeoutMs: 100 })).toMatchObject({ outcome: 'timeout', facts: { chunks: 1 } })
  })

  test('a stop of ours is aborted', async () => {
    const stop = new AbortController()
    script = (socket) => {
      socket.write(chunked(token(' a')))
      setImmediate(() => stop.abort())
    }
    expect(await ask({ signal: stop.signal })).toMatchObject({ outcome: 'aborted', error: 'stopped by the harness' })
  })
})

test('the rungs of the ladder are in order, and the first byte is not the first token', async () => {
  script = (socket) => {
    socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`)
    setTimeout(() => socket.write(`${chunked(good).split('\r\n\r\n').slice(1).join('\r\n\r\n')}0\r\n\r\n`), 30)
  }
  const { dispatchedMs, firstByteMs, facts, endMs } = await ask()
  expect(dispatchedMs).toBeLessThanOrEqual(firstByteMs)
  expect(firstByteMs).toBeLessThan(facts.firstTokenMs)
  expect(facts.firstTokenMs).toBeLessThanOrEqual(facts.lastTokenMs)
  expect(facts.lastTokenMs).toBeLessThanOrEqual(endMs)
})

test('a connection is used again, and replaced when the server has closed it', async () => {
  const connection = makeConnection()
  script = (socket) => socket.write(sized(good))
  expect((await ask({ connection })).outcome).toBe('ok')
  expect((await ask({ connection })).outcome).toBe('ok')
  expect(connections).toHaveLength(1)
  const closed = new Promise((resolve) => connections[0]?.once('close', resolve))
  connections[0]?.end()
  await closed
  expect((await ask({ connection })).outcome).toBe('ok')
  expect(connections).toHaveLength(2)
})

test('a response that comes one byte a read is read all the same', async () => {
  const bytes = Buffer.from(`${chunked(token(' é👍'), token(' b', 'length'), usage, done)}0\r\n\r\n`)
  script = (socket) => {
    socket.setNoDelay(true)
    let at = 0
    const next = () => {
      if (at >= bytes.length) return
      socket.write(bytes.subarray(at, at + 1), () => setImmediate(next))
      at += 1
    }
    next()
  }
  expect(await ask()).toMatchObject({ outcome: 'ok', facts: { chunks: 2, outputTokens: 2 } })
})
