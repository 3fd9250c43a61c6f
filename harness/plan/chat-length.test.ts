import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatLengthOf, chatWordsOf, wordsAsTokens, wordsWithin } from './chat-length.ts'

describe('two prompts show how a server counts', () => {
  test('a template of 36 tokens and words of one token each', () => {
    // 36 + 9 and 36 + 265, the first word among them
    expect(chatLengthOf({ words: 9, promptTokens: 45 }, { words: 265, promptTokens: 301 })).toEqual({
      baseTokens: 37,
      tokensPerWord: 1,
    })
  })

  test('words of two tokens each, and a first word of one', () => {
    expect(chatLengthOf({ words: 9, promptTokens: 11 + 16 }, { words: 265, promptTokens: 11 + 528 })).toEqual({
      baseTokens: 11,
      tokensPerWord: 2,
    })
  })

  test('no length can be derived from counts that do not grow with the prompt', () => {
    expect(chatLengthOf({ words: 9, promptTokens: 50 }, { words: 265, promptTokens: 50 })).toBeNull()
    expect(chatLengthOf({ words: 9, promptTokens: 50 }, { words: 265, promptTokens: 100 })).toBeNull()
    expect(chatLengthOf({ words: 9, promptTokens: 50 }, { words: 9, promptTokens: 50 })).toBeNull()
  })
})

describe('the words of a prompt', () => {
  test('fill what the template leaves', () => {
    expect(chatWordsOf(128, { baseTokens: 37, tokensPerWord: 1 })).toEqual({ words: 91, fillers: 0 })
    expect(chatWordsOf(37, { baseTokens: 37, tokensPerWord: 1 })).toEqual({ words: 0, fillers: 0 })
    expect(chatWordsOf(10, { baseTokens: 37, tokensPerWord: 1 })).toEqual({ words: 0, fillers: 0 })
    expect(chatWordsOf(200, wordsAsTokens)).toEqual({ words: 199, fillers: 0 })
  })

  test('of several tokens leave a rest, which fillers of one token fill', () => {
    expect(chatWordsOf(128, { baseTokens: 11, tokensPerWord: 2 })).toEqual({ words: 58, fillers: 1 })
    expect(chatWordsOf(128, { baseTokens: 11, tokensPerWord: 5 })).toEqual({ words: 23, fillers: 2 })
  })

  test('have the length that was asked for, to half a token, for any vocabulary', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.constantFrom(1, 1.01, 1.5, 2, 3, 5),
        (promptTokens, baseTokens, tokensPerWord) => {
          fc.pre(promptTokens >= baseTokens)
          const { words, fillers } = chatWordsOf(promptTokens, { baseTokens, tokensPerWord })
          expect(Math.abs(baseTokens + words * tokensPerWord + fillers - promptTokens)).toBeLessThanOrEqual(0.5 + 1e-6)
        },
      ),
    )
  })

  test('within the first tokens begin after the template', () => {
    expect([0, 36, 37, 38, 128].map((tokens) => wordsWithin(tokens, { baseTokens: 37, tokensPerWord: 1 }))).toEqual([
      0, 0, 0, 1, 91,
    ])
  })
})
