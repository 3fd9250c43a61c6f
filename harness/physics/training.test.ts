import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { denseTflops } from './arithmetic.ts'
import { trainingLimit, trainingRate } from './training.ts'

const rtx4090 = cardByKey('rtx-4090')!
const llama = modelByKey('llama-3.1-8b-instruct')!

const checkpointed = { gradientCheckpointing: true }
const not = { gradientCheckpointing: false }

test("in 16 bits the article's 2.6 steps/s leave a 4090 at most 1517 tokens per step with checkpointing, 2276 without", () => {
  const tflops = denseTflops(rtx4090, {})
  expect(Math.round(trainingRate(llama, checkpointed, tflops).tokensPerS / 2.6)).toBe(1517)
  expect(Math.round(trainingRate(llama, not, tflops).tokensPerS / 2.6)).toBe(2276)
})

test('the limit counts the fastest arithmetic, 8 bits at 660.6 TFLOPS: 6067 and 9101 tokens per step', () => {
  expect(Math.round(trainingLimit(rtx4090, llama, checkpointed).tokensPerS / 2.6)).toBe(6067)
  expect(Math.round(trainingLimit(rtx4090, llama, not).tokensPerS / 2.6)).toBe(9101)
})

test('two cards and a higher clock raise it', () => {
  const one = trainingLimit(rtx4090, llama, checkpointed).tokensPerS
  expect(
    trainingLimit(rtx4090, llama, { ...checkpointed, gpus: 2, smClockGhz: 2 * rtx4090.boostGhz.value }).tokensPerS,
  ).toBeCloseTo(4 * one, 3)
})
