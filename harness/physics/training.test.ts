import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/models.ts'
import { trainingLimit } from './training.ts'

const rtx4090 = cardByKey('rtx-4090')!
const llama = modelByKey('llama-3.1-8b-instruct')!

test("the article's 2.6 steps/s leave a 4090 at most 1517 tokens a step with checkpointing, 2276 without", () => {
  expect(Math.round(trainingLimit(rtx4090, llama, true).tokensPerS / 2.6)).toBe(1517)
  expect(Math.round(trainingLimit(rtx4090, llama, false).tokensPerS / 2.6)).toBe(2276)
})

test('two cards and a higher clock raise it', () => {
  const one = trainingLimit(rtx4090, llama, true).tokensPerS
  expect(trainingLimit(rtx4090, llama, true, 2, 2 * rtx4090.boostGhz.value).tokensPerS).toBeCloseTo(4 * one, 3)
})
