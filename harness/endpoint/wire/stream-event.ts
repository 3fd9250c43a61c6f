import { jsonOf } from '../../json-text.ts'

/** Token counts of one answer, as the server's `usage` reports them. */
export interface StreamUsage {
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly cachedTokens: number | null
  /** Output tokens that are reasoning; servers with a parser for it report them. */
  readonly reasoningTokens: number | null
}

/** One choice of an event. */
export interface StreamChoice {
  readonly index: number
  /** Text, reasoning, or the arguments of a tool call; '' when the event has a choice without any. */
  readonly content: string
  /** Whether `content` is one text of the event: only then the bytes around it are a template for other events. */
  readonly isText: boolean
  /** The text is reasoning, which comes before the answer. */
  readonly isReasoning: boolean
  /** The event opens a chat message: it names the role and holds no content. It is not a token. */
  readonly isRole: boolean
  readonly finishReason: string | null
}

/** One chunk of an answer. */
export interface StreamChunk {
  readonly choices: readonly StreamChoice[]
  readonly usage: StreamUsage | null
  readonly fingerprint: string | null
}

/** What one event of a stream says, its values checked. */
export type StreamEvent =
  | { readonly kind: 'done' }
  /** The server's own words about its failure. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'malformed'; readonly what: string }
  | { readonly kind: 'chunk'; readonly chunk: StreamChunk }

/** More tokens than any context has: a larger count is not one. The table of requests holds this many exactly. */
export const MOST_TOKENS = 2 ** 24
const NO_MESSAGE = 'error event without a message'
/** Characters of an event that are shown as evidence. */
const SHOWN_CHARACTERS = 120

/**
 * Reads the data of one event, in the form of vLLM and of other OpenAI-compatible servers. `type` is that of the event
 * stream: some servers send failures as `event: error`. Values that are not what the protocol says make it malformed.
 */
export function readStreamEvent(data: string, type = ''): StreamEvent {
  if (data === '[DONE]') return { kind: 'done' }
  const event = jsonOf(data)
  if (type === 'error')
    return { kind: 'error', message: errorIn(event) ?? messageIn(event) ?? (shown(data) || NO_MESSAGE) }
  return isObject(event) ? readEventObject(event) : { kind: 'malformed', what: `not JSON: ${shown(data)}` }
}

/** The same of an event that has been parsed. */
export function readEventObject(event: Readonly<Record<string, unknown>>): StreamEvent {
  const message = errorIn(event)
  if (message !== null) return { kind: 'error', message }
  try {
    const fingerprint = typeof event['system_fingerprint'] === 'string' ? event['system_fingerprint'] : null
    return {
      kind: 'chunk',
      chunk: { choices: choicesOf(event['choices']), usage: usageOf(event['usage']), fingerprint },
    }
  } catch (error) {
    if (error instanceof Unexpected) return { kind: 'malformed', what: error.message }
    throw error
  }
}

/**
 * The message of an error document in any of the forms that servers and proxies use (`error` as an object or a string,
 * `object: "error"`), or null when it is none.
 */
export function errorIn(document: unknown): string | null {
  if (!isObject(document)) return null
  const { error, object, message } = document
  if (error) {
    if (typeof error === 'string') return error
    const inner = isObject(error) ? error['message'] : null
    return typeof inner === 'string' && inner !== '' ? inner : shown(JSON.stringify(error))
  }
  if (object !== 'error') return null
  return typeof message === 'string' && message !== '' ? message : NO_MESSAGE
}

const messageIn = (event: unknown): string | null =>
  isObject(event) && typeof event['message'] === 'string' && event['message'] !== '' ? event['message'] : null

/** A value that is not what the protocol says; the message names the field, the value and what was expected. */
class Unexpected extends Error {}

function choicesOf(choices: unknown): StreamChoice[] {
  if (choices === undefined || choices === null) return []
  if (!Array.isArray(choices)) throw new Unexpected(`choices is ${shownValue(choices)}; expected a list`)
  return choices.map(choiceOf)
}

function choiceOf(choice: unknown): StreamChoice {
  if (!isObject(choice)) throw new Unexpected(`a choice is ${shownValue(choice)}; expected an object`)
  const index = choice['index'] ?? 0
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) {
    throw new Unexpected(`choices[].index is ${shownValue(index)}; expected a whole number`)
  }
  const delta = isObject(choice['delta']) ? choice['delta'] : null
  const { text, isReasoning } = contentOf(choice, delta)
  return {
    index,
    content: text ?? toolCallsOf(delta),
    isText: text !== null,
    isReasoning,
    isRole: delta !== null && typeof delta['role'] === 'string' && (text ?? '') === '' && !hasToolCalls(delta),
    finishReason: textOrNull(choice['finish_reason'], 'finish_reason') || null,
  }
}

/** The text of a choice: of a completion, or the first that is not empty of a chat's content and reasoning; null without. */
function contentOf(choice: Fields, delta: Fields | null): { text: string | null; isReasoning: boolean } {
  const text = textOrNull(choice['text'], 'text')
  if (text !== null || delta === null) return { text, isReasoning: false }
  let found: string | null = null
  for (const name of ['content', 'reasoning', 'reasoning_content', 'refusal']) {
    const value = textOrNull(delta[name], name)
    if (value) return { text: value, isReasoning: name.startsWith('reasoning') }
    found ??= value
  }
  return { text: found, isReasoning: false }
}

const hasToolCalls = (delta: Fields | null): boolean =>
  delta !== null && Array.isArray(delta['tool_calls']) && delta['tool_calls'].length > 0

const toolCallsOf = (delta: Fields | null): string => (hasToolCalls(delta) ? JSON.stringify(delta?.['tool_calls']) : '')

function textOrNull(value: unknown, name: string): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  throw new Unexpected(`${name} is ${shownValue(value)}; expected text`)
}

function usageOf(usage: unknown): StreamUsage | null {
  if (!isObject(usage)) return null
  const details = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {}
  const made = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {}
  return {
    promptTokens: tokensOf(usage['prompt_tokens'], 'usage.prompt_tokens'),
    outputTokens: tokensOf(usage['completion_tokens'], 'usage.completion_tokens'),
    cachedTokens: tokensOf(details['cached_tokens'], 'usage.prompt_tokens_details.cached_tokens'),
    reasoningTokens: tokensOf(made['reasoning_tokens'], 'usage.completion_tokens_details.reasoning_tokens'),
  }
}

function tokensOf(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS) return value
  throw new Unexpected(`${name} is ${shownValue(value)}; expected a whole number of tokens`)
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (text: string): string => text.slice(0, SHOWN_CHARACTERS)

/** A value as it is shown in evidence; JSON would show a number that is too large as null. */
const shownValue = (value: unknown): string =>
  shown(typeof value === 'number' && !Number.isFinite(value) ? String(value) : JSON.stringify(value))
