import type { TimedRequestOptions, TimedResult } from '../../endpoint/timed-request.ts'
import type { Connection, ExchangeHandlers } from '../../endpoint/wire/connection.ts'
import { HttpGrammarError, type ResponseHead } from '../../endpoint/wire/response-head.ts'
import { emptyFacts } from '../../endpoint/wire/stream-facts.ts'
import type { Outcome } from '../../record/rows.ts'
import { textsAnswer } from './texts-answer.ts'

/** Two thousand vectors of 8192 numbers as text are less than this. */
const MAX_BODY_BYTES = 256 * 2 ** 20

/**
 * Sends one prepared request on an open connection and reads its whole answer: there is no stream, so that the end is the
 * last byte. The answer is parsed after its end was timed. Never throws: a failure is the outcome.
 */
export function sendTexts(
  connection: Connection,
  texts: number,
  parts: readonly Buffer[],
  options: TimedRequestOptions,
): Promise<TimedResult> {
  return new Promise((resolve) => new TextsExchange(connection, texts, options, resolve).send(parts))
}

class TextsExchange implements ExchangeHandlers {
  readonly #connection: Connection
  readonly #texts: number
  readonly #options: TimedRequestOptions
  readonly #resolve: (result: TimedResult) => void
  readonly #body: Buffer[] = []
  #size = 0
  #timer: NodeJS.Timeout | undefined
  #dispatchedMs = Number.NaN
  #firstByteMs = Number.NaN
  #head: ResponseHead | null = null
  #settled = false

  constructor(
    connection: Connection,
    texts: number,
    options: TimedRequestOptions,
    resolve: (result: TimedResult) => void,
  ) {
    this.#connection = connection
    this.#texts = texts
    this.#options = options
    this.#resolve = resolve
  }

  send(parts: readonly Buffer[]): void {
    const { timeoutMs, signal, now } = this.#options
    this.#timer = setTimeout(() => this.#cut('timeout', `not complete within ${timeoutMs} ms`), timeoutMs)
    signal.addEventListener('abort', this.#onAbort)
    this.#dispatchedMs = now()
    this.#connection.send(parts, this)
  }

  onRead(): void {
    if (Number.isNaN(this.#firstByteMs)) this.#firstByteMs = this.#options.now()
  }

  onHead(received: ResponseHead): void {
    this.#head = received
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    this.#size += end - start
    if (this.#size > MAX_BODY_BYTES) this.#cut('malformed', `an answer of more than ${MAX_BODY_BYTES} bytes`)
    // the buffer of the socket is used again for the next read
    else this.#body.push(Buffer.from(bytes.subarray(start, end)))
  }

  onEnd(): void {
    const endMs = this.#options.now()
    const text = Buffer.concat(this.#body).toString('utf8')
    const head = this.#head
    const answer = textsAnswer(head?.status ?? 0, head?.headers.get('location') ?? null, text, this.#texts)
    this.#settle(answer.outcome, answer.error, { endMs, promptTokens: answer.promptTokens })
  }

  onBroken(error: Error, isStale: boolean): void {
    if (error instanceof HttpGrammarError || error instanceof RangeError) this.#settle('malformed', error.message)
    else if (Number.isNaN(this.#firstByteMs)) this.#settle('connect', error.message, { isStale })
    else this.#settle('truncated', error.message)
  }

  readonly #onAbort = (): void => this.#cut('aborted', 'stopped by the harness')

  #cut(outcome: Outcome, error: string): void {
    this.#connection.close()
    this.#settle(outcome, error)
  }

  #settle(
    outcome: Outcome,
    error: string,
    {
      endMs = this.#options.now(),
      promptTokens = null,
      isStale = false,
    }: { readonly endMs?: number; readonly promptTokens?: number | null; readonly isStale?: boolean } = {},
  ): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#resolve({
      dispatchedMs: this.#dispatchedMs,
      firstByteMs: this.#firstByteMs,
      endMs,
      facts: { ...emptyFacts(new Float64Array(0)), promptTokens },
      outcome,
      httpStatus: this.#head?.status ?? null,
      error,
      simulated: this.#head?.headers.has('x-joulemark-simulated') ?? false,
      isStale,
    })
  }
}
