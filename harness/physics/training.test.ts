import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/models.ts'
import { trainingLimit } from './training.ts'

const rtx4090 = cardByKey('rtx-4090')!
const llama = modelByKey('llama-3.1-8b-instruct')!

const checkpointed = { gradientCheckpointing: true }

test("the article's 2.6 steps/s leave a 4090 at most 1517 tokens per step with checkpointing, 2276 without", () => {
  expect(Math.round(trainingLimit(rtx4090, llama, checkpointed).tokensPerS / 2.6)).toBe(1517)
  expect(Math.round(trainingLimit(rtx4090, llama, { gradientCheckpointing: false }).tokensPerS / 2.6)).toBe(2276)
})

test('two cards and a higher clock raise it', () => {
  const one = trainingLimit(rtx4090, llama, checkpointed).tokensPerS
  expect(
    trainingLimit(rtx4090, llama, { ...checkpointed, gpus: 2, smClockGhz: 2 * rtx4090.boostGhz.value }).tokensPerS,
  ).toBeCloseTo(4 * one, 3)
})
