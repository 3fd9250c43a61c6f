import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { englishParts, textLengthOf } from './english.ts'

const text = new Uint8Array(readFileSync(new URL('alice.txt', import.meta.url)))

test('the bundled text is printable ASCII that JSON writes as it is', () => {
  const whole = Buffer.from(text).toString('latin1')
  expect(JSON.stringify(whole)).toBe(`"${whole}"`)
  expect(whole).toMatch(/^[ -~]+$/)
  expect(text.length).toBeGreaterThan(100_000)
})

test('a prompt has the bytes that its length asks for, its own beginning, and then passages of the text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 200_000 }), fc.integer(), (promptTokens, seed) => {
      const length = { baseTokens: 20, tokensPerByte: 0.25 }
      const parts = englishParts(text, { promptTokens, length, seed })
      const passages = Buffer.concat(parts.slice(1))
      expect(passages).toHaveLength((promptTokens - 20) * 4)
      expect(Buffer.from(text).includes(passages.subarray(0, Math.min(passages.length, 40)))).toBe(
        parts[1] !== undefined && parts[1].length >= Math.min(passages.length, 40),
      )
    }),
    { numRuns: 50 },
  )
})

test('two prompts begin differently', () => {
  const begin = (seed: number) =>
    englishParts(text, { promptTokens: 500, length: { baseTokens: 0, tokensPerByte: 0.25 }, seed })[0]?.toString()
  expect(begin(1)).toBe(begin(1))
  expect(new Set(Array.from({ length: 200 }, (_, seed) => begin(seed))).size).toBe(200)
})

test('the length of prompts is a line through counted ones; counts that do not grow give none', () => {
  expect(textLengthOf({ bytes: 100, promptTokens: 45 }, { bytes: 1100, promptTokens: 295 })).toEqual({
    baseTokens: 20,
    tokensPerByte: 0.25,
  })
  expect(textLengthOf({ bytes: 100, promptTokens: 45 }, { bytes: 1100, promptTokens: 45 })).toBeNull()
  expect(textLengthOf({ bytes: 100, promptTokens: 45 }, { bytes: 100, promptTokens: 45 })).toBeNull()
})
