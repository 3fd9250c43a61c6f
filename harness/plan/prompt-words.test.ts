import { expect, test } from 'vitest'
import { FILLER_WORD, FIRST_WORD, promptWords, WORD_LETTERS } from './prompt-words.ts'

test('words have one length, so that a prompt is a slice of bytes, and each is in the list once', () => {
  expect(promptWords.filter((word) => !/^[a-z]+$/.test(word) || word.length !== WORD_LETTERS)).toEqual([])
  expect(new Set(promptWords).size).toBe(promptWords.length)
  expect(promptWords.length).toBeGreaterThan(300)
})

test('the first word is a common one, and the filler is one letter', () => {
  expect(promptWords).toContain(FIRST_WORD)
  expect(FILLER_WORD).toMatch(/^[a-z]$/)
})
