import fc from 'fast-check'
import { expect, test } from 'vitest'
import { versionIn } from './version.ts'

test('the version of vLLM', () => {
  expect(versionIn('{"version":"0.11.0rc2.dev1+g1234"}')).toBe('0.11.0rc2.dev1+g1234')
})

test.each([
  '',
  '<html>',
  'null',
  '[]',
  '"0.11"',
  '{}',
  '{"version":11}',
  '{"version":null}',
  '{"version":{"a":1}}',
  '{"version":""}',
])('%j has none', (text) => {
  expect(versionIn(text)).toBeNull()
})

test('a version of a megabyte is none; one with escapes is shown without them', () => {
  expect(versionIn(JSON.stringify({ version: '1'.repeat(2 ** 20) }))).toBeNull()
  expect(versionIn(JSON.stringify({ version: '1\u001b[31m' }))).toBe('1 [31m')
})

test('any text is a short plain version, or none', () => {
  const document = fc.record({ version: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()) })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        document.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        const version = versionIn(text)
        expect(version === null || (version.length <= 200 && !/\p{Cc}/u.test(version))).toBe(true)
      },
    ),
  )
})
