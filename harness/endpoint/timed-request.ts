import type { Outcome } from '../record/rows.ts'
import type { Connection, ExchangeHandlers } from './wire/connection.ts'
import { HttpGrammarError, type ResponseHead } from './wire/http-parser.ts'
import type { SseScanner, StreamFacts } from './wire/sse-scanner.ts'

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
}

export interface TimedRequestOptions {
  readonly now: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Bytes of an error body that are kept as evidence. */
const MAX_ERROR_BYTES = 4096

/**
 * Sends one prepared request on an open connection and stamps its stream: one clock read before the socket write and
 * one per socket read. Never throws: a failure is the outcome (success requires HTTP 200, no `error` event,
 * a finish_reason that is neither `abort` nor `error`, `[DONE]`, and usage).
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
  #errorBody = ''
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
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    if (this.#head?.status === 200) this.#scanner.push(bytes, start, end)
    else if (this.#errorBody.length < MAX_ERROR_BYTES) this.#errorBody += bytes.toString('utf8', start, end)
  }

  onEnd(): void {
    this.#settle(null)
  }

  onBroken(error: Error): void {
    if (error instanceof HttpGrammarError || error instanceof RangeError) {
      this.#settle({ outcome: 'malformed', error: error.message })
    } else if (this.#head === null && Number.isNaN(this.#firstByteMs)) {
      this.#settle({ outcome: 'connect', error: error.message })
    } else {
      this.#settle(this.#scanner.facts.errorMessage ? null : { outcome: 'truncated', error: error.message })
    }
  }

  cutOff(outcome: Outcome, error: string): void {
    this.#connection.close()
    this.#settle({ outcome, error })
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs
  }

  #settle(cut: { outcome: Outcome; error: string } | null): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    inFlightOf(this.#options.signal).delete(this)
    const endMs = this.#options.now()
    const { facts } = this.#scanner
    const verdict = cut ?? judge(this.#head, facts, this.#errorBody)
    const simulated = this.#head?.headers.has('x-joulemark-simulated') || facts.systemFingerprint === 'simulated'
    this.#resolve({
      dispatchedMs: this.#dispatchedMs,
      firstByteMs: this.#firstByteMs,
      endMs,
      facts,
      httpStatus: this.#head?.status ?? null,
      simulated,
      ...verdict,
    })
  }
}

const onTimeout = (exchange: RequestExchange): void =>
  exchange.cutOff('timeout', `not complete within ${exchange.timeoutMs} ms`)

function judge(head: ResponseHead | null, facts: StreamFacts, errorBody: string): { outcome: Outcome; error: string } {
  const status = head?.status ?? 0
  if (status >= 500) return { outcome: 'http-5xx', error: `HTTP ${status}: ${bodyMessage(errorBody)}` }
  if (status !== 200) return { outcome: 'http-4xx', error: `HTTP ${status}: ${bodyMessage(errorBody)}` }
  if (facts.errorMessage !== null) return { outcome: 'stream-error', error: facts.errorMessage }
  if (facts.malformed !== null) return { outcome: 'malformed', error: `not JSON: ${facts.malformed}` }
  const failure = finishFailure(facts.finishReason)
  if (failure !== null) return failure
  if (!facts.done) return { outcome: 'truncated', error: 'stream ended without [DONE]' }
  if (facts.finishReason === null) return { outcome: 'truncated', error: 'no finish_reason before [DONE]' }
  if (facts.outputTokens === null || facts.promptTokens === null) {
    return { outcome: 'malformed', error: 'no usage in the stream although it was requested' }
  }
  return { outcome: 'ok', error: '' }
}

/** The outcome of an answer that the server aborted, by its finish_reason; null for every other reason. */
export function finishFailure(finishReason: string | null): { outcome: Outcome; error: string } | null {
  if (finishReason === 'abort') return { outcome: 'aborted', error: 'finish_reason abort: stopped by the server' }
  if (finishReason === 'error') return { outcome: 'stream-error', error: 'finish_reason error' }
  return null
}

/** The message of an error body in any of the forms that vLLM and proxies use, else the start of the body. */
export function bodyMessage(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: unknown; message?: unknown; detail?: unknown }
    const error = parsed.error
    const inner = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error
    const message = inner || parsed.message || parsed.detail
    if (message) return (typeof message === 'string' ? message : JSON.stringify(message)).slice(0, 300)
  } catch {
    // not JSON: the text itself is shown
  }
  return body.trim().slice(0, 200) || 'empty body'
}
