import { expect, test } from 'vitest'
import { formatsOf } from './format-flag.ts'

const known = ['terminal', 'html', 'csv'] as const

test('a list of formats', () => expect(formatsOf('html, csv', known)).toEqual(['html', 'csv']))

test.each([
  ['htm', '--format htm: did you mean "html"?'],
  // on every object, and no format
  ['toString', '--format toString: known: terminal, html, csv'],
  ['', '--format : known: terminal, html, csv'],
])('%s is refused with what there is', (text, message) => {
  expect(() => formatsOf(text, known)).toThrow(message)
})
