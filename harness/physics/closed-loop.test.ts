import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardByKey, cards } from '../catalogue/cards.ts'
import { modelByKey, models } from '../catalogue/models.ts'
import { type ClosedLoop, predictClosedLoop } from './closed-loop.ts'
import { decodeLimit } from './limit.ts'

const loop = (over: Partial<ClosedLoop> = {}): ClosedLoop => ({
  concurrency: 32,
  promptTokens: 512,
  outputTokens: 256,
  cachedTokens: 0,
  kvBytesPerElement: 1,
  gpus: 1,
  ...over,
})

/** Published decode of one stream: what the step model was held against (TPOT in ms; short prompts). */
test.each([
  ['h100-sxm', 'llama-3.1-8b-instruct', 6.48, loop({ concurrency: 1, promptTokens: 32, kvBytesPerElement: 2 })],
])('%s, %s: %d ms a token within 10 %%', (card, model, tpotMs, shape) => {
  const { expected } = predictClosedLoop(cardByKey(card)!, modelByKey(model)!, shape)
  expect(Math.abs(expected.tpotMs / tpotMs - 1)).toBeLessThan(0.1)
})

test('slow, expected, fast and the limit stand in this order, for every card, model and shape', () => {
  const shapes = fc.record({
    concurrency: fc.integer({ min: 1, max: 3000 }),
    promptTokens: fc.integer({ min: 1, max: 8192 }),
    outputTokens: fc.integer({ min: 1, max: 1024 }),
  })
  fc.assert(
    fc.property(fc.constantFrom(...cards), fc.constantFrom(...models), shapes, (card, model, shape) => {
      const { expected, band } = predictClosedLoop(card, model, loop(shape))
      const { concurrency, promptTokens } = shape
      const limit = decodeLimit(card, model, { concurrency, contextTokens: promptTokens, kvBytesPerElement: 1 })
      const [slow, mid, fast] = [band.slow, expected, band.fast].map((figures) => figures.outputTokensPerS)
      expect(slow).toBeLessThanOrEqual(mid as number)
      expect(mid).toBeLessThanOrEqual(fast as number)
      expect(fast).toBeLessThanOrEqual(limit.tokensPerS)
      expect(band.fast.ttftMs).toBeLessThanOrEqual(band.slow.ttftMs)
    }),
    { numRuns: 200 },
  )
})

test('a prompt from the cache is answered sooner', () => {
  const [card, model] = [cardByKey('rtx-4090')!, modelByKey('llama-3.1-8b-instruct-fp8')!]
  const cold = predictClosedLoop(card, model, loop({ promptTokens: 4096 }))
  const warm = predictClosedLoop(card, model, loop({ promptTokens: 4096, cachedTokens: 4080 }))
  expect(warm.expected.ttftMs).toBeLessThan(cold.expected.ttftMs / 3)
  expect(warm.expected.outputTokensPerS).toBeGreaterThan(cold.expected.outputTokensPerS)
})
