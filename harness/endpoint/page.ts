import { messageOf } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import { keyMask } from '../secret-mask.ts'
import { directFetch, type Send } from './access/direct-fetch.ts'
import type { Address } from './address.ts'

/** What is read of a page at most, and how. */
export interface PageOptions {
  /** Sent to this server only: a redirect to another origin is followed without it. Null: none is sent. */
  readonly apiKey: string | null
  readonly timeoutMs: number
  readonly maxBytes: number
  /** A longer line ends the reading: the page is not made of lines. Default: no limit of its own. */
  readonly maxLineBytes?: number
  readonly fetchPage?: Send
}

/** The text of a page, or why there is none. */
export type Page = { readonly page: string } | { readonly reason: string }

const MAX_REDIRECTS = 3
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Reads a page of a server by GET, bounded in time and in size, as sent or compressed. A redirect is followed on the same host
 * only: what another host reports is not this server's. Each request has a connection of its own, so that a load balancer
 * shows each of its servers. Never throws.
 */
export async function getPage(address: Address, path: string, options: PageOptions): Promise<Page> {
  const shownPath = path.replace(/\?.*$/s, '')
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    const got = await followed(new URL(`${address.url}${path}`), { shownPath, signal, ...options })
    // a server may repeat the key that it was sent
    return 'page' in got ? { page: keyMask(options.apiKey)(got.page) } : got
  } catch (error) {
    if (signal.aborted) return { reason: `${shownPath} did not answer within ${options.timeoutMs / 1000} s` }
    const cause = messageOf((error as Error).cause ?? error)
    return { reason: `${shownPath} cannot be read: ${plainText(cause).slice(0, 200)}` }
  }
}

type Reading = PageOptions & { readonly shownPath: string; readonly signal: AbortSignal }

async function followed(first: URL, reading: Reading): Promise<Page> {
  const { shownPath, signal, fetchPage = directFetch } = reading
  let url = first
  let { apiKey } = reading
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await fetchPage(url.href, {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      signal,
      redirect: 'manual',
    })
    if (response.ok) return readBounded(response, reading)
    await response.body?.cancel()
    if (!redirects.has(response.status)) return { reason: refusal(shownPath, response.status, apiKey) }
    const next = URL.parse(response.headers.get('location') ?? '', url.href)
    if (next === null || !/^https?:$/.test(next.protocol))
      return { reason: `${shownPath} redirects to no valid address` }
    if (next.hostname !== url.hostname) {
      // with its scheme, so that a redacted copy is without it
      return { reason: `${shownPath} redirects to another host, ${next.origin.slice(0, 200)}: not followed` }
    }
    if (!keepsKey(url, next)) apiKey = null
    url = next
  }
  return { reason: `${shownPath} redirects more than ${MAX_REDIRECTS} times` }
}

/** Whether a redirect stays with the same server, or goes from its plain to its encrypted port. */
const keepsKey = (from: URL, to: URL): boolean =>
  from.origin === to.origin || (from.protocol === 'http:' && to.protocol === 'https:')

function refusal(path: string, status: number, apiKey: string | null): string {
  const line = `${path} returned HTTP ${status}`
  if (status !== 401 && status !== 403) return line
  return `${line}: ${apiKey ? 'it does not accept the key in OPENAI_API_KEY' : 'set OPENAI_API_KEY to the key of the server'}`
}

const NEWLINE = 10

async function readBounded(
  response: Response,
  { shownPath, maxBytes, maxLineBytes = maxBytes }: Reading,
): Promise<Page> {
  const decoder = new TextDecoder()
  let page = ''
  let bytes = 0
  let lineBytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    const newline = chunk.lastIndexOf(NEWLINE)
    lineBytes = newline < 0 ? lineBytes + chunk.byteLength : chunk.byteLength - newline - 1
    if (bytes > maxBytes) return { reason: `${shownPath} is longer than ${maxBytes} bytes` }
    if (lineBytes > maxLineBytes) return { reason: `${shownPath} has a line longer than ${maxLineBytes} bytes` }
    page += decoder.decode(chunk, { stream: true })
  }
  return { page: page + decoder.decode() }
}
