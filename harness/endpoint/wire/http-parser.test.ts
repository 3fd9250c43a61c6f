import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HttpResponseParser } from './http-parser.ts'
import { HttpGrammarError, type ResponseHead } from './response-head.ts'

function collect() {
  const seen = { head: null as ResponseHead | null, body: '', ended: 0 }
  const parser = new HttpResponseParser({
    onHead: (head) => {
      seen.head = head
    },
    onBody: (bytes, start, end) => {
      seen.body += bytes.toString('latin1', start, end)
    },
    onEnd: () => {
      seen.ended += 1
    },
  })
  parser.begin()
  return { seen, parser }
}

function feed(text: string, cuts: readonly number[] = []) {
  const { seen, parser } = collect()
  const edges = [0, ...[...cuts].sort((a, b) => a - b), text.length]
  for (let index = 1; index < edges.length; index += 1) {
    const piece = text.slice(edges[index - 1], edges[index])
    if (piece) parser.push(Buffer.from(piece, 'latin1'))
  }
  return { ...seen, parser }
}

const chunked =
  'HTTP/1.1 200 OK\r\ndate: x\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n' +
  '5\r\nhello\r\n1;ext="a"\r\n \r\n0006\r\nworld!\r\n0\r\nTrailer: y\r\n\r\n'

describe('a chunked response', () => {
  test('is taken out of its frames', () => {
    expect(feed(chunked)).toMatchObject({ body: 'hello world!', ended: 1, head: { status: 200 } })
  })

  test('says the same wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(chunked.length), { maxLength: 60 }), (cuts) => {
        expect(feed(chunked, cuts)).toMatchObject({ body: 'hello world!', ended: 1, head: { status: 200 } })
      }),
    )
  })

  test('that is cut short is not finished', () => {
    expect(feed(chunked.slice(0, -10)).parser.finish()).toBe(false)
  })

  test.each(['zz\r\n', '\r\n', '123456789\r\n', '3\r\nabcX'])('with broken framing %j is refused', (body) => {
    expect(() => feed(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`)).toThrow(HttpGrammarError)
  })
})

test('a sized response ends at its length, also at 0', () => {
  expect(feed('HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone')).toMatchObject({
    body: 'gone',
    ended: 1,
    head: { status: 404 },
  })
  expect(feed('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).toMatchObject({ body: '', ended: 1 })
})

test('a response without a length ends when the other side closes, and the connection is spent', () => {
  const { parser } = feed('HTTP/1.0 200 OK\r\n\r\nhello')
  expect(parser.finish()).toBe(true)
  expect(parser.keepAlive).toBe(false)
})

test.each([
  'Content-Length:',
  'Content-Length: x',
  'Transfer-Encoding:',
  'Content-Length: 1\r\nTransfer-Encoding: chunked',
])('an interim response with %j is refused as a final one would be', (field) => {
  expect(() => feed(`HTTP/1.1 100 Continue\r\n${field}\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`)).toThrow(
    HttpGrammarError,
  )
})

test('an interim response is passed over', () => {
  expect(feed('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')).toMatchObject({
    body: 'ok',
    head: { status: 200 },
  })
})

test.each([
  ['HTTP/1.1 200 OK', true],
  ['HTTP/1.1 200 OK\r\nconnection: close', false],
  ['HTTP/1.1 200 OK\r\nConnection: TE, Close', false],
  ['HTTP/1.1 200 OK\r\nconnection: closed-caption', true],
  ['HTTP/1.0 200 OK', false],
  ['HTTP/1.0 200 OK\r\nConnection: Keep-Alive', true],
])('whether %j keeps the connection: %s', (head, keepAlive) => {
  expect(feed(`${head}\r\ncontent-length: 0\r\n\r\n`).parser.keepAlive).toBe(keepAlive)
})

test('bytes after the end of a response are not part of it', () => {
  const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
  expect(collect().parser.push(Buffer.from(whole))).toBe(whole.length)
  expect(collect().parser.push(Buffer.from(`${whole}HTTP/1.1 408 Request Timeout\r\n`))).toBe(whole.length)
})

test('what is not HTTP is refused', () => {
  expect(() => feed('SSH-2.0-OpenSSH_9.2\r\n\r\n')).toThrow(HttpGrammarError)
  expect(() => feed('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n')).toThrow(HttpGrammarError)
  expect(() => feed(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(300_000)}`)).toThrow(HttpGrammarError)
})
