import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'

/** Longest time that a browser stays logged in. */
const SESSION_MS = 12 * 3_600_000
/** More browsers than a person has; the oldest is logged out. */
const MOST_SESSIONS = 200
/** Wrong tokens of one address in a minute before it has to wait: a token of 16 characters is not found by trying. */
const [MOST_WRONG, WRONG_MS] = [10, 60_000]
/** Wrong tokens that are remembered, whatever number of addresses sends them. */
const MOST_REMEMBERED = 10_000
export const SESSION_COOKIE = 'joulemark_session'
/** Shorter ones can be found by trying. */
export const FEWEST_TOKEN_CHARACTERS = 16

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
/** Whether two texts are the same, in a time that does not depend on where they differ. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b))

/** Who may see the dashboard: everybody on this machine without a token, else who has it, by header or by a session. */
export class Access {
  readonly #token: string | null
  readonly #now: () => number
  /** Digests of the session ids with their end. */
  readonly #sessions = new Map<string, number>()
  #wrong: { readonly from: string; readonly atMs: number }[] = []

  constructor(token: string | null, now: () => number = Date.now) {
    this.#token = token
    this.#now = now
  }

  get hasToken(): boolean {
    return this.#token !== null
  }

  /** Whether a request with these headers may read. `from`: the address of the other end of the connection. */
  allows(
    headers: { readonly authorization: string | undefined; readonly cookie: string | undefined },
    from: string,
  ): boolean {
    if (this.#token === null) return true
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return !this.#isWaiting(from) && this.#isToken(bearer, from)
    const id = sessionOf(headers.cookie)
    const until = id === null ? undefined : this.#sessions.get(digestOf(id).toString('hex'))
    return until !== undefined && until > this.#now()
  }

  /** A new session for the right token, or why there is none. */
  logIn(token: string, from: string): { readonly session: string } | { readonly problem: string } {
    if (this.#isWaiting(from)) return { problem: 'Too many wrong tokens: wait a minute.' }
    if (!this.#isToken(token, from)) return { problem: 'That is not the token.' }
    const session = randomBytes(32).toString('base64url')
    for (const [id, until] of this.#sessions) if (until <= this.#now()) this.#sessions.delete(id)
    const [oldest] = this.#sessions.keys()
    if (oldest !== undefined && this.#sessions.size >= MOST_SESSIONS) this.#sessions.delete(oldest)
    this.#sessions.set(digestOf(session).toString('hex'), this.#now() + SESSION_MS)
    return { session }
  }

  /** Ends the session of a browser. */
  logOut(cookie: string | undefined): void {
    const id = sessionOf(cookie)
    if (id !== null) this.#sessions.delete(digestOf(id).toString('hex'))
  }

  #isToken(given: string, from: string): boolean {
    if (this.#token !== null && isSame(given, this.#token)) return true
    if (this.#wrong.length >= MOST_REMEMBERED) this.#wrong.shift()
    this.#wrong.push({ from, atMs: this.#now() })
    return false
  }

  /** Only the address that sent wrong tokens waits: nobody else can end the reading of a monitoring. */
  #isWaiting(from: string): boolean {
    this.#wrong = this.#wrong.filter(({ atMs }) => atMs > this.#now() - WRONG_MS)
    return this.#wrong.filter((wrong) => wrong.from === from).length >= MOST_WRONG
  }
}

function sessionOf(cookie: string | undefined): string | null {
  const pair = (cookie ?? '').split(/; */).find((each) => each.startsWith(`${SESSION_COOKIE}=`))
  return pair === undefined ? null : pair.slice(SESSION_COOKIE.length + 1)
}

/**
 * Whether the Host header of a request names this dashboard: an IP address, `localhost` or one of its names. A page of another
 * site that lets its own name point to this machine (DNS rebinding) sends that name.
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  if (bracketed !== undefined) return isIP(bracketed) === 6
  if (plain === undefined) return false
  const name = plain.toLowerCase()
  return isIP(name) === 4 || name === 'localhost' || names.some((own) => own.toLowerCase() === name)
}

/** Whether a form was sent by a page of this dashboard. A browser names the origin of every form that it sends. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}
