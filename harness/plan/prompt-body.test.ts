import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BodyPlan, BodyRequest } from './body/body-plan.ts'
import { makeBodies } from './prompt-body.ts'
import { tokenIdRange } from './prompt-units.ts'
import { FILLER_WORD, FIRST_WORD, promptWords } from './prompt-words.ts'

const plan: BodyPlan = { api: 'completions', model: 'm', vocab: 128_256, seed: 1, salt: 7, sharedTokens: 0 }
const ask = (over: Partial<BodyRequest> = {}): BodyRequest => ({
  phase: 0,
  topic: 1,
  promptTokens: 200,
  outputTokens: 16,
  ...over,
})
const parse = (parts: readonly Buffer[]) => JSON.parse(Buffer.concat(parts).toString()) as { prompt: number[] }
const promptOf = (over: Partial<BodyRequest> = {}, of: Partial<BodyPlan> = {}) =>
  parse(makeBodies({ ...plan, ...of }).make(ask(over))).prompt

describe('a completions body', () => {
  test('has exactly the tokens asked for, all inside the vocabulary', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 16, max: 260_000 }),
        fc.nat(),
        fc.constantFrom(0, 1, 64, 150, 10_000),
        (promptTokens, vocab, topic, sharedTokens) => {
          const prompt = promptOf({ promptTokens, topic }, { vocab, sharedTokens })
          expect(prompt).toHaveLength(promptTokens)
          expect(prompt.every((token) => Number.isInteger(token) && token > 0 && token < vocab)).toBe(true)
        },
      ),
    )
  })

  test('asks for an exact output length and for usage, and nothing else decides the length', () => {
    expect(parse(makeBodies(plan).make(ask()))).toMatchObject({
      max_tokens: 16,
      min_tokens: 16,
      ignore_eos: true,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('cold: begins with a block that no other request and no other phase has', () => {
    const bodies = makeBodies(plan)
    const firstBlock = (phase: number, topic: number) =>
      parse(bodies.make(ask({ phase, topic })))
        .prompt.slice(0, 16)
        .join()
    const blocks = [-1, 0, 1].flatMap((phase) => Array.from({ length: 500 }, (_, topic) => firstBlock(phase, topic)))
    expect(new Set(blocks).size).toBe(1500)
  })

  test('shared: all prompts begin with the same N tokens and then differ', () => {
    const [a, b] = [1, 2].map((topic) => promptOf({ topic }, { sharedTokens: 48 })) as [number[], number[]]
    expect(a.slice(0, 48)).toEqual(b.slice(0, 48))
    expect(a[48]).not.toBe(b[48])
  })

  test('of a group: begins with the tokens of its prefix that it is given, and with those only', () => {
    const of = (group: number, tokens: number, topic: number) => promptOf({ topic, prefix: { group, tokens } })
    const [short, long, other] = [of(1, 48, 1), of(1, 96, 2), of(2, 96, 3)]
    expect(short.slice(0, 48)).toEqual(long.slice(0, 48))
    expect(short.slice(48, 64)).not.toEqual(long.slice(48, 64))
    expect(other.slice(0, 16)).not.toEqual(long.slice(0, 16))
    // what primes a group is the prefix itself
    expect(promptOf({ promptTokens: 96, prefix: { group: 1, tokens: 96 } })).toEqual(long.slice(0, 96))
  })

  test('warm: all prompts are the same', () => {
    expect(promptOf({ topic: 1 }, { sharedTokens: 200 })).toEqual(promptOf({ topic: 2 }, { sharedTokens: 200 }))
  })

  test('a later turn of a conversation begins with all of the earlier one', () => {
    const earlier = promptOf({ topic: 7, promptTokens: 300 })
    expect(promptOf({ topic: 7, promptTokens: 900 }).slice(0, 300)).toEqual(earlier)
  })

  test('a traced prompt shares the blocks of 512 that the trace names, and no others', () => {
    const bodies = makeBodies(plan)
    const traced = (sharedBlocks: number[], promptTokens: number) =>
      parse(bodies.make(ask({ sharedBlocks, promptTokens }))).prompt
    const [a, b] = [traced([1, 2], 1024), traced([1, 3], 1000)]
    expect([a.length, b.length]).toEqual([1024, 1000])
    expect(a.slice(0, 512)).toEqual(b.slice(0, 512))
    expect(a.slice(512, 1000)).not.toEqual(b.slice(512))
  })

  test('of another run with the same seed is another: nothing of it can be in the cache', () => {
    expect(promptOf({}, { salt: 8 }).slice(0, 16)).not.toEqual(promptOf({}, { salt: 7 }).slice(0, 16))
  })

  test('is the same again for the same seed, salt, phase and topic', () => {
    expect(promptOf({ phase: 2, topic: 9 })).toEqual(promptOf({ phase: 2, topic: 9 }))
  })
})

describe('a chat body', () => {
  const chatPlan: BodyPlan = { ...plan, api: 'chat' }
  const chatLength = { baseTokens: 37, tokensPerWord: 1 }
  const contentOf = (over: Partial<BodyRequest> = {}, of: Partial<BodyPlan> = {}): string[] =>
    JSON.parse(Buffer.concat(makeBodies({ ...chatPlan, ...of }).make(ask(over))).toString()).messages[0].content.split(
      ' ',
    )
  const known = new Set<string>([...promptWords, FIRST_WORD, FILLER_WORD])

  test('has as many words as the template of the server leaves, all of them from the list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 37, max: 700 }),
        fc.nat(),
        fc.constantFrom(0, 1, 64, 150, 10_000),
        (promptTokens, topic, sharedTokens) => {
          const words = contentOf({ promptTokens, topic }, { chatLength, sharedTokens })
          expect(words).toHaveLength(promptTokens - 36)
          expect(words.filter((word) => !known.has(word))).toEqual([])
        },
      ),
    )
  })

  test('fills with words of one letter what a word of several tokens would exceed', () => {
    const words = contentOf({ promptTokens: 128 }, { chatLength: { baseTokens: 11, tokensPerWord: 2 } })
    expect([words.length, words[0], words.at(-1)]).toEqual([1 + 58 + 1, FIRST_WORD, FILLER_WORD])
  })

  test('cold: begins with the same word, and then with words that no other request has', () => {
    const starts = [-2, -1, 0].flatMap((phase) =>
      Array.from({ length: 300 }, (_, topic) => contentOf({ phase, topic }).slice(0, 16)),
    )
    expect(new Set(starts.map(([first]) => first))).toEqual(new Set([FIRST_WORD]))
    expect(new Set(starts.map((words) => words.join())).size).toBe(900)
  })

  test('shared: the first N tokens are the same, the template among them; warm: all are', () => {
    const [a, b] = [1, 2].map((topic) => contentOf({ topic }, { chatLength, sharedTokens: 64 })) as [string[], string[]]
    expect(a.slice(0, 28)).toEqual(b.slice(0, 28))
    expect(a.slice(28, 40)).not.toEqual(b.slice(28, 40))
    const warm = { chatLength, sharedTokens: 200 }
    expect(contentOf({ topic: 1 }, warm)).toEqual(contentOf({ topic: 2 }, warm))
  })

  test('a later turn of a conversation begins with all of the earlier one', () => {
    const earlier = contentOf({ topic: 7, promptTokens: 300 }, { chatLength })
    expect(contentOf({ topic: 7, promptTokens: 900 }, { chatLength }).slice(0, earlier.length)).toEqual(earlier)
  })

  test('a traced prompt shares the blocks of 512 tokens that the trace names', () => {
    const traced = (sharedBlocks: number[], promptTokens: number) =>
      contentOf({ sharedBlocks, promptTokens }, { chatLength })
    const [a, b] = [traced([1, 2], 1024), traced([1, 3], 1000)]
    expect([a.length, b.length]).toEqual([1024 - 36, 1000 - 36])
    expect(a.slice(0, 512 - 36)).toEqual(b.slice(0, 512 - 36))
    expect(a.slice(512 - 36, 964)).not.toEqual(b.slice(512 - 36))
  })

  test('asks for usage in every event only where the server takes that', () => {
    const optionsOf = (of: Partial<BodyPlan>) => parse(makeBodies({ ...plan, ...of }).make(ask()))
    expect(optionsOf({})).toHaveProperty('stream_options', { include_usage: true })
    expect(optionsOf({ continuousUsage: true })).toHaveProperty('stream_options', {
      include_usage: true,
      continuous_usage_stats: true,
    })
  })
})

test('a chat body carries words in the place of ids, and a hostile model name stays a string', () => {
  const parsed = JSON.parse(
    Buffer.concat(makeBodies({ ...plan, api: 'chat', model: '"@PROMPT@"\n{}' }).make(ask())).toString(),
  )
  expect(parsed.model).toBe('"@PROMPT@"\n{}')
  expect(parsed.messages[0].content.split(' ')).toHaveLength(200)
})

test('token ids have equally many digits', () => {
  expect(tokenIdRange(128_256)).toEqual({ low: 10_000, high: 99_999, digits: 5 })
  expect(tokenIdRange(32_000)).toEqual({ low: 10_000, high: 31_999, digits: 5 })
  expect(tokenIdRange(1000)).toEqual({ low: 100, high: 999, digits: 3 })
  expect(() => tokenIdRange(8)).toThrow(RangeError)
})
