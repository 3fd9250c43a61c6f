import { JoulemarkError } from '../errors.ts'
import { plainText } from '../plain-text.ts'

/** The address of an endpoint for the raw client and the `openai` package, without a secret. */
export interface Address {
  /** Scheme, host and port (and any path before `/v1`), without a trailing slash: safe to record. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Value of the Host header. */
  readonly authority: string
  /** Path before `/v1`, usually empty. */
  readonly basePath: string
}

/** Parses an endpoint address such as `http://host:8000`, with or without `/v1`. Throws `bad-input`. */
export function parseAddress(text: string): Address {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new JoulemarkError(
      'bad-input',
      `--endpoint ${printable(text)}: not a URL; expected one such as http://127.0.0.1:8000`,
    )
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new JoulemarkError('bad-input', `--endpoint ${printable(text)}: expected http:// or https://`)
  }
  if (url.username || url.password) {
    throw new JoulemarkError(
      'bad-input',
      '--endpoint: a user or password in the URL would be written into records; use OPENAI_API_KEY',
    )
  }
  const tls = url.protocol === 'https:'
  const basePath = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  return {
    url: `${url.protocol}//${url.host}${basePath}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : tls ? 443 : 80,
    tls,
    authority: url.host,
    basePath,
  }
}

const printable = (text: string): string =>
  plainText(text)
    .replace(/\/\/[^/@]*@/, '//…@')
    .slice(0, 200)
