import { request } from 'node:http'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HttpResponseParser } from './http-parser.ts'

interface Seen {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isWhole: boolean
}

/** What Node's own parser (llhttp) makes of the bytes of a response; the connection is memory, and ends after them. */
function seenByNode(pieces: readonly Buffer[]): Promise<Seen> {
  const connection = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  return new Promise((resolve) => {
    const nothing = { status: null, headers: {}, body: '', isWhole: false }
    const sent = request({ host: 'x', createConnection: () => connection as never }, (response) => {
      let body = ''
      const end = () =>
        resolve({
          status: response.statusCode ?? null,
          headers: response.headers as Record<string, string>,
          body,
          isWhole: response.complete,
        })
      response.setEncoding('latin1').on('data', (text: string) => {
        body += text
      })
      response.on('end', end).on('error', end)
    })
    sent.on('error', () => resolve(nothing)).end()
    for (const piece of pieces) connection.push(piece)
    connection.push(null)
  })
}

/** The same by our parser. */
function seenByUs(pieces: readonly Buffer[]): Seen {
  const seen = { status: null as number | null, headers: {}, body: '' }
  let isWhole = false
  const parser = new HttpResponseParser({
    onHead: (head) => {
      seen.status = head.status
      seen.headers = Object.fromEntries(head.headers)
    },
    onBody: (bytes, start, end) => {
      seen.body += bytes.toString('latin1', start, end)
    },
    onEnd: () => {
      isWhole = true
    },
  })
  parser.begin()
  for (const piece of pieces) parser.push(piece)
  return { ...seen, isWhole: parser.finish() && isWhole }
}

const bytes = fc.oneof(
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 5, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 300, size: 'max' }) },
)
/** One chunk in its frame: the size in either case, with zeros before it, and with an extension. */
const frame = fc
  .record({ data: bytes, upper: fc.boolean(), zeros: fc.nat(3), extension: fc.constantFrom('', ';a=b', ';a="b c"') })
  .filter(({ data }) => data !== '')
  .map(({ data, upper, zeros, extension }) => {
    const size = '0'.repeat(zeros) + data.length.toString(16)
    return `${upper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`
  })
const trailer = fc.constantFrom('', 'X-Trailer: y\r\n', 'A: b\r\nC: d\r\n')
const body = fc.oneof(
  fc.tuple(fc.array(frame, { maxLength: 6 }), trailer).map(([frames, fields]) => ({
    headers: ['Transfer-Encoding: chunked'],
    bytes: `${frames.join('')}0\r\n${fields}\r\n`,
  })),
  bytes.map((data) => ({ headers: [`Content-Length: ${data.length}`], bytes: data })),
  bytes.map((data) => ({ headers: ['Connection: close'], bytes: data })),
)
const response = fc
  .record({
    interim: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 102 Processing\r\nA: b\r\n\r\n'),
    status: fc.constantFrom('200 OK', '404 Not Found', '500 Internal Server Error', '503 '),
    others: fc.uniqueArray(fc.constantFrom('X-Request-Id: 1', 'Server:uvicorn', 'Date:  x ', 'Content-Type: a/b; c=d')),
    body,
  })
  .map(({ interim, status, others, body: of }) => {
    const head = [`HTTP/1.1 ${status}`, ...others, ...of.headers]
    return `${interim}${head.join('\r\n')}\r\n\r\n${of.bytes}`
  })

/** Places in a text as shares of it, evenly spread: a double would nearly always be the beginning. */
const place = fc.nat(9999).map((part) => part / 10_000)
const cuts = fc.array(place, { maxLength: 12, size: 'max' })
function cut(text: string, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((share) => Math.round(share * text.length)).sort((a, b) => a - b), text.length]
  const pieces = edges.slice(1).map((edge, index) => Buffer.from(text.slice(edges[index], edge), 'latin1'))
  return pieces.filter(({ length }) => length > 0)
}

test('reads a response as llhttp does, however it is framed and cut', async () => {
  await fc.assert(
    fc.asyncProperty(response, cuts, async (text, at) => {
      const pieces = cut(text, at)
      const ours = seenByUs(pieces)
      expect(ours.isWhole).toBe(true)
      expect(ours).toEqual(await seenByNode(pieces))
    }),
    { numRuns: 300, seed: 20_261_126 },
  )
})

test('takes no response for whole that llhttp holds for cut short', async () => {
  await fc.assert(
    fc.asyncProperty(response, place, cuts, async (text, upTo, at) => {
      const pieces = cut(text.slice(0, Math.floor(upTo * text.length)), at)
      expect(seenByUs(pieces).isWhole).toBe((await seenByNode(pieces)).isWhole)
    }),
    { numRuns: 300, seed: 20_261_126 },
  )
})
