import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf, longestEntry, packPrompts, promptChooser, statedAnswerTokens } from './prompt-table.ts'

const prompts = (texts: readonly string[]) => texts.map((fields) => ({ fields, outputTokens: null, answerBytes: null }))

test('every prompt is found again as it was packed, and the longest of them in bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (texts) => {
      const table = packPrompts(prompts(texts), 1)
      expect(texts.map((_, entry) => fieldsOf(table, entry).toString())).toEqual(texts)
      const lengths = texts.map((text) => Buffer.byteLength(text))
      expect(lengths[longestEntry(table)]).toBe(Math.max(...lengths))
    }),
  )
})

test('each prompt is sent once before any comes again, in an order of its own in each phase and pass', () => {
  const choose = promptChooser(packPrompts(prompts(Array.from({ length: 50 }, String)), 7))
  const entries = (phase: number, from: number) => Array.from({ length: 50 }, (_, index) => choose(phase, from + index))
  const [first, again, other] = [entries(0, 0), entries(0, 50), entries(1, 0)]
  const inOrder = Array.from({ length: 50 }, (_, index) => index)
  expect(first.map(({ entry }) => entry).toSorted((a, b) => a - b)).toEqual(inOrder)
  expect(first.map(({ entry }) => entry)).not.toEqual(inOrder)
  expect(again.map(({ entry }) => entry)).not.toEqual(first.map(({ entry }) => entry))
  expect(other.map(({ entry }) => entry)).not.toEqual(first.map(({ entry }) => entry))
  expect([first[0]?.pass, again[0]?.pass]).toEqual([0, 1])
  // as a second worker asks, for its numbers only and in between other phases
  expect(choose(0, 3)).toEqual(first[3])
})

test('in the order of the file', () => {
  const choose = promptChooser(packPrompts(prompts(['a', 'b', 'c']), null))
  expect([0, 1, 2, 3].map((index) => choose(4, index))).toEqual([
    { entry: 0, pass: 0 },
    { entry: 1, pass: 0 },
    { entry: 2, pass: 0 },
    { entry: 0, pass: 1 },
  ])
})

test('a stated answer is a number of tokens, or text by the tokens per byte of the server', () => {
  const table = packPrompts(
    [
      { fields: 'a', outputTokens: 12, answerBytes: null },
      { fields: 'b', outputTokens: null, answerBytes: 100 },
      { fields: 'c', outputTokens: null, answerBytes: null },
    ],
    null,
  )
  expect([0, 1, 2].map((entry) => statedAnswerTokens(table, entry, 0.25))).toEqual([12, 25, null])
  expect(statedAnswerTokens(table, 1, null)).toBeNull()
})
