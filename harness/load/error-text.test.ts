import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorText } from './error-text.ts'

test('every occurrence of the secret is replaced', () => {
  expect(errorText('HTTP 401: key sk-12345 is wrong (sk-12345)', 'sk-12345')).toBe(
    'HTTP 401: key [secret] is wrong ([secret])',
  )
})

test('a secret that an earlier cut split is replaced as well', () => {
  expect(errorText('Incorrect API key provided: sk-123', 'sk-123456789')).toBe('Incorrect API key provided: [secret]')
})

test('a text is one line of at most 400 characters', () => {
  expect(errorText(`line one\nline two${'x'.repeat(1000)}`, null)).toMatch(/^line one.line twox{383}$/)
})

test('the secret is replaced before the text is cut', () => {
  const secret = 'sk-abcdefgh'
  expect(errorText(`${'x'.repeat(395)}${secret} and more`, secret)).not.toContain('sk-a')
})

test('a text without the secret, or without one to keep, stays as it is', () => {
  expect(errorText('HTTP 500: empty body', 'sk-12345')).toBe('HTTP 500: empty body')
  expect(errorText('HTTP 500: empty body', null)).toBe('HTTP 500: empty body')
})

test('no secret survives, wherever it stands and wherever the text was cut', () => {
  const secret = 'sk-proj-0123456789abcdef'
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), fc.string({ maxLength: 500 }), fc.nat(1100), (before, after, cut) => {
      expect(errorText(`${before}${secret}${after}`.slice(0, cut), secret)).not.toContain(secret.slice(0, 8))
    }),
  )
})

test.each([
  [
    'HTTP 401: Incorrect API key sk-proj-0123456789ab, or hf_ABCDEFGHIJKL',
    'HTTP 401: Incorrect API key [secret], or [secret]',
  ],
  ['upstream sent Authorization: Bearer eyJhbGciOi.J9', 'upstream sent Authorization: [secret]'],
  ['connect to http://user:password@10.0.0.1:8000 failed', 'connect to http://[secret]10.0.0.1:8000 failed'],
  ['task-force and disk-usage-report are no keys', 'task-force and disk-usage-report are no keys'],
])('a key that nobody sent is masked too: %s', (text, masked) => {
  expect(errorText(text, null)).toBe(masked)
})
