import fc from 'fast-check'
import { expect, test } from 'vitest'
import { responseByNode, responseByUs } from '../../testing/wire/http-reference.ts'
import { HttpGrammarError } from './response-head.ts'

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
      const { used, ...ours } = responseByUs(pieces)
      expect([ours.isWhole, used]).toEqual([true, text.length])
      expect(ours).toEqual(await responseByNode(pieces))
    }),
    { numRuns: 300, seed: 20_261_126 },
  )
})

test('takes no response for whole that llhttp holds for cut short', async () => {
  await fc.assert(
    fc.asyncProperty(response, place, cuts, async (text, upTo, at) => {
      const pieces = cut(text.slice(0, Math.floor(upTo * text.length)), at)
      expect(responseByUs(pieces).isWhole).toBe((await responseByNode(pieces)).isWhole)
    }),
    { numRuns: 300, seed: 20_261_126 },
  )
})

const head = 'HTTP/1.1 200 OK\r\n'
const chunks = `${head}Transfer-Encoding: chunked\r\n\r\n`

/** What `npm run fuzz` found, each where our parser once took another response for whole than llhttp does. */
test.each([
  ['a 304 with a length, which has no body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ['a 204 with chunks, which has no body', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a coding after chunked', `${head}Transfer-Encoding: chunked, gzip\r\n\r\nabc`],
  ['a coding that only begins with chunked', `${head}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`],
  ['a chunked after which a list goes on', `${head}Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n`],
  ['two codings in two fields', `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`],
  ['line ends before the response', `\r\n\r\n${head}Content-Length: 1\r\n\r\na`],
  ['a size with many zeros', `${chunks}0000000000000001\r\na\r\n0\r\n\r\n`],
  ['a type that is repeated', `${head}Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 1\r\n\r\na`],
])('takes for whole as llhttp does: %s', async (_, text) => {
  const reads = [Buffer.from(text, 'latin1')]
  const { used: _used, headers, ...ours } = responseByUs(reads)
  const { headers: theirs, ...node } = await responseByNode(reads)
  expect(ours).toEqual({ ...node, isWhole: true })
  expect(headers['content-type']).toBe(theirs['content-type'])
})

test.each([
  ['a length in another base', `${head}Content-Length: 0x1\r\n\r\na`],
  ['an empty length', `${head}Content-Length: \r\n\r\na`],
  ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
  ['a length beside chunks', `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a length beside a coding', `${head}Content-Length: 1\r\nTransfer-Encoding: gzip\r\n\r\na`],
  ['an empty coding', `${head}Transfer-Encoding:\r\n\r\n0\r\n\r\n`],
  ['a folded field', `${head}A: b\r\n c\r\nContent-Length: 1\r\n\r\na`],
  ['a space before a colon', `${head}A : b\r\nContent-Length: 1\r\n\r\na`],
  ['a control character in a value', `${head}A: b\u0001\r\nContent-Length: 1\r\n\r\na`],
  ['a newline alone in a head', `${head}A: b\nContent-Length: 1\r\n\r\na`],
  ['a field without a name', `${head}: b\r\nContent-Length: 1\r\n\r\na`],
  ['a line without a colon', `${head}A\r\nContent-Length: 1\r\n\r\na`],
  ['a space after a size', `${chunks}1 \r\na\r\n0\r\n\r\n`],
  ['an extension without a name', `${chunks}1;\r\na\r\n0\r\n\r\n`],
  ['an open quote in an extension', `${chunks}1;a="b\r\na\r\n0\r\n\r\n`],
  ['a newline alone after a size', `${chunks}1\na\r\n0\r\n\r\n`],
  ['a newline alone after a chunk', `${chunks}1\r\na\n0\r\n\r\n`],
  ['a newline alone at the end', `${chunks}1\r\na\r\n0\n\n`],
  ['a trailer that is no field', `${chunks}1\r\na\r\n0\r\nX\r\n\r\n`],
])('refuses as llhttp does: %s', async (_, text) => {
  const reads = [Buffer.from(text, 'latin1')]
  expect(() => responseByUs(reads)).toThrow(HttpGrammarError)
  expect((await responseByNode(reads)).isWhole).toBe(false)
})
