import { JoulemarkError } from '../errors.ts'
import { plainText } from '../plain-text.ts'

/** The address of an endpoint for the raw client and the `openai` package, without a secret. */
export interface Address {
  /** Scheme, host and port (and any path before `/v1`), without a trailing slash: safe to record. */
  readonly url: string
  /** Name or IP address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Value of the Host header. */
  readonly authority: string
  /** Path before `/v1`, usually empty. */
  readonly basePath: string
}

const EXAMPLE = 'such as http://127.0.0.1:8000'

/**
 * Parses the address of a server as people have it at hand: with or without a scheme (then http), `/v1`, the path of a
 * call (`/v1/completions`), a query or a fragment. Query and fragment are not sent. Throws `bad-input`; neither the
 * message nor the result holds a user name, a password or a query.
 */
export function parseAddress(text: string): Address {
  const given = text.trim()
  const refused = (why: string) => new JoulemarkError('bad-input', `--endpoint ${printable(given)}: ${why}`)
  if (given === '') throw refused(`no address; expected one ${EXAMPLE}`)
  // a password with a slash or a question mark makes the rest of the URL look like a path or a query
  if (given.includes('@')) {
    throw refused('a user or password in the URL would be written into records; use OPENAI_API_KEY')
  }
  const url = readUrl(given, refused)
  if (url.port === '0') throw refused('port 0 is no port of a server; expected 1 to 65535')
  const tls = url.protocol === 'https:'
  const basePath = basePathOf(url.pathname)
  return {
    url: `${url.protocol}//${url.host}${basePath}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : tls ? 443 : 80,
    tls,
    authority: url.host,
    basePath,
  }
}

function readUrl(given: string, refused: (why: string) => JoulemarkError): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase()
  const rest = scheme === undefined ? given : given.slice(scheme.length + 3)
  if ((scheme ?? 'http') !== 'http' && scheme !== 'https') throw refused('expected http:// or https://')
  if (scheme === undefined && /^https?:/i.test(given)) throw refused('expected // after the scheme')
  if (scheme === undefined && given.includes('://')) throw refused(`not a URL; expected one ${EXAMPLE}`)
  // URL drops line breaks and tabs without a word
  if (/\p{Cc}/u.test(given)) throw refused(`a control character or line break in it; expected a URL ${EXAMPLE}`)
  // URL reads a bare number as an IPv4 address: 8000 is 0.0.31.64
  if (/^:?\d+(?::\d*)?(?:[/?#]|$)/.test(rest)) throw refused(`no host in it; expected a host and a port, ${EXAMPLE}`)
  try {
    return new URL(`${scheme ?? 'http'}://${rest}`)
  } catch {
    throw refused(whyNoUrl(rest))
  }
}

function whyNoUrl(rest: string): string {
  const authority = rest.replace(/[/?#].*$/s, '')
  if (authority.includes('%')) return 'a zone such as %eth0 cannot be part of a URL; expected the name of the host'
  if (/^\[?[0-9a-f]*:[0-9a-f:.]*:/i.test(authority)) return 'expected an IPv6 address in brackets: http://[::1]:8000'
  return `not a URL; expected one ${EXAMPLE}`
}

/** Pages of a server whose URLs are copied from a browser or a script. */
const pages = 'chat/completions|completions|models|embeddings|responses|images/generations'
const otherPages = 'metrics|health|version|ping|load|docs|redoc|openapi\\.json|server_info'
const afterV1 = new RegExp(`(?:/v1)+(?:/(?:${pages}|models/.+|${otherPages}))?$`, 'i')
const wholePath = new RegExp(`^/(?:${pages}|${otherPages})$`, 'i')
const anyCall = /\/(?:chat\/)?completions$/i

/** The path before `/v1` of the path of a server or of one of its calls: empty, or `/…` without a trailing slash. */
function basePathOf(path: string): string {
  let base = path
  // until nothing is left to remove, so that an address that was parsed once stays the same
  for (let before = ''; base !== before; ) {
    before = base
    base = base.replace(/\/+$/, '').replace(afterV1, '').replace(wholePath, '').replace(anyCall, '')
  }
  return base
}

/** Says that the query of an address is not sent, without a word of it; null without one. */
export const queryNote = (text: string): string | null =>
  /\?[^#]/.test(text.split('#', 1)[0] as string)
    ? 'the query of --endpoint is not sent with requests; a key belongs in OPENAI_API_KEY'
    : null

/** An address as it may be printed: without anything that could be a user, a password or a query with a key. */
function printable(text: string): string {
  const plain = plainText(text)
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(plain)?.[0] ?? ''
  if (plain.includes('@')) return `${scheme}…`
  return plain.replace(/[?#].*$/s, '').slice(0, 200) || '""'
}
