import { describe, expect, test } from 'vitest'
import { EventTemplate } from './event-template.ts'

const event = (text: string, tokens: number | null): string => {
  const usage =
    tokens === null ? {} : { usage: { prompt_tokens: 64, total_tokens: 64 + tokens, completion_tokens: tokens } }
  return JSON.stringify({ id: 'cmpl-7', choices: [{ index: 0, text, finish_reason: null }], ...usage })
}
const framed = (data: string): Buffer => Buffer.from(`data: ${data}\n\n`)
const matched = (template: EventTemplate, bytes: Buffer): number => template.match(bytes, 0, bytes.length)

describe('a template of an event', () => {
  test('matches events that differ in their text', () => {
    const template = EventTemplate.of(event(' the', null), ' the')!
    for (const text of [' a', ' "quoted"', ' \\', '', ' naïve']) {
      const bytes = framed(event(text, null))
      expect([text, matched(template, bytes)]).toEqual([text, bytes.length])
      expect(template.textBytes).toBe(Buffer.byteLength(JSON.stringify(text)) - 2)
      expect(template.count).toBe(0)
    }
  })

  test('matches events that differ in their running counts too, and reads the output tokens', () => {
    const template = EventTemplate.of(event(' the', 1), ' the')!
    for (const tokens of [2, 9, 10, 99, 12_345]) {
      const bytes = framed(event(' and', tokens))
      expect(matched(template, bytes)).toBe(bytes.length)
      expect([template.count, template.textBytes]).toEqual([tokens, 4])
    }
  })

  test('matches nothing else', () => {
    const template = EventTemplate.of(event(' the', 1), ' the')!
    const strange = [
      event(' the', null),
      event(' the', 2).replace('"finish_reason":null', '"finish_reason":"stop"'),
      event(' the', 2).replace('"prompt_tokens":64', '"prompt_tokens":65'),
      event(' the', 2).replace('"completion_tokens":2', '"completion_tokens":null'),
      event(' the', 2).replace('cmpl-7', 'cmpl-8'),
      '[DONE]',
    ]
    expect(strange.map((data) => matched(template, framed(data)))).toEqual(strange.map(() => 0))
  })

  test('matches no event that is not complete, wherever it was cut', () => {
    const template = EventTemplate.of(event(' the', 1), ' the')!
    const whole = framed(event(' or', 222))
    for (let length = 0; length < whole.length; length += 1) {
      expect([length, template.match(whole, 0, length)]).toEqual([length, 0])
    }
    // the digits of the next event are none of its own
    const two = Buffer.concat([whole, framed(event(' or', 223))])
    expect(template.match(two, 0, two.length)).toBe(whole.length)
    expect(template.count).toBe(222)
  })

  test('does not exist where the text is not in the event exactly once', () => {
    expect(EventTemplate.of(event('cmpl-7', null), 'cmpl-7')).toBeNull()
    expect(EventTemplate.of(event(' the', null), ' a')).toBeNull()
    expect(EventTemplate.of(event('', null), '')).toBeNull()
  })

  test.each([
    ['a raw control character', event(' X', 2).replace('X', '\u0000')],
    ['an escape that JSON does not have', event(' X', 2).replace('X', '\\x')],
    ['half an escape', event(' X', 2).replace('X', '\\u00g9')],
    ['a number with a zero before it', event(' X', 2).replace('"completion_tokens":2', '"completion_tokens":02')],
    ['more tokens than any context', event(' X', 2).replace('"completion_tokens":2', '"completion_tokens":99999999')],
    ['a count of none', event(' X', 0)],
  ])('leaves %s to the reader that parses', (_, data) => {
    const template = EventTemplate.of(event(' the', 1), ' the')!
    expect(matched(template, framed(data))).toBe(0)
  })

  test('matches every escape of JSON', () => {
    const template = EventTemplate.of(event(' the', null), ' the')!
    const bytes = framed(event('X', null).replace('"X"', String.raw`"\"\\\/\b\f\n\r\t\u00e9\uD83D"`))
    expect(matched(template, bytes)).toBe(bytes.length)
  })

  test('is made of no data in several lines, which stand apart on the wire', () => {
    const lines = event(' the', null).replace(',"choices"', ',\n"choices"')
    expect(EventTemplate.of(lines, ' the')).toBeNull()
  })

  test.each([
    ['another value', String.raw`{"object":"m","choices":[{"index":0,"text":"\u006d","finish_reason":null}]}`, 'm'],
    ['a key', String.raw`{"choices":[{"index":0,"text":"\u0069d","finish_reason":null}],"id":"c"}`, 'id'],
  ])('does not exist where the text stands in other escapes, and equals %s', (_, data, text) => {
    expect(EventTemplate.of(data, text)).toBeNull()
  })

  test('reads the count of the usage only, whatever else has its name', () => {
    const twice = event(' the', 1).replace('{"id"', '{"metrics":{"completion_tokens":7},"id"')
    expect(EventTemplate.of(twice, ' the')).toBeNull()
    const elsewhere = event(' the', null).replace('}]}', '}],"metrics":{"completion_tokens":7}}')
    const template = EventTemplate.of(elsewhere, ' the', false)!
    expect(matched(template, framed(elsewhere))).toBeGreaterThan(0)
    expect(template.count).toBe(0)
  })
})
