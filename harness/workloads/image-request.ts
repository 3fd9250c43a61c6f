import { type Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { codeOf, connectMessage, ownMachineFault } from '../endpoint/access/own-machine.ts'
import type { Address } from '../endpoint/address.ts'
import { type Ending, statusOutcome } from '../endpoint/outcome.ts'
import { STALE_WITHIN_MS } from '../endpoint/wire/connection.ts'
import { messageOf } from '../errors.ts'
import type { Outcome } from '../record/rows.ts'

/** One completed request: times on the common clock (NaN where not reached), and the body of a 200. */
export interface ImageExchange {
  readonly dispatchedMs: number
  readonly firstByteMs: number
  readonly endMs: number
  readonly httpStatus: number | null
  readonly outcome: Outcome
  readonly error: string
  readonly body: Buffer | null
  readonly simulated: boolean
  /** True when a limit of this machine refused the connection. */
  readonly noSocket: boolean
  /** The server had closed the connection between two requests, so that this one was never answered: send it again. */
  readonly isStale: boolean
}

export interface ImageRequestOptions {
  readonly address: Address
  readonly apiKey: string | null
  readonly agent: Agent
  readonly now: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const ok: Ending = { outcome: 'ok', error: '' }

/** Ten images of 1024 x 1024 as base64 are about 25 MB. */
const MAX_BODY_BYTES = 200 * 2 ** 20

/**
 * Sends one request for images and waits for the whole answer: there is no stream, so the end is the last byte.
 * The body is read here and checked later, after timing. No retry, no redirect. Never throws.
 */
export function exchangeImage(payload: string, options: ImageRequestOptions): Promise<ImageExchange> {
  const { address, apiKey, agent, now, timeoutMs, signal } = options
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    let firstByteMs = Number.NaN
    let httpStatus: number | null = null
    let simulated = false
    let noSocket = false
    let settled = false
    const settle = (outcome: Outcome, error: string) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      const body = outcome === 'ok' ? Buffer.concat(parts) : null
      const endMs = now()
      const isStale = outcome === 'connect' && sent.reusedSocket && endMs - dispatchedMs <= STALE_WITHIN_MS
      resolve({ dispatchedMs, firstByteMs, endMs, httpStatus, outcome, error, body, simulated, noSocket, isStale })
    }
    const cut = (outcome: Outcome, error: string) => {
      settle(outcome, error)
      sent.destroy()
    }
    const onAbort = () => cut('aborted', 'stopped by the harness')
    const timer = setTimeout(() => cut('timeout', `not complete within ${timeoutMs} ms`), timeoutMs)
    const send = address.tls ? httpsRequest : httpRequest
    const sent = send(`${address.url}/v1/images/generations`, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        accept: 'application/json',
      },
    })
    // NODE_DEBUG=http prints the options of a request, and a key must not be among them
    if (apiKey) sent.setHeader('authorization', `Bearer ${apiKey}`)
    sent.on('response', (response) => {
      firstByteMs = now()
      httpStatus = response.statusCode ?? null
      simulated = response.headers['x-joulemark-simulated'] !== undefined
      response.on('data', (bytes: Buffer) => {
        size += bytes.length
        if (size > MAX_BODY_BYTES) cut('malformed', `an answer of more than ${MAX_BODY_BYTES} bytes`)
        else parts.push(bytes)
      })
      response.on('end', () => {
        const text = httpStatus === 200 ? '' : Buffer.concat(parts).toString('utf8', 0, 4096)
        const { outcome, error } = statusOutcome(httpStatus ?? 0, response.headers.location ?? null, text) ?? ok
        settle(outcome, error)
      })
      response.on('error', (error) => settle('truncated', messageOf(error)))
    })
    sent.on('error', (error) => {
      noSocket = ownMachineFault(codeOf(error)) !== null
      settle(httpStatus === null ? 'connect' : 'truncated', connectMessage(error))
    })
    signal.addEventListener('abort', onAbort, { once: true })
    const dispatchedMs = now()
    if (signal.aborted) onAbort()
    else sent.end(payload)
  })
}
