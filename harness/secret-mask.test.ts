import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isGuessable, MASKED, maskedValue, maskOf, secretsIn, strictMaskOf } from './secret-mask.ts'

const KEY = 'sk-live+9f8e/7d6c=5b4a"3&z'

const perByte = (text: string, write: (byte: number) => string): string => [...Buffer.from(text)].map(write).join('')
const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0')
/** How programs write a text into another one. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in upper case': (text) => text.toUpperCase(),
  'percent-encoding': encodeURIComponent,
  'percent-encoding of every byte': (text) => perByte(text, (byte) => `%${hexOf(byte)}`),
  'percent-encoding twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  form: (text) => new URLSearchParams({ key: text }).toString(),
  JSON: (text) => JSON.stringify(text),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'JSON with every character escaped': (text) => perByte(text, (byte) => `\\u00${hexOf(byte)}`),
  'a script with every character escaped': (text) => perByte(text, (byte) => `\\x${hexOf(byte)}`),
  'HTML with numbers': (text) => perByte(text, (byte) => `&#${byte};`),
  'HTML with hexadecimal numbers': (text) => perByte(text, (byte) => `&#x${hexOf(byte)};`),
  'HTML names': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 behind one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'base64 behind a name': (text) => Buffer.from(`me:${text}`).toString('base64'),
  'base64 before other bytes': (text) => Buffer.from(`${text}\nmore`).toString('base64'),
  'base64 for URLs': (text) => Buffer.from(`user:${text}`).toString('base64url'),
}

/** What somebody who reads a text could decode from it. */
const decodable = (text: string, encode: (text: string) => string, secret: string): boolean =>
  text.toLowerCase().includes(encode(secret).toLowerCase())

/** A key as `readSecret` accepts it, not guessable. */
const keys = fc
  .string({ unit: fc.constantFrom(...'abcXYZ0189-_.~!#$%^&*()+=[]{}|;:,/<>?@"\'\\ '), minLength: 8, maxLength: 60 })
  .map((key) => key.trim())
  .filter((key) => !isGuessable(key))

describe('a secret', () => {
  test.each(Object.entries(encodings))('is masked: %s', (_, encode) => {
    const text = `before ${encode(KEY)} after`
    const masked = strictMaskOf([KEY])(text)
    expect(masked).toContain(MASKED)
    expect(masked).toMatch(/^before .*after$/)
    expect(decodable(masked, encode, KEY)).toBe(false)
    expect(strictMaskOf([KEY])(masked)).toBe(masked)
  })

  test('never survives in any encoding, anywhere in any text', () => {
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom(...Object.values(encodings)),
        fc.string(),
        fc.string(),
        (key, encode, before, after) => {
          const masked = strictMaskOf([key])(`${before}${encode(key)}${after}`)
          expect(decodable(masked, encode, key)).toBe(false)
          expect(strictMaskOf([key])(masked)).toBe(masked)
        },
      ),
    )
  })

  test('is masked beside others, the longer one first', () => {
    const mask = strictMaskOf(['token-abc1', null, 'token-abc123456', undefined, ''])
    expect(mask('token-abc123456 token-abc1')).toBe(`${MASKED} ${MASKED}`)
  })

  test('is masked in a JSON text, which stays JSON', () => {
    const text = JSON.stringify({ data: [{ id: `a ${KEY} b`, root: `\n${KEY}\\` }] })
    expect(JSON.parse(strictMaskOf([KEY])(text))).toEqual({ data: [{ id: `a ${MASKED} b`, root: `\n${MASKED}\\` }] })
  })
})

describe('a word that is sent as a key', () => {
  test.each(['EMPTY', 'none', 'vllm', '12345678', 'no-key-required'])('%s is no secret', (word) => {
    expect(isGuessable(word)).toBe(true)
    expect(strictMaskOf([word])(`engine ${word}, 9${word}`)).toBe(`engine ${word}, 9${word}`)
  })
  test('is masked in the words of an error, where it stands alone', () => {
    expect(maskOf(['EMPTY'])('key EMPTY refused: empty body, EMPTY_SET')).toBe(
      `key ${MASKED} refused: empty body, EMPTY_SET`,
    )
  })
  test.each(['hunter2', 'sk-abcdefgh', 'token-abc123', 'sk-12345', '0123456789abcdef'])('%s is one', (key) =>
    expect(isGuessable(key)).toBe(false),
  )
})

test.each([
  ['hf_ABCDEFGHIJKL and sk-proj-0123456789ab', `${MASKED} and ${MASKED}`],
  ['Authorization: Bearer eyJhbGciOi.J9', `Authorization: ${MASKED}`],
  ['http://user:pass@word@10.0.0.1:8000/v1', `http://${MASKED}10.0.0.1:8000/v1`],
  ['http://h/v1?api_key=abc&x=1&access_token=d', `http://h/v1?api_key=${MASKED}&x=1&access_token=${MASKED}`],
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----', MASKED],
  ['hf-internal-testing/tiny and sk-learn-models', 'hf-internal-testing/tiny and sk-learn-models'],
  ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
])('secrets of well-known forms: %s', (text, masked) => {
  expect(maskOf([])(text)).toBe(masked)
  expect(maskOf([])(masked)).toBe(masked)
})

test('the secrets of an environment are found by the names of its variables, and in the addresses of proxies', () => {
  const env = {
    OPENAI_API_KEY: ' k1\r',
    HF_TOKEN: 'k2',
    HUGGING_FACE_HUB_TOKEN: 'k3',
    OPENAI_ADMIN_KEY: 'k4',
    AWS_SECRET_ACCESS_KEY: 'k5',
    DB_PASSWORD: 'k6',
    https_proxy: 'http://me:k7@proxy:3128',
    PATH: '/usr/bin',
    TOKENIZERS_PARALLELISM: 'false',
    EMPTY_TOKEN: '',
  }
  expect(secretsIn(env)).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'])
})

test('a value is masked in all its texts and names', () => {
  const value = { a: [`x ${KEY}`, 5, null, true], [KEY]: { b: KEY } }
  expect(maskedValue(value, strictMaskOf([KEY]))).toEqual({
    a: [`x ${MASKED}`, 5, null, true],
    [MASKED]: { b: MASKED },
  })
})

test('the names of the variables of Hugging Face are no tokens', () => {
  const mask = maskOf([])
  for (const text of ['--env HF_HUB_OFFLINE=1', 'set HF_ENDPOINT, or HF_HUB_CACHE', 'HF_HUB_DISABLE_XET']) {
    expect(mask(text)).toBe(text)
  }
  const token = `hf_${'hubEndpointAbcdef'.repeat(2)}`
  expect(mask(`HF_TOKEN=${token} HF_ENDPOINTabcdef hf_hub_offline1`)).not.toMatch(/hubEnd|ENDPOINTabc|offline1/)
})
