import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { jsonOf } from '../../json-text.ts'

/** How a controller is reached. */
export interface RedfishAccess {
  readonly base: URL
  readonly authorization: string | null
  /** Fingerprint of a certificate that no authority signed; null: an authority must have. */
  readonly certificateSha256: string | null
}

export type RedfishAnswer =
  | { readonly document: unknown }
  | { readonly reason: string; readonly refused: boolean; readonly fix: string }

const MAX_BYTES = 1024 * 1024
const LOGIN =
  'check wall.redfish.user in joulemark.yaml and JOULEMARK_REDFISH_PASSWORD; the user needs the role ReadOnly'

/**
 * Gets one document of a controller. Redirects are not followed, so that the password goes to the configured address only. Never
 * rejects; no reason names the host or the user.
 */
export function redfishGet(
  { base, authorization, certificateSha256 }: RedfishAccess,
  path: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<RedfishAnswer> {
  const url = new URL(path, base)
  if (url.origin !== base.origin) return Promise.resolve(failure('the management controller points to another address'))
  const isTls = url.protocol === 'https:'
  return new Promise((resolve) => {
    let isPinned = certificateSha256 === null
    let seen: string | null = null
    const options: RequestOptions & { rejectUnauthorized?: boolean } = {
      headers: { accept: 'application/json', ...(authorization === null ? {} : { authorization }) },
      signal,
      agent: false,
      timeout: timeoutMs,
      // with a fingerprint it alone decides, before anything is sent
      ...(isTls && certificateSha256 !== null ? { rejectUnauthorized: false } : {}),
    }
    const onAnswer = (response: IncomingMessage) => {
      void bodyOf(response).then((text) => resolve(answerOf(response.statusCode ?? 0, text)))
    }
    const request = isTls ? httpsRequest(url, options, onAnswer) : httpRequest(url, options, onAnswer)
    request.once('socket', (socket) => {
      if (!isTls || certificateSha256 === null) return
      socket.once('secureConnect', () => {
        seen = (socket as TLSSocket).getPeerCertificate().fingerprint256 ?? null
        isPinned = seen !== null && plain(seen) === plain(certificateSha256)
        if (isPinned) request.end()
        else request.destroy()
      })
    })
    request.once('timeout', () => request.destroy(Object.assign(new Error('slow'), { code: 'ETIMEDOUT' })))
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (isTls && !isPinned && seen !== null) resolve(otherCertificate(seen))
      else resolve(connectionFailure(error.code ?? '', timeoutMs))
    })
    // with a fingerprint nothing is sent before it has been seen
    if (!isTls || certificateSha256 === null) request.end()
  })
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase()

const failure = (reason: string, fix = '', refused = false): RedfishAnswer => ({ reason, refused, fix })

const otherCertificate = (seen: string): RedfishAnswer =>
  failure(
    'the management controller shows another TLS certificate than wall.redfish.certificateSha256',
    `if it is the right one: certificateSha256: ${seen}`,
  )

function connectionFailure(code: string, timeoutMs: number): RedfishAnswer {
  if (code === 'ETIMEDOUT' || code === 'ABORT_ERR')
    return failure(`the management controller did not answer in ${timeoutMs / 1000} s`)
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    const command = 'openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -fingerprint -sha256'
    return failure(
      'no authority signed the TLS certificate of the management controller',
      `wall.redfish.certificateSha256 in joulemark.yaml; ${command}`,
      true,
    )
  }
  return failure(
    `no connection to the management controller${/^E[A-Z]+$/.test(code) ? ` (${code})` : ''}`,
    'check wall.redfish.url',
  )
}

function answerOf(status: number, text: string | null): RedfishAnswer {
  if (status === 401 || status === 403)
    return failure(`the management controller refused the user (HTTP ${status})`, LOGIN, true)
  if (status !== 200) return failure(`the management controller answered with HTTP ${status}`)
  if (text === null) return failure('the answer of the management controller is too long')
  const document = jsonOf(text)
  return document === undefined ? failure('the management controller sent no JSON') : { document }
}

/** The body as text; null where it is longer than any document of power. */
function bodyOf(response: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BYTES) response.destroy()
      else chunks.push(chunk)
    })
    response.on('close', () => resolve(bytes > MAX_BYTES ? null : Buffer.concat(chunks).toString('utf8')))
    response.on('error', () => undefined)
  })
}
