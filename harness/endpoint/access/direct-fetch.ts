import { type IncomingMessage, request as requestOverTcp } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { pipeline, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** A function that sends one request, such as `fetch`. */
export type Send = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** A text answer is a list of models or a page of metrics: a longer one is an error, and would fill the memory. */
const MAX_BODY_BYTES = 64 * 2 ** 20

/**
 * `fetch` the way the timed path connects, so that what is discovered is what is measured: a connection of its own, never
 * through a proxy of the environment (NODE_USE_ENV_PROXY), on any port, and without following a redirect. Rejects with the
 * error of the socket, whose `code` names the cause, and for a body of more than 64 MiB.
 */
export async function directFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const request = new Request(input, init)
  const body = request.body === null ? null : Buffer.from(await request.arrayBuffer())
  request.signal.throwIfAborted()
  const headers = {
    ...Object.fromEntries(request.headers),
    connection: 'close',
    ...(body === null ? {} : { 'content-length': body.length }),
  }
  const send = request.url.startsWith('https:') ? requestOverTls : requestOverTcp
  // `agent: false` makes an agent for this request; only the global one reads proxies from the environment
  const { method, signal } = request
  const options = { method, agent: false as const, signal, ALPNProtocols: ['http/1.1'] }
  return new Promise((resolve, reject) => {
    const sent = send(request.url, options)
    // NODE_DEBUG=http prints the options of a request, and a key must not be among them
    for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value)
    sent.on('error', reject)
    sent.once('response', (incoming) => {
      try {
        resolve(responseOf(incoming))
      } catch (error) {
        // a status that no response can have
        sent.destroy()
        reject(error)
      }
    })
    sent.end(body)
  })
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = incoming.statusCode ?? 0
  const hasNoBody = status === 204 || status === 205 || status === 304
  if (hasNoBody) incoming.resume()
  return new Response(hasNoBody ? null : toWeb(decoded(incoming)), { status, headers })
}

/** The body without its content encoding: none was asked for, but some proxies compress all the same. */
function decoded(incoming: IncomingMessage): Readable {
  const encoding = incoming.headers['content-encoding']?.trim().toLowerCase()
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : null
  // an error of either stream ends the other, and the reader of the body gets it
  return decoder === null ? incoming : pipeline(incoming, decoder, () => {})
}

function toWeb(body: Readable): ReadableStream<Uint8Array> {
  let bytes = 0
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes > MAX_BODY_BYTES) throw new Error(`an answer of more than ${MAX_BODY_BYTES} bytes`)
      controller.enqueue(chunk)
    },
  })
  return (Readable.toWeb(body) as ReadableStream<Uint8Array>).pipeThrough(limit)
}
