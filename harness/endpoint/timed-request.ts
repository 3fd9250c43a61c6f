import type { Outcome } from '../record/rows.ts'
import type { Connection } from './wire/connection.ts'
import { HttpGrammarError, type ResponseHead } from './wire/http-parser.ts'
import type { SseScanner, StreamFacts } from './wire/sse-scanner.ts'

/** How one request ended, with its ladder of times on the run's clock (NaN where a rung was not reached). */
export interface TimedResult {
  dispatchedMs: number
  firstByteMs: number
  endMs: number
  facts: StreamFacts
  outcome: Outcome
  httpStatus: number | null
  error: string
  /** True when the response wore the stand-in's stamp. */
  simulated: boolean
}

export interface TimedRequestOptions {
  readonly now: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** An error body is evidence, not payload: keep what a person can read. */
const MAX_ERROR_BYTES = 4096

/**
 * Sends one prepared request on an open connection and stamps its stream: one clock read before the socket write,
 * one a read. Never throws: what went wrong is the outcome (metrics: success needs HTTP 200, no `error` event,
 * a finish_reason that is neither `abort` nor `error`, `[DONE]`, and usage).
 */
export function sendTimed(
  connection: Connection,
  scanner: SseScanner,
  parts: readonly Buffer[],
  options: TimedRequestOptions,
): Promise<TimedResult> {
  return new Promise((resolve) => {
    scanner.reset()
    const { now, signal } = options
    let firstByteMs = Number.NaN
    let responseHead: ResponseHead | null = null
    let errorBody = ''
    let readMs = 0
    let settled = false

    const settle = (cut: { outcome: Outcome; error: string } | null) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      const endMs = now()
      const verdict = cut ?? judge(responseHead, scanner.facts, errorBody)
      const status = responseHead?.status ?? null
      const simulated =
        responseHead?.headers.has('x-joulemark-simulated') || scanner.facts.systemFingerprint === 'simulated'
      resolve({ dispatchedMs, firstByteMs, endMs, facts: scanner.facts, httpStatus: status, simulated, ...verdict })
    }
    const cutOff = (outcome: Outcome, error: string) => {
      connection.close()
      settle({ outcome, error })
    }
    const onAbort = () => cutOff('aborted', 'stopped by the harness')
    const timer = setTimeout(() => cutOff('timeout', `no end within ${options.timeoutMs} ms`), options.timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })

    const dispatchedMs = now()
    connection.send(parts, {
      onRead() {
        readMs = now()
        if (Number.isNaN(firstByteMs)) firstByteMs = readMs
        scanner.beginRead(readMs)
      },
      onHead(received) {
        responseHead = received
      },
      onBody(bytes, start, end) {
        if (responseHead?.status === 200) scanner.push(bytes, start, end)
        else if (errorBody.length < MAX_ERROR_BYTES) errorBody += bytes.toString('utf8', start, end)
      },
      onEnd: () => settle(null),
      onBroken(error) {
        if (error instanceof HttpGrammarError || error instanceof RangeError) {
          settle({ outcome: 'malformed', error: error.message })
        } else if (responseHead === null && Number.isNaN(firstByteMs))
          settle({ outcome: 'connect', error: error.message })
        else settle(scanner.facts.errorMessage ? null : { outcome: 'truncated', error: error.message })
      },
    })
  })
}

function judge(head: ResponseHead | null, facts: StreamFacts, errorBody: string): { outcome: Outcome; error: string } {
  const status = head?.status ?? 0
  if (status >= 500) return { outcome: 'http-5xx', error: `HTTP ${status}: ${bodyMessage(errorBody)}` }
  if (status !== 200) return { outcome: 'http-4xx', error: `HTTP ${status}: ${bodyMessage(errorBody)}` }
  if (facts.errorMessage !== null) return { outcome: 'stream-error', error: facts.errorMessage }
  if (facts.malformed !== null) return { outcome: 'malformed', error: `not JSON: ${facts.malformed}` }
  if (facts.finishReason === 'abort') return { outcome: 'aborted', error: 'finish_reason abort: stopped by the server' }
  if (facts.finishReason === 'error') return { outcome: 'stream-error', error: 'finish_reason error' }
  if (!facts.done) return { outcome: 'truncated', error: 'stream ended without [DONE]' }
  if (facts.finishReason === null) return { outcome: 'truncated', error: 'no finish_reason before [DONE]' }
  if (facts.outputTokens === null || facts.promptTokens === null) {
    return { outcome: 'malformed', error: 'no usage in the stream, though it was asked for' }
  }
  return { outcome: 'ok', error: '' }
}

/** The message of an error body in any of the shapes that vLLM and proxies use, else the body itself, in short. */
export function bodyMessage(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: unknown; message?: unknown; detail?: unknown }
    const error = parsed.error
    const inner = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error
    const message = inner || parsed.message || parsed.detail
    if (message) return (typeof message === 'string' ? message : JSON.stringify(message)).slice(0, 300)
  } catch {
    // not JSON: shown as it came
  }
  return body.trim().slice(0, 200) || 'empty body'
}
