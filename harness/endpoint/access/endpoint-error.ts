import OpenAI from 'openai'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { plainText } from '../../plain-text.ts'
import { keyMask } from '../../secret-mask.ts'
import { type Address, parseAddress } from '../address.ts'
import { whyUnreachable } from './unreachable.ts'

/**
 * A failed request to an endpoint as the one line that ends a command: `bad-input` where another key or address is
 * required, `environment` where the server is not reached or is another kind of server. Never rejects.
 */
export async function endpointError(address: Address, apiKey: string | null, error: unknown): Promise<JoulemarkError> {
  const line = (code: 'bad-input' | 'environment', what: string) =>
    new JoulemarkError(code, `endpoint ${address.url}: ${keyMask(apiKey)(what)}`)
  if (!(error instanceof OpenAI.APIError)) return line('environment', serverWords(error, apiKey))
  if (error.status === undefined) return line('environment', await whyUnreachable(address, error))
  const { status } = error
  if (status === 401 || status === 403) return line('bad-input', `HTTP ${status}: not authorised; ${keyAdvice(apiKey)}`)
  if (status >= 300 && status < 400) {
    return line('bad-input', `HTTP ${status}: ${redirectAdvice(address, error.headers?.get('location') ?? '')}`)
  }
  // a port with TLS may answer plain HTTP with this status and a hint
  if (status === 400 && !address.tls && /https|ssl|tls/i.test(error.message)) {
    return line('environment', await whyUnreachable(address, new Error(error.message)))
  }
  if (status === 404) {
    return line('environment', 'HTTP 404: no /v1/models; check that this is an OpenAI-compatible server')
  }
  return line('environment', `HTTP ${status}: ${serverWords(error, apiKey)}`)
}

/** Characters of a message of the server in one line. */
const MAX_WORDS = 300

/** The message of an error, in the words of the server, short, plain and without the key. */
const serverWords = (error: unknown, apiKey: string | null): string =>
  keyMask(apiKey)(plainText(messageOf(error))).slice(0, MAX_WORDS)

/** What to do about a refused key. */
export function keyAdvice(apiKey: string | null): string {
  if (apiKey === null) return 'set OPENAI_API_KEY to the key of the server'
  const hint = /\s/.test(apiKey) ? ' (it contains a space)' : ''
  return `the key in OPENAI_API_KEY is not accepted${hint}`
}

/** The load follows no redirect: each request would be sent twice, and the key to another server. */
function redirectAdvice(address: Address, location: string): string {
  const to = targetOf(address, location)
  if (to === null) return 'a redirect without a valid address; check --endpoint'
  return to.url === address.url
    ? 'the server redirects within itself; connect to vLLM itself, without the proxy in front of it'
    : `a redirect; expected --endpoint ${plainText(to.url)}`
}

function targetOf(address: Address, location: string): Address | null {
  try {
    return parseAddress(new URL(location, `${address.url}/v1/models`).href)
  } catch {
    return null
  }
}
