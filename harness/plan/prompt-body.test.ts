import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodyPlan, makeBodyTemplate, tokenIdRange } from './prompt-body.ts'

const plan: BodyPlan = { api: 'completions', model: 'm', promptTokens: 200, outputTokens: 16, vocab: 128_256, seed: 1 }
const parse = (bytes: Buffer) => JSON.parse(bytes.toString()) as { prompt: number[]; messages?: { content: string }[] }

describe('a completions body', () => {
  test('has exactly the tokens asked for, all inside the vocabulary, and stays valid JSON of the same length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 16, max: 260_000 }),
        fc.nat(),
        (promptTokens, vocab, id) => {
          const template = makeBodyTemplate({ ...plan, promptTokens, vocab })
          const length = template.bytes.length
          const { prompt } = parse(template.fill(0, id))
          expect(template.bytes.length).toBe(length)
          expect(prompt).toHaveLength(promptTokens)
          expect(prompt.every((token) => Number.isInteger(token) && token > 0 && token < vocab)).toBe(true)
        },
      ),
    )
  })

  test('asks for an exact output length and for usage, and nothing else decides the length', () => {
    expect(parse(makeBodyTemplate(plan).bytes)).toMatchObject({
      max_tokens: 16,
      min_tokens: 16,
      ignore_eos: true,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('begins with a block that no other request and no other phase has', () => {
    const template = makeBodyTemplate(plan)
    const firstBlock = (phase: number, id: number) => parse(template.fill(phase, id)).prompt.slice(0, 16).join()
    const blocks = [-1, 0, 1].flatMap((phase) => Array.from({ length: 500 }, (_, id) => firstBlock(phase, id)))
    expect(new Set(blocks).size).toBe(1500)
  })

  test('is the same again for the same seed, phase and id', () => {
    expect(makeBodyTemplate(plan).fill(2, 7).equals(makeBodyTemplate(plan).fill(2, 7))).toBe(true)
  })

  test('of a clone is its own: filling one leaves the other alone', () => {
    const template = makeBodyTemplate(plan)
    const before = Buffer.from(template.fill(0, 1))
    template.clone().fill(0, 2)
    expect(template.bytes.equals(before)).toBe(true)
  })
})

test('a chat body carries words in the place of ids, and a hostile model name stays a string', () => {
  const body = makeBodyTemplate({ ...plan, api: 'chat', model: '"@PROMPT@"\n{}' })
  const parsed = JSON.parse(body.fill(0, 1).toString())
  expect(parsed.model).toBe('"@PROMPT@"\n{}')
  expect(parsed.messages[0].content.split(' ')).toHaveLength(200)
})

test('token ids have equally many digits', () => {
  expect(tokenIdRange(128_256)).toEqual({ low: 10_000, high: 99_999, digits: 5 })
  expect(tokenIdRange(32_000)).toEqual({ low: 10_000, high: 31_999, digits: 5 })
  expect(tokenIdRange(1000)).toEqual({ low: 100, high: 999, digits: 3 })
  expect(() => tokenIdRange(8)).toThrow(RangeError)
})
