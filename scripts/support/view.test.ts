import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenAtWords, oneRow, plainLines, type View } from './view.ts'

const terminal = (columns: number): View => ({ isTTY: true, color: false, columns: () => columns, write: () => {} })
const file: View = { isTTY: false, color: false, write: () => {} }

test('on a terminal no line is wider than it, and no word is lost', () => {
  const word = fc.stringMatching(/^[a-z/:.0-9]{1,15}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 40, max: 200 }), (words, columns) => {
      const lines = brokenAtWords(terminal(columns), `  ${words.join(' ')}`).split('\n')
      expect(lines.every((line) => line.length <= columns)).toBe(true)
      expect(lines.join(' ').trim().split(/ +/)).toEqual(words)
    }),
  )
})

test('lines keep their indent, later parts hang below it', () => {
  expect(brokenAtWords(terminal(26), 'a:\n  one two three four five six seven')).toBe(
    'a:\n  one two three four\n    five six seven',
  )
})

test('elsewhere nothing is broken', () => {
  const long = 'word '.repeat(100)
  expect(brokenAtWords(file, long)).toBe(long)
  expect(oneRow(file, long)).toBe(long)
})

test('a line that is replaced takes one row', () => {
  expect(oneRow(terminal(80), '█'.repeat(200))).toHaveLength(79)
})

test('a line is one line, and controls no terminal', () => {
  let written = ''
  plainLines((text) => {
    written += text
  })('  400 W: failed: \u001b[31mno\u001b[0m\r\nmodel \u202eabc')
  expect(written).toBe('  400 W: failed:  [31mno [0m model abc\n')
})
