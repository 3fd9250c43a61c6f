import type { Outcome } from '../record/rows.ts'
import { bodyMessage, documentOf, isObject, isPage, textOf } from './answer-words.ts'
import type { ResponseHead } from './wire/response-head.ts'
import { errorIn } from './wire/stream-event.ts'
import type { StreamFacts } from './wire/stream-facts.ts'

/** How a request ended, and why in the words of the server; '' when ok. */
export interface Ending {
  readonly outcome: Outcome
  readonly error: string
}

/** Why an answer without usage cannot be measured. */
export const NO_USAGE =
  'no usage: the server reports none although stream_options requested it, so that tokens cannot be counted'

/**
 * The outcome of a response that was received to its end. Success requires HTTP 200, an event stream that is not
 * compressed, no `error` event, a finish_reason for each choice that is neither `abort` nor `error`, `[DONE]`, and usage.
 * `body` is the beginning of a body that is not one of events; '' where events came.
 */
export function outcomeOf(head: ResponseHead | null, facts: StreamFacts, body: string): Ending {
  if (head === null) return { outcome: 'truncated', error: 'the response ended before its head was complete' }
  const coding = codingOf(head)
  const refused = statusOutcome(head.status, head.headers.get('location') ?? null, coding === null ? body : '')
  if (refused !== null) return refused
  if (coding !== null) return malformed(compressed(coding))
  if (facts.errorMessage !== null) return { outcome: 'stream-error', error: facts.errorMessage }
  if (facts.malformed !== null) return malformed(facts.malformed)
  if (facts.events === 0) return documentOutcome(head.headers.get('content-type') ?? '', body)
  const failure = finishFailure(facts.finishReason)
  if (failure !== null) return failure
  if (!facts.done) return { outcome: 'truncated', error: 'stream ended without [DONE]' }
  if (facts.finishReason === null) return { outcome: 'truncated', error: 'no finish_reason before [DONE]' }
  if (facts.openChoices > 0) {
    return { outcome: 'truncated', error: `no finish_reason before [DONE] in ${facts.openChoices} choices` }
  }
  if (facts.outputTokens === null || facts.promptTokens === null) return malformed(NO_USAGE)
  return { outcome: 'ok', error: '' }
}

/** The outcome of an answer that the server aborted, by its finish_reason; null for every other reason. */
export function finishFailure(finishReason: string | null): Ending | null {
  if (finishReason === 'abort') return { outcome: 'aborted', error: 'finish_reason abort: stopped by the server' }
  if (finishReason === 'error') return { outcome: 'stream-error', error: 'finish_reason error' }
  return null
}

/** The compression of a body that nobody asked for, by its headers; null when it is plain. */
export function codingOf({ headers }: ResponseHead): string | null {
  const codings = [headers.get('content-encoding') ?? '', headers.get('transfer-encoding') ?? '']
    .flatMap((value) => value.toLowerCase().split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '' && value !== 'identity' && value !== 'chunked')
  return codings.length === 0 ? null : codings.join(', ')
}

const compressed = (coding: string): string =>
  `the answer is compressed (content-encoding ${coding}) although the request asked for none, which delays tokens: switch compression off for event streams in the server or proxy`

const malformed = (error: string): Ending => ({ outcome: 'malformed', error })

/** The outcome of a status other than 200, with the words of the body and the target of a redirect; null for 200. */
export function statusOutcome(status: number, location: string | null, body: string): Ending | null {
  if (status === 200) return null
  if (status >= 500) return { outcome: 'http-5xx', error: `HTTP ${status}: ${bodyMessage(body)}` }
  if (status >= 400) return { outcome: 'http-4xx', error: `HTTP ${status}: ${bodyMessage(body)}` }
  if (status >= 300 && location !== null) {
    return malformed(
      `HTTP ${status}: a redirect to ${location.slice(0, 200)}; give the address of the server itself with --endpoint`,
    )
  }
  return malformed(`HTTP ${status}: ${bodyMessage(body)}; HTTP 200 was expected`)
}

/** The outcome of a body with status 200 that holds no event. */
function documentOutcome(type: string, body: string): Ending {
  const document = documentOf(body)
  const message = errorIn(document) ?? detailIn(document)
  if (message !== null) return { outcome: 'stream-error', error: message }
  if (isObject(document) && Array.isArray(document['choices'])) {
    return malformed('a JSON document instead of an event stream: the server ignored "stream": true')
  }
  const words = textOf(body)
  if (words === '') return { outcome: 'truncated', error: 'an empty answer: the response ended without an event' }
  if (isPage(body)) return malformed(`an HTML page instead of an event stream: ${words}`)
  if (document !== undefined || body.trimStart().startsWith('{')) {
    return malformed(`a JSON document instead of an event stream: ${words}`)
  }
  if (/\bevent-stream\b/i.test(type)) return { outcome: 'truncated', error: 'the event stream ended without an event' }
  const named = type === '' ? 'no content-type' : `content-type ${type.slice(0, 60)}`
  return malformed(`${named} and no event: an event stream was expected: ${words}`)
}

/** The message of a failure as FastAPI and some proxies send it: a `detail` alone. */
const detailIn = (document: unknown): string | null =>
  isObject(document) && typeof document['detail'] === 'string' && document['choices'] === undefined
    ? document['detail']
    : null
