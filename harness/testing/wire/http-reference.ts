import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { HttpResponseParser } from '../../endpoint/wire/http-parser.ts'

/** What a reader makes of the bytes of one response. */
export interface SeenResponse {
  /** Null if the reader found no head, or refused it. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  /** As latin1: one character per byte. */
  readonly body: string
  /** Whether the response arrived to its end, by its own framing. */
  readonly isWhole: boolean
}

/** Node's own parser (llhttp, as in undici) on the bytes of a response; the connection is memory, and ends after them. */
export function responseByNode(reads: readonly Buffer[]): Promise<SeenResponse> {
  const connection = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  return new Promise((resolve) => {
    const nothing = { status: null, headers: {}, body: '', isWhole: false }
    const options = { host: 'x', createConnection: () => connection as never, maxHeaderSize: 256 * 1024 }
    const sent = request(options, (response) => {
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
    // a 101 hands the connection over to another protocol: nothing of HTTP follows
    sent.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(nothing)
    })
    sent.on('error', () => resolve(nothing)).end()
    for (const read of reads) connection.push(read)
    connection.push(null)
  })
}

/** The same by our parser, and how many bytes belonged to the response. Throws HttpGrammarError. */
export function responseByUs(reads: readonly Buffer[]): SeenResponse & { readonly used: number } {
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
  let used = 0
  for (const read of reads) if (!isWhole) used += parser.push(read)
  return { ...seen, isWhole: parser.finish() && isWhole, used }
}
