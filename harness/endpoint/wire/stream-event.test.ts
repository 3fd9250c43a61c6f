import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStreamEvent } from './stream-event.ts'

const read = (event: unknown, type?: string) => readStreamEvent(JSON.stringify(event), type)
const choiceOf = (choice: object) => {
  const event = read({ choices: [choice] })
  return event.kind === 'chunk' ? event.chunk.choices[0] : event
}

test('[DONE] ends a stream', () => {
  expect(readStreamEvent('[DONE]')).toEqual({ kind: 'done' })
})

describe('the content of a choice', () => {
  test.each<[string, object, string]>([
    ['the text of a completion', { text: ' a' }, ' a'],
    ['the content of a chat', { delta: { content: ' a' } }, ' a'],
    ['reasoning', { delta: { content: '', reasoning: 'hm' } }, 'hm'],
    ['reasoning_content of older servers', { delta: { content: null, reasoning_content: 'hm' } }, 'hm'],
    ['a refusal', { delta: { refusal: 'no' } }, 'no'],
    ['an empty text', { text: '' }, ''],
    ['an empty delta', { delta: {} }, ''],
    ['a null', { delta: { content: null } }, ''],
  ])('is %s', (_, choice, content) => {
    expect(choiceOf(choice)).toMatchObject({ content, isRole: false })
  })

  test('of a tool call is its arguments, and no template for other events', () => {
    const toolCalls = [{ index: 0, function: { arguments: '{"a"' } }]
    expect(choiceOf({ delta: { tool_calls: toolCalls } })).toMatchObject({
      content: JSON.stringify(toolCalls),
      isText: false,
    })
    // the first event of a call also names the role
    expect(choiceOf({ delta: { role: 'assistant', tool_calls: toolCalls } })).toMatchObject({ isRole: false })
  })

  test.each([{ role: 'assistant' }, { role: 'assistant', content: '' }, { role: 'assistant', content: null }])(
    'of %j is only the role',
    (delta) => {
      expect(choiceOf({ delta })).toMatchObject({ isRole: true, content: '' })
    },
  )
})

describe('a failure', () => {
  test.each<[unknown, string]>([
    [{ error: { message: 'boom', code: 500 } }, 'boom'],
    [{ error: 'scaling' }, 'scaling'],
    [{ error: { code: 7 } }, '{"code":7}'],
    [{ object: 'error', message: 'old form' }, 'old form'],
    [{ object: 'error' }, 'error event without a message'],
  ])('%j is one, in its own words', (event, message) => {
    expect(read(event)).toEqual({ kind: 'error', message })
  })

  test.each([null, '', false])('is not an `error` of %j', (error) => {
    expect(read({ error, choices: [] }).kind).toBe('chunk')
  })

  test('is whatever comes as `event: error`', () => {
    expect(read({ message: 'overloaded' }, 'error')).toEqual({ kind: 'error', message: 'overloaded' })
    expect(readStreamEvent('gone', 'error')).toEqual({ kind: 'error', message: 'gone' })
    expect(readStreamEvent('', 'error')).toEqual({ kind: 'error', message: 'error event without a message' })
  })
})

describe('a value that the protocol does not have is malformed, and named', () => {
  test.each<[object, RegExp]>([
    [{ usage: { completion_tokens: '64' } }, /usage\.completion_tokens is "64"; expected a whole number/],
    [{ usage: { completion_tokens: -1 } }, /-1/],
    [{ usage: { completion_tokens: 1.5 } }, /1\.5/],
    [{ usage: { completion_tokens: 1e308 } }, /1e\+308/],
    [{ usage: { prompt_tokens: { $: 1 } } }, /usage\.prompt_tokens is \{"\$":1\}/],
    [{ usage: { prompt_tokens_details: { cached_tokens: [] } } }, /cached_tokens is \[\]/],
    [{ choices: {} }, /choices is \{\}; expected a list/],
    [{ choices: ['a'] }, /a choice is "a"/],
    [{ choices: [{ index: -1, text: 'a' }] }, /index is -1/],
    [{ choices: [{ text: 7 }] }, /text is 7; expected text/],
    [{ choices: [{ text: 'a', finish_reason: {} }] }, /finish_reason is \{\}/],
  ])('%j', (event, what) => {
    expect(read(event)).toEqual({ kind: 'malformed', what: expect.stringMatching(what) })
  })

  test.each(['{oops', '7', 'null', '[1]', ''])('%j is not an event', (data) => {
    expect(readStreamEvent(data)).toEqual({ kind: 'malformed', what: `not JSON: ${data}` })
  })

  test('a fingerprint that is not text is none', () => {
    expect(read({ system_fingerprint: 123 })).toMatchObject({ kind: 'chunk', chunk: { fingerprint: null } })
  })
})

test('a count that is too large for a number is shown as it is read', () => {
  expect(readStreamEvent('{"usage":{"completion_tokens":1e400}}')).toMatchObject({
    what: 'usage.completion_tokens is Infinity; expected a whole number of tokens',
  })
})

test('no JSON makes it throw, and no count is ever anything but a whole number or null', () => {
  fc.assert(
    fc.property(fc.json(), fc.jsonValue(), fc.jsonValue(), (text, usage, choices) => {
      for (const data of [
        text,
        JSON.stringify({ usage, choices }),
        JSON.stringify({ usage: { completion_tokens: usage } }),
      ]) {
        const event = readStreamEvent(data)
        if (event.kind !== 'chunk') continue
        const { outputTokens } = event.chunk.usage ?? { outputTokens: null }
        expect(outputTokens === null || Number.isSafeInteger(outputTokens)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})
