import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { causesOf, codeOf } from '../../../endpoint/access/own-machine.ts'
import { isLoopback } from '../../../endpoint/access/proxies.ts'
import { plainText } from '../../../plain-text.ts'

/** One request of a preflight. */
export interface Question {
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  /** Variables with proxies; those of Docker's daemon may differ from those of the shell. */
  readonly proxies: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  /** A longer body is cut off, which is no error. */
  readonly maxBytes?: number
}

export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** At most `maxBytes`. */
  readonly body: string
  /** Bytes after the first piece of the body, and the time that they took: a rate without the start of the connection. */
  readonly streamed: { readonly bytes: number; readonly ms: number }
  /** Monotonic time of the request, and how long the head of the answer took. */
  readonly answerMs: number
}

/** A request that got no answer: what happened, and what to do, without the address of a proxy. */
export interface NoAnswer {
  readonly fault: string
  readonly fix: string
  /** The server was reached, and its TLS is not trusted by this process. */
  readonly isTrust?: boolean
}

export type Ask = (question: Question) => Promise<Answer | NoAnswer>

const MAX_BODY_BYTES = 4 * 2 ** 20
const MOST_REDIRECTS = 5

/**
 * One HTTP request with a time limit, through the proxies that are given; redirects are followed, and an Authorization header
 * goes to the first host only. What came of a body when the time ran out is returned. Never rejects.
 */
export const ask: Ask = async (question) => {
  const startMs = performance.now()
  let url = question.url
  let headers = question.headers ?? {}
  for (let hop = 0; ; hop += 1) {
    const leftMs = question.timeoutMs - (performance.now() - startMs)
    const answer = await once({ ...question, url, headers, timeoutMs: Math.max(1, leftMs) })
    if ('fault' in answer) return answer
    const to = answer.headers['location']
    if (answer.status < 300 || answer.status > 399 || to === undefined || hop === MOST_REDIRECTS) return answer
    const next = URL.parse(to, url)
    if (next === null || !/^https?:$/.test(next.protocol)) return answer
    if (next.host !== new URL(url).host) {
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
    }
    url = next.href
  }
}

function once(question: Question): Promise<Answer | NoAnswer> {
  const { method, headers, timeoutMs } = question
  const url = URL.parse(question.url)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return Promise.resolve({ fault: 'not an address', fix: 'expected such as https://huggingface.co' })
  }
  const tls = url.protocol === 'https:'
  return new Promise((resolve) => {
    const startMs = performance.now()
    let hasAnswer = false
    const proxyEnv = proxiesFor(url, question.proxies)
    const proxied = (tls ? proxyEnv['HTTPS_PROXY'] : proxyEnv['HTTP_PROXY']) !== undefined
    const failed = (error: unknown) => resolve(noAnswer(error, url, proxied))
    try {
      const agent = tls ? new TlsAgent({ proxyEnv }) : new PlainAgent({ proxyEnv })
      const sent = (tls ? tlsRequest : plainRequest)(url, { method, agent })
      // NODE_DEBUG=http prints the options of a request, and a token must not be among them
      for (const [name, value] of Object.entries({ 'user-agent': 'joulemark', ...headers })) sent.setHeader(name, value)
      const timer = setTimeout(() => sent.destroy(new TimeUp()), timeoutMs)
      sent.once('close', () => clearTimeout(timer))
      sent.on('error', (error) => {
        // once an answer has begun, what came of it counts
        if (!hasAnswer) failed(error)
      })
      sent.once('response', (incoming) => {
        hasAnswer = true
        const answerMs = performance.now() - startMs
        void bodyOf(incoming, question.maxBytes ?? MAX_BODY_BYTES).then((body) => {
          sent.destroy()
          resolve({ status: incoming.statusCode ?? 0, headers: headersOf(incoming), ...body, answerMs })
        }, failed)
      })
      sent.end()
    } catch (error) {
      failed(error)
    }
  })
}

class TimeUp extends Error {}

/** The body, cut at `maxBytes` and where the connection ends. */
function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<Pick<Answer, 'body' | 'streamed'>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let [size, firstBytes, firstMs, lastMs] = [0, 0, 0, 0]
    const done = () =>
      resolve({
        body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'),
        streamed: { bytes: Math.max(0, size - firstBytes), ms: lastMs - firstMs },
      })
    incoming.on('data', (chunk: Buffer) => {
      lastMs = performance.now()
      if (size === 0) [firstBytes, firstMs] = [chunk.length, lastMs]
      size += chunk.length
      // a body that is only timed is not kept
      if (size <= MAX_BODY_BYTES) chunks.push(chunk)
      if (size >= maxBytes) done()
    })
    incoming.once('end', done)
    incoming.once('error', done)
    incoming.once('close', done)
  })
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** The proxies for an address, for an agent of Node: none for this machine, and ALL_PROXY where no other is set. */
function proxiesFor(url: URL, env: Question['proxies']): Record<string, string> {
  if (isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return {}
  const firstOf = (...names: readonly string[]) =>
    names.map((name) => env[name]?.trim() ?? '').find((value) => value !== '') ?? ''
  const found = {
    HTTPS_PROXY: withScheme(firstOf('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')),
    HTTP_PROXY: withScheme(firstOf('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY')),
    NO_PROXY: firstOf('no_proxy', 'NO_PROXY'),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ''))
}

const withScheme = (proxy: string): string =>
  proxy === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`

/** What happened to a request without an answer. The message of a proxy's error is not shown: it may hold a password. */
function noAnswer(error: unknown, url: URL, proxied: boolean): NoAnswer {
  const host = plainText(url.hostname)
  const look = `curl -sSI --max-time 5 ${plainText(url.origin)}`
  const code = codeOf(error)
  const through = proxied ? ' (through the proxy of the environment)' : ''
  if (error instanceof TimeUp || causesOf(error).some((cause) => cause instanceof TimeUp)) {
    const fix = proxied ? 'check HTTPS_PROXY' : `check the firewall: ${look}`
    return { fault: `${host} did not answer in time${through}`, fix }
  }
  if (code?.startsWith('ERR_PROXY') || code?.startsWith('ERR_INVALID_PROXY')) {
    return {
      fault: `the proxy of the environment did not connect to ${host} (${code})`,
      fix: 'check HTTPS_PROXY: its address, user and password',
    }
  }
  switch (code) {
    case 'ENOTFOUND':
      return proxied
        ? { fault: 'no such host: the name of the proxy could not be looked up', fix: 'check HTTPS_PROXY' }
        : {
            fault: `no such host: ${host}`,
            fix: `getent hosts ${host}; behind a proxy: export HTTPS_PROXY=http://PROXY:PORT`,
          }
    case 'EAI_AGAIN':
      return {
        fault: `${host} could not be looked up: no DNS server answers`,
        fix: `resolvectl query ${host}; without a network: --offline`,
      }
    case 'CERT_NOT_YET_VALID':
    case 'CERT_HAS_EXPIRED':
      return {
        fault: `the certificate of ${host} is not valid today (${code}): the clock of this machine may be wrong`,
        fix: 'date; then: sudo timedatectl set-ntp true',
      }
    case null:
      return { fault: `${host} cannot be reached${through}`, fix: look }
    default: {
      const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ALTNAME/.test(code)
      const fix = isCertificate
        ? 'a proxy of your network replaces the certificate: NODE_EXTRA_CA_CERTS=authority.pem for joulemark, and trust it in the system for the engine and the containers'
        : proxied
          ? 'check HTTPS_PROXY'
          : look
      const fault = `${host} cannot be reached (${code})${through}`
      return isCertificate ? { fault, fix, isTrust: true } : { fault, fix }
    }
  }
}
