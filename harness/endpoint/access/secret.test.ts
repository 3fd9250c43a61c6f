import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { readSecret } from './secret.ts'

const KEY = 'sk-live-9f8e7d6c5b'
const read = (value: string | undefined) => readSecret({ OPENAI_API_KEY: value }, 'OPENAI_API_KEY')
const refusal = (value: string): string => {
  try {
    return `accepted: ${read(value)}`
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-input' })
    return (error as JoulemarkError).message
  }
}

describe('a key', () => {
  test.each([
    ['as it is', KEY, KEY],
    ['from a .env file with CRLF', `${KEY}\r`, KEY],
    ['with spaces and line breaks around it', ` \t${KEY}\r\n\n`, KEY],
    ['with a byte order mark', `\ufeff${KEY}`, KEY],
    ['with a space inside, which a header can carry', 'a pass phrase', 'a pass phrase'],
    ['of punctuation', '~!#$%^&*()_+-=[]{}|;:,./<>?', '~!#$%^&*()_+-=[]{}|;:,./<>?'],
    ['that is not set', undefined, null],
    ['that is empty', '', null],
    ['of nothing but a carriage return', '\r', null],
  ])('%s', (_, value, expected) => expect(read(value)).toBe(expected))

  test.each([
    ['typographic quotation marks', `“${KEY}”`, 'character 1 is a typographic quotation mark'],
    ['one at its end', `${KEY}’`, `character ${KEY.length + 1} is a typographic quotation mark`],
    ['quotation marks', `"${KEY}"`, 'the key is in quotes'],
    ['apostrophes', `'${KEY}'`, 'the key is in quotes'],
    ['a quotation mark on one side', `${KEY}"`, 'the key is in quotes'],
    ['Bearer', `Bearer ${KEY}`, 'the key begins with "Bearer "'],
    ['bearer', `bearer\t${KEY}`, 'the key begins with "Bearer "'],
    ['a whole header', `Authorization: Bearer ${KEY}`, 'the key begins with "Bearer "'],
    ['the name of the variable', `OPENAI_API_KEY=${KEY}`, 'the key begins with "OPENAI_API_KEY="'],
    ['a line break inside', `${KEY}\r\nX-Evil: 1`, `character ${KEY.length + 1} is a line break`],
    ['a tab inside', `${KEY}\tx`, 'is a tab'],
    ['an escape sequence', `${KEY}\u001b[31m`, 'is a control character'],
    ['a typographic dash', KEY.replace('-', '–'), 'character 3 is a typographic dash'],
    ['an ellipsis', `sk-…${KEY}`, 'a dot of a key that was shown shortened or hidden'],
    ['bullets', '••••••••', 'a dot of a key that was shown shortened or hidden'],
    ['a zero-width space', `sk\u200b${KEY}`, 'character 3 is an invisible character'],
    ['a no-break space', `sk\u00a0${KEY}`, 'character 3 is an invisible character or a special space'],
    ['a letter of Latin-1', `${KEY}é`, 'is a character that is not ASCII'],
    ['an emoji', `😀${KEY}`, 'character 1 is a character that is not ASCII'],
  ])('with %s is refused in one line that does not show it', (_, value, why) => {
    const message = refusal(value)
    expect(message).toContain(why)
    expect(message).toMatch(/^OPENAI_API_KEY: [^\n]+$/)
    expect(message).not.toContain('9f8e7d6c5b')
    expect(message).not.toMatch(/\p{Cc}/u)
  })

  test('the token of Hugging Face has the same rules under its own name', () => {
    expect(readSecret({ HF_TOKEN: 'hf_abc\r\n' }, 'HF_TOKEN')).toBe('hf_abc')
    expect(() => readSecret({ HF_TOKEN: '“hf_abc”' }, 'HF_TOKEN')).toThrow(/^HF_TOKEN: character 1/)
  })
})

test('every text is no key, a key that a header can carry, or one line without a part of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
      try {
        const key = read(value)
        if (key === null) expect(value.trim()).toBe('')
        else {
          expect(key).toMatch(/^[ -~]+$/)
          expect(new Headers({ authorization: `Bearer ${key}` }).get('authorization')).toBe(`Bearer ${key}`)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(JoulemarkError)
        expect((error as Error).message).toMatch(/^OPENAI_API_KEY: [ -~]+$/)
      }
    }),
  )
})
