import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sendTimed } from './timed-request.ts'
import type { Connection, ExchangeHandlers } from './wire/connection.ts'
import { HttpResponseParser } from './wire/http-parser.ts'
import { SseScanner } from './wire/sse-scanner.ts'

/** A connection in memory: these pieces are read one after the other, then the other side closes. */
function connectionOf(pieces: readonly Buffer[]): Connection {
  const send = (_: readonly Buffer[], handlers: ExchangeHandlers): void => {
    const parser = new HttpResponseParser(handlers)
    parser.begin()
    try {
      for (const piece of pieces) {
        handlers.onRead()
        parser.push(piece)
      }
    } catch (error) {
      handlers.onBroken(error as Error, false)
      return
    }
    if (!parser.finish()) handlers.onBroken(new Error('closed'), false)
  }
  return { send, close: () => {} } as unknown as Connection
}

function answerTo(pieces: readonly Buffer[]) {
  let nowMs = 0
  const options = {
    now: () => {
      nowMs += 1
      return nowMs
    },
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  }
  return sendTimed(connectionOf(pieces), new SseScanner(), [], options)
}

/** Parts of answers, good and bad, in any order and number. */
const part = fc.oneof(
  fc.constantFrom(
    'data: {"choices":[{"index":0,"text":" a","finish_reason":null}]}\n\n',
    'data: {"choices":[{"index":0,"text":"","finish_reason":"length"}]}\n\n',
    'data: {"choices":[{"index":1,"delta":{"role":"assistant","content":""}}]}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":-3,"completion_tokens":"2"}}\n\n',
    'data: {"error":{"message":"boom"}}\n\n',
    'event: error\ndata: gone\n\n',
    'data: [DONE]\n\n',
    '\ufeff',
    ': ping\n\n',
    'data: {oops\n\n',
    'retry: 5\n',
    '{"error":"busy"}',
    '<html><title>x</title></html>',
    '\0\r\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const head = fc.oneof(
  { weight: 5, arbitrary: fc.constant('HTTP/1.1 200 OK\r\n\r\n') },
  fc.constantFrom(
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 70\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 302 Found\r\nlocation: /x\r\n\r\n',
    'HTTP/1.1 503 Busy\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'SSH-2.0-x\r\n\r\n',
    '',
  ),
)
const cuts = fc.array(fc.nat(9999), { maxLength: 8 })

test('whatever a server sends, a request ends with one outcome, and with a reason unless it is ok', async () => {
  await fc.assert(
    fc.asyncProperty(head, fc.array(part, { maxLength: 8 }), cuts, async (start, parts, at) => {
      const bytes = Buffer.from(start + parts.join(''))
      const edges = [0, ...at.map((cut) => Math.floor((cut / 10_000) * bytes.length)), bytes.length].sort(
        (a, b) => a - b,
      )
      const pieces = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
      const { outcome, error, facts } = await answerTo(pieces.filter(({ length }) => length > 0))
      expect(error === '').toBe(outcome === 'ok')
      expect(error.length).toBeLessThan(10_000)
      if (outcome !== 'ok') return
      expect(facts).toMatchObject({ done: true, openChoices: 0, errorMessage: null, malformed: null })
      expect(facts.outputTokens).not.toBeNull()
      expect(facts.firstTokenMs).toBeLessThanOrEqual(facts.lastTokenMs)
    }),
    { numRuns: 2000, seed: 20_261_126 },
  )
})
