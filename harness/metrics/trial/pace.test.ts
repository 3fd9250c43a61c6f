import { expect, test } from 'vitest'
import { isAtOnce, tpotMsOf } from './pace.ts'

const span = (over: Partial<Parameters<typeof tpotMsOf>[0]> = {}) => ({
  firstMs: 240,
  lastMs: 1040,
  tokens: 50,
  firstTokens: 10,
  ...over,
})

test('the tokens of the first moment do not belong to the time after it', () => {
  // 50 tokens of 20 ms, passed on ten at a time: the first ten at 240 ms, the last at 1040 ms
  expect(tpotMsOf(span())).toBe(20)
  expect(tpotMsOf(span({ firstMs: 60, firstTokens: 1 }))).toBe(20)
})

test('rows of older records assumed one token at the first moment', () => {
  expect(tpotMsOf(span({ firstMs: 60, firstTokens: Number.NaN }))).toBe(20)
  // and knew no shortest time
  expect(tpotMsOf(span({ firstMs: 1039, firstTokens: Number.NaN }))).toBeCloseTo(1 / 49, 12)
})

test('an answer that arrived whole has no time per token, also when it came in several reads', () => {
  expect(tpotMsOf(span({ lastMs: 240, firstTokens: 50 }))).toBeNaN()
  expect(isAtOnce(span({ lastMs: 240, firstTokens: 50 }))).toBe(true)
  // 40 tokens in 1 ms: 0.025 ms per token
  expect(tpotMsOf(span({ lastMs: 241 }))).toBeNaN()
  expect(isAtOnce(span({ lastMs: 241 }))).toBe(true)
  expect(isAtOnce(span())).toBe(false)
})

test('an answer of one token has none, and is not called whole', () => {
  const one = span({ tokens: 1, firstTokens: 1, lastMs: 240 })
  expect(tpotMsOf(one)).toBeNaN()
  expect(isAtOnce(one)).toBe(false)
})

test('an answer without times has neither', () => {
  const unknown = span({ firstMs: Number.NaN, lastMs: Number.NaN })
  expect(tpotMsOf(unknown)).toBeNaN()
  expect(isAtOnce(unknown)).toBe(false)
})
