import assert from 'node:assert/strict'
import { HttpGrammarError } from '../../endpoint/wire/response-head.ts'
import { responseByNode, responseByUs, type SeenResponse } from '../../testing/wire/http-reference.ts'
import { type FuzzTarget, readsOf, streamInput } from './fuzz-target.ts'

const HTTP_SEEDS = [
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n3;a=b\r\n{}\n\r\n0\r\nX-T: y\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: uvicorn\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 \r\nConnection: close\r\n\r\nbusy',
  'HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nno',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
]

/**
 * Fields that a repeated line changes in ways of its own: Node joins or drops repeated lines by name. No number depends
 * on them; how a body is framed shows in the body.
 */
const comparedFields = ['content-type', 'content-length', 'transfer-encoding'] as const

/** The reader of responses against llhttp, Node's own: what both take for a whole response is the same response. */
export const httpTarget: FuzzTarget = {
  name: 'http',
  holds: 'a response is whole, with status and body, exactly if it is for llhttp (node:http)',
  covers: ['wire/http-parser.ts', 'wire/response-head.ts'],
  seeds: HTTP_SEEDS.map(streamInput),
  dictionary: [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 200\r\n',
    'HTTP/1.1 204 No Content\r\n',
    'HTTP/1.1 102 x\r\n\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: 0x5\r\n',
    'Content-Length: +5\r\n',
    'Content-Length: 5, 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Transfer-Encoding: xchunked\r\n',
    'Connection: close\r\n',
    ' folded\r\n',
    '\r\n\r\n',
    '0\r\n\r\n',
    'a\r\n0123456789\r\n',
    '00000000005\r\n',
    'ffffffffffffffff\r\n',
  ],
  async check(input) {
    const reads = readsOf(input)
    const ours = seenByUs(reads)
    // what follows a response is no part of it: we close the connection, llhttp refuses the response with it
    const theirs = await responseByNode(ours.isWhole ? firstBytes(reads, ours.used) : reads)
    if (isRefusedByUs(reads, theirs)) return
    assert.equal(ours.isWhole, theirs.isWhole, `whole: ours ${ours.isWhole}, llhttp ${theirs.isWhole}`)
    if (!ours.isWhole) return
    assert.deepEqual(compared(ours), compared(theirs), 'content: differs')
  },
}

/** A response that violates the grammar is not whole; any other error is a crash. */
function seenByUs(reads: readonly Buffer[]): SeenResponse & { readonly used: number } {
  try {
    return responseByUs(reads)
  } catch (error) {
    if (error instanceof HttpGrammarError) return { status: null, headers: {}, body: '', isWhole: false, used: 0 }
    throw error
  }
}

/** What we refuse and llhttp takes: no HTTP/1 server answers so, and none of it could be timed. */
const isRefusedByUs = (reads: readonly Buffer[], { status }: SeenResponse): boolean =>
  status === 101 || /HTTP\/(?:2\.0|0\.9)/.test(Buffer.concat(reads).toString('latin1'))

function firstBytes(reads: readonly Buffer[], count: number): Buffer[] {
  let left = count
  return reads.flatMap((read) => {
    const part = read.subarray(0, left)
    left -= part.length
    return part.length > 0 ? [part] : []
  })
}

const compared = ({ status, headers, body }: SeenResponse): object => ({
  status,
  body,
  fields: comparedFields.map((name) => headers[name]),
})
