import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Card, Model } from '../catalogue/types.ts'
import { predictClosedLoop } from './closed-loop.ts'
import { decodeLimit } from './limit.ts'
import { predictSessions, type Sessions } from './sessions.ts'

const card = cardByKey('rtx-4090') as Card
const model = modelByKey('llama-3.1-8b-instruct-fp8') as Model
const sessions: Sessions = {
  conversations: 50,
  turns: 10,
  thinkSeconds: 2,
  firstPromptTokens: 1024,
  userTokens: 128,
  outputTokens: 256,
  kvBytesPerElement: 1,
  gpus: 1,
  maxConcurrent: 256,
}

test('one turn and no pause is the closed loop of equal requests', () => {
  const { expected, active } = predictSessions(card, model, { ...sessions, turns: 1, thinkSeconds: 0 })
  const loop = { concurrency: 50, promptTokens: 1024, outputTokens: 256, cachedTokens: 0 }
  const same = predictClosedLoop(card, model, { ...loop, kvBytesPerElement: 1, gpus: 1 })
  expect(active).toBe(50)
  expect(expected).toEqual(same.expected)
})

test('the law holds at the fixed point: conversations = those that wait + those that think', () => {
  const { expected, active } = predictSessions(card, model, sessions)
  const answersPerS = expected.outputTokensPerS / sessions.outputTokens
  expect(active + answersPerS * sessions.thinkSeconds).toBeCloseTo(sessions.conversations, 3)
  expect(active).toBeLessThan(sessions.conversations)
})

test('longer pauses, fewer tokens; nothing exceeds the limit; the band contains the expected value', () => {
  const at = (thinkSeconds: number) => predictSessions(card, model, { ...sessions, thinkSeconds })
  expect(at(20).expected.outputTokensPerS).toBeLessThan(at(2).expected.outputTokensPerS)
  const { expected, band } = at(2)
  const limit = decodeLimit(card, model, { concurrency: 50, contextTokens: 1024, kvBytesPerElement: 1 })
  expect(band.slow.outputTokensPerS).toBeLessThan(expected.outputTokensPerS)
  expect(band.fast.outputTokensPerS).toBeGreaterThan(expected.outputTokensPerS)
  expect(band.fast.outputTokensPerS).toBeLessThan(limit.tokensPerS)
})
