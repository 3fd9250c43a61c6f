import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText, withoutInvisible } from './plain-text.ts'

test.each([
  ['escape sequences', 'a\u001b[31mred\u0007', 'a [31mred '],
  ['line breaks', 'one\r\ntwo\u2028three\u0085', 'one two three '],
  ['an override of the direction of text', 'abc\u202edcba\u202c', 'abcdcba'],
  ['isolates and marks of direction', '\u2066a\u2069\u200e\u200f\u061c', 'a'],
  ['zero-width characters', 'sk\u200b-\u200c\u200d\u2060\ufeffkey', 'sk-key'],
  ['tags, fillers and variation selectors', 'a\u{e0041}\u3164\u115f\ufe0f\u{e0100}\u00ad', 'a'],
  ['halves of characters', 'a\ud800b', 'ab'],
  ['nothing of the kind', 'Llama 3.1 · 8 Ω – 東京 😀', 'Llama 3.1 · 8 Ω – 東京 😀'],
])('%s', (_, text, plain) => expect(plainText(text)).toBe(plain))

test('colours and line breaks of our own stay on a terminal, what is invisible does not', () => {
  expect(withoutInvisible('\u001b[1mbold\u001b[0m\n\u202enext')).toBe('\u001b[1mbold\u001b[0m\nnext')
})

test('no text leaves a control character or one that is invisible', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const plain = plainText(text)
      expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      expect(plainText(plain)).toBe(plain)
    }),
  )
})
