import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseScanner } from './sse-scanner.ts'
import type { StreamFacts } from './stream-facts.ts'

/** What a stream says, without its times: what a reader that learns nothing must find too. */
type Said = Pick<
  StreamFacts,
  | 'chunks'
  | 'finishReason'
  | 'promptTokens'
  | 'outputTokens'
  | 'cachedTokens'
  | 'systemFingerprint'
  | 'done'
  | 'errorMessage'
>

interface Event {
  readonly object?: string
  readonly message?: string
  readonly error?: { readonly message: string }
  readonly system_fingerprint?: string
  readonly choices?: readonly { readonly text?: string; readonly finish_reason?: string | null }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
}

/** The reference: every event through JSON.parse, and one rule after the other. */
function referenceOf(events: readonly string[]): Said {
  const said: Said = {
    chunks: 0,
    finishReason: null,
    promptTokens: null,
    outputTokens: null,
    cachedTokens: null,
    systemFingerprint: null,
    done: false,
    errorMessage: null,
  }
  let hasEnded = false
  for (const data of events) {
    if (data === '[DONE]') {
      said.done = true
      continue
    }
    const event = JSON.parse(data) as Event
    if (event.error || event.object === 'error') {
      said.errorMessage ??= event.error?.message ?? event.message ?? 'error event without a message'
      continue
    }
    said.systemFingerprint = event.system_fingerprint || said.systemFingerprint
    if (event.usage) {
      said.promptTokens = event.usage.prompt_tokens
      said.outputTokens = event.usage.completion_tokens
    }
    const choice = event.choices?.[0]
    if (!choice) continue
    // after the end of a choice only an event with text carries a token
    if ((choice.text ?? '') !== '' || !hasEnded) said.chunks += 1
    if (!choice.finish_reason) continue
    hasEnded = true
    if (said.finishReason !== 'error') said.finishReason = choice.finish_reason
  }
  return said
}

function scannedFrom(events: readonly string[], readBytes: number): Said {
  const bytes = Buffer.from(events.map((data) => `data: ${data}\n\n`).join(''))
  const scanner = new SseScanner()
  for (let at = 0; at < bytes.length; at += readBytes) {
    scanner.beginRead(at)
    scanner.push(bytes, at, Math.min(bytes.length, at + readBytes))
  }
  const { malformed, chunks, finishReason, promptTokens, outputTokens, cachedTokens, systemFingerprint } = scanner.facts
  expect(malformed).toBeNull()
  const { done, errorMessage } = scanner.facts
  const counts = { chunks, promptTokens, outputTokens, cachedTokens }
  return { ...counts, finishReason, systemFingerprint, done, errorMessage }
}

/** Few words, so that a token often equals another value or a key of its own event. */
const word = fc.constantFrom('error', 'm', 'text', '"é')
/** The members of an event stand in any order: what is before and after the text differs from server to server. */
const event = fc
  .tuple(
    fc.record({
      object: word,
      model: word,
      system_fingerprint: word,
      choices: fc.tuple(
        fc
          .tuple(
            fc.record({ stop_reason: fc.option(word), text: fc.oneof(word, fc.constant('')) }),
            fc.option(fc.constantFrom('length', 'stop', 'error'), { freq: 1 }),
            fc.boolean(),
          )
          .map(([choice, finish, isFirst]) =>
            isFirst ? { finish_reason: finish, ...choice } : { ...choice, finish_reason: finish },
          ),
      ),
    }),
    fc.shuffledSubarray(['object', 'model', 'system_fingerprint', 'choices'] as const, { minLength: 2 }),
    fc.option(fc.record({ prompt_tokens: fc.nat(9), completion_tokens: fc.nat(9) }), { freq: 1, nil: undefined }),
  )
  .map(([values, keys, usage]) =>
    JSON.stringify({ ...Object.fromEntries(keys.map((key) => [key, values[key]])), ...(usage ? { usage } : {}) }),
  )

/** Events of one server: one shape, in which one or two values change from event to event. */
const alike = fc
  .tuple(event, fc.array(fc.tuple(word, word), { maxLength: 6 }))
  .map(([first, changes]) => [
    first,
    ...changes.map(([from, to]) => first.replace(JSON.stringify(from), JSON.stringify(to))),
  ])

test('the scanner finds what a reader finds that parses every event, whatever the tokens are and wherever it is cut', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(event), alike), fc.integer({ min: 1, max: 2000 }), (stream, readBytes) => {
      const events = [...stream.filter(isJson), '[DONE]']
      expect(scannedFrom(events, readBytes)).toEqual(referenceOf(events))
    }),
    { numRuns: 3000 },
  )
})

/** A replaced key may have made two members of one name, which JSON allows; what it does not allow is left out. */
function isJson(data: string): boolean {
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}

test('a token that equals an earlier value of its event is no template: the error behind it is seen', () => {
  const like = (object: string) => `{"object":"${object}","choices":[{"index":0,"text":"chunk","finish_reason":null}]}`
  expect(scannedFrom([like('chunk'), like('error'), '[DONE]'], 10_000)).toMatchObject({
    chunks: 1,
    errorMessage: 'error event without a message',
  })
})
