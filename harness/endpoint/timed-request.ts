import type { Outcome } from '../record/rows.ts'
import { codingOf, type Ending, outcomeOf } from './outcome.ts'
import type { Connection, ExchangeHandlers } from './wire/connection.ts'
import { HttpGrammarError, type ResponseHead } from './wire/response-head.ts'
import type { SseScanner } from './wire/sse-scanner.ts'
import type { StreamFacts } from './wire/stream-facts.ts'

/** How one request ended, with its times on the run's clock (NaN where a stage was not reached). */
export interface TimedResult {
  dispatchedMs: number
  firstByteMs: number
  endMs: number
  facts: StreamFacts
  outcome: Outcome
  httpStatus: number | null
  error: string
  /** True when the response carries the stamp of the simulator. */
  simulated: boolean
  /** True when a limit of this machine, such as that of file handles, refused the connection. */
  noSocket?: boolean
  /** The server had closed the connection between two requests, so that this one was never answered: send it again. */
  isStale: boolean
}

export interface TimedRequestOptions {
  readonly now: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Characters of a body without events that are kept as evidence. */
const MAX_BODY_CHARACTERS = 4096

/**
 * Sends one prepared request on an open connection and stamps its stream: one clock read before the socket write and
 * one per socket read. Never throws: a failure is the outcome (`outcomeOf` in outcome.ts says what success requires).
 */
export function sendTimed(
  connection: Connection,
  scanner: SseScanner,
  parts: readonly Buffer[],
  options: TimedRequestOptions,
): Promise<TimedResult> {
  return new Promise((resolve) => new RequestExchange(connection, scanner, options, resolve).send(parts))
}

/**
 * Requests in flight by the signal that cuts them. A listener for each of a thousand requests would make the signal walk
 * a list of a thousand at every start and end of one.
 */
const inFlight = new WeakMap<AbortSignal, Set<RequestExchange>>()

function inFlightOf(signal: AbortSignal): Set<RequestExchange> {
  const known = inFlight.get(signal)
  if (known) return known
  const made = new Set<RequestExchange>()
  signal.addEventListener('abort', () => {
    for (const exchange of [...made]) exchange.cutOff('aborted', 'stopped by the harness')
  })
  inFlight.set(signal, made)
  return made
}

/** One request in flight. A class, because closures would be allocated again for each of a million requests. */
class RequestExchange implements ExchangeHandlers {
  readonly #connection: Connection
  readonly #scanner: SseScanner
  readonly #options: TimedRequestOptions
  readonly #resolve: (result: TimedResult) => void
  #timer: NodeJS.Timeout | undefined
  #dispatchedMs = Number.NaN
  #firstByteMs = Number.NaN
  #head: ResponseHead | null = null
  /** Whether the body is scanned for events: it has status 200 and is not compressed. */
  #isScanned = false
  /** The beginning of a body until its first event: an error document, an HTML page. */
  #body = ''
  #settled = false

  constructor(
    connection: Connection,
    scanner: SseScanner,
    options: TimedRequestOptions,
    resolve: (result: TimedResult) => void,
  ) {
    this.#connection = connection
    this.#scanner = scanner
    this.#options = options
    this.#resolve = resolve
  }

  send(parts: readonly Buffer[]): void {
    const { timeoutMs, signal, now } = this.#options
    this.#scanner.reset()
    this.#timer = setTimeout(onTimeout, timeoutMs, this)
    inFlightOf(signal).add(this)
    this.#dispatchedMs = now()
    this.#connection.send(parts, this)
  }

  onRead(): void {
    const readMs = this.#options.now()
    if (Number.isNaN(this.#firstByteMs)) this.#firstByteMs = readMs
    this.#scanner.beginRead(readMs)
  }

  onHead(received: ResponseHead): void {
    this.#head = received
    this.#isScanned = received.status === 200 && codingOf(received) === null
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    if (this.#isScanned) this.#scanner.push(bytes, start, end)
    if (this.#scanner.facts.events > 0 || this.#body.length >= MAX_BODY_CHARACTERS) return
    this.#body += bytes.toString('utf8', start, Math.min(end, start + MAX_BODY_CHARACTERS))
  }

  onEnd(): void {
    this.#settle(null)
  }

  onBroken(error: Error, isStale: boolean): void {
    if (error instanceof HttpGrammarError || error instanceof RangeError) {
      this.#settle({ outcome: 'malformed', error: error.message })
    } else if (Number.isNaN(this.#firstByteMs)) {
      this.#settle({ outcome: 'connect', error: error.message }, isStale)
    } else {
      this.#settle(this.#scanner.facts.errorMessage === null ? this.#cutShort(error) : null)
    }
  }

  cutOff(outcome: Outcome, error: string): void {
    this.#connection.close()
    this.#settle({ outcome, error })
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs
  }

  /** The outcome of a response that broke off: that of its status where it failed anyway. */
  #cutShort(error: Error): Ending {
    const ending = outcomeOf(this.#head, this.#scanner.facts, this.#body)
    const hasFailedAnyway = ending.outcome.startsWith('http-') || ending.outcome === 'stream-error'
    return hasFailedAnyway ? ending : { outcome: 'truncated', error: error.message }
  }

  #settle(cut: Ending | null, isStale = false): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    inFlightOf(this.#options.signal).delete(this)
    const endMs = this.#options.now()
    const facts = this.#scanner.end()
    const ending = cut ?? outcomeOf(this.#head, facts, this.#body)
    const simulated = this.#head?.headers.has('x-joulemark-simulated') || facts.systemFingerprint === 'simulated'
    this.#resolve({
      dispatchedMs: this.#dispatchedMs,
      firstByteMs: this.#firstByteMs,
      endMs,
      facts,
      httpStatus: this.#head?.status ?? null,
      simulated,
      isStale,
      ...ending,
    })
  }
}

const onTimeout = (exchange: RequestExchange): void =>
  exchange.cutOff('timeout', `not complete within ${exchange.timeoutMs} ms`)
