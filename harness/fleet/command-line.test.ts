import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandLine } from './command-line.ts'

/** The words that a POSIX shell reads of a line of plain and single-quoted parts (Shell Command Language, 2.2); null for anything else. */
function wordsOf(line: string): string[] | null {
  const words: string[] = []
  let [word, at, isWord] = ['', 0, false]
  while (at < line.length) {
    const letter = line[at]!
    if (letter === "'") {
      const end = line.indexOf("'", at + 1)
      if (end < 0) return null
      word += line.slice(at + 1, end)
      at = end + 1
      isWord = true
    } else if (letter === '\\') {
      if (at + 1 >= line.length) return null
      word += line[at + 1]
      at += 2
      isWord = true
    } else if (letter === ' ') {
      if (isWord) words.push(word)
      ;[word, isWord] = ['', false]
      at += 1
    } else {
      // a tilde, a bracket or any other letter that a shell could read otherwise must be in quotes
      if (!/[\w@%+=:,./-]/.test(letter)) return null
      word += letter
      at += 1
      isWord = true
    }
  }
  return isWord ? [...words, word] : words
}

test('a shell reads back exactly the words', () => {
  const word = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', ' ', '\n', '~', '/', 'a') }),
  )
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (argv) => {
      expect(wordsOf(commandLine(argv))).toEqual(argv)
    }),
  )
})

test('words without anything special are as typed', () => {
  expect(commandLine(['joulemark', 'run', '--out', '/a/b', "it's", '~/x', ''])).toBe(
    "joulemark run --out /a/b 'it'\\''s' '~/x' ''",
  )
})
