import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardByKey, cards } from '../catalogue/cards.ts'
import { allModels } from '../catalogue/models.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { inFormat } from '../catalogue/weight-formats.ts'
import { type ClosedLoop, predictClosedLoop } from './closed-loop.ts'
import { efficiencyOf } from './efficiency.ts'
import { decodeLimit } from './limit.ts'
import { stepTimeMs } from './step-time.ts'

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
    fc.property(fc.constantFrom(...cards), fc.constantFrom(...allModels()), shapes, (card, model, shape) => {
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

test.each([1, 2, 10])(
  'answers of %d tokens leave too few decode steps for one prompt each: prompts share a step',
  (outputTokens) => {
    const [card, model] = [cardByKey('rtx-6000-ada')!, modelByKey('llama-3.1-8b-instruct-fp8')!]
    const short = loop({ concurrency: 100, promptTokens: 64, outputTokens })
    const { band, expected } = predictClosedLoop(card, model, short)
    expect(band.slow.outputTokensPerS).toBeLessThan(expected.outputTokensPerS)
    expect(expected.outputTokensPerS).toBeLessThan(band.fast.outputTokensPerS)
    // 100 prompts of 64 tokens are four steps of the token budget, each at least one reading of the weights: 8 GB less 96 MB of L2 at 960 GB/s
    const minimumMs = Math.max(4, outputTokens) * 8.2
    expect(expected.outputTokensPerS).toBeLessThan((100 * outputTokens * 1000) / minimumMs)
  },
)

test('a prompt from the cache is answered sooner', () => {
  const [card, model] = [cardByKey('rtx-4090')!, modelByKey('llama-3.1-8b-instruct-fp8')!]
  const cold = predictClosedLoop(card, model, loop({ promptTokens: 4096 }))
  const warm = predictClosedLoop(card, model, loop({ promptTokens: 4096, cachedTokens: 4080 }))
  expect(warm.expected.ttftMs).toBeLessThan(cold.expected.ttftMs / 3)
  expect(warm.expected.outputTokensPerS).toBeGreaterThan(cold.expected.outputTokensPerS)
})

describe('the power limit and the edition', () => {
  const on = (edition: string) => cardByKey(`rtx-pro-6000-${edition}`)!
  const rate = (edition: string, modelKey: string, over: Partial<ClosedLoop>) => {
    const model = inFormat(modelByKey(modelKey)!, 'awq-int4')
    return predictClosedLoop(on(edition), model, loop({ promptTokens: 64, outputTokens: 200, ...over })).expected
      .outputTokensPerS
  }

  test.each([
    // tokens/s at 300 W / at 600 W of a 27B and an 80B-A3B in AWQ (Light-Heart-Labs, April 2026)
    ['qwen3-32b', 1, 0.868],
    ['qwen3-32b', 32, 0.745],
    ['mixtral-8x22b-instruct-awq', 1, 0.909],
    ['mixtral-8x22b-instruct-awq', 32, 0.813],
  ])('%s, %d streams: a Workstation card at 300 W keeps about %d', (model, concurrency, measured) => {
    const kept =
      rate('workstation', model, { concurrency, powerLimitW: 300 }) / rate('workstation', model, { concurrency })
    // both models of the source spend part of a step on linear attention, which these two do not have
    expect(Math.abs(kept / measured - 1)).toBeLessThan(0.1)
  })

  test('500 W cost next to nothing, and a limit above the default gives nothing', () => {
    for (const concurrency of [1, 32]) {
      const full = rate('workstation', 'qwen3-32b', { concurrency })
      expect(rate('workstation', 'qwen3-32b', { concurrency, powerLimitW: 500 }) / full).toBeGreaterThan(0.96)
    }
    expect(rate('max-q', 'qwen3-32b', { powerLimitW: 325 })).toBeGreaterThan(rate('max-q', 'qwen3-32b', {}))
    expect(rate('max-q', 'qwen3-32b', { powerLimitW: 300 })).toBe(rate('max-q', 'qwen3-32b', {}))
  })

  test('a Max-Q is between a Workstation card at 300 W and one at 600 W, closer to the latter at one stream', () => {
    for (const concurrency of [1, 32, 64]) {
      const [low, maxQ, full] = [
        rate('workstation', 'qwen3-32b', { concurrency, powerLimitW: 300 }),
        rate('max-q', 'qwen3-32b', { concurrency }),
        rate('workstation', 'qwen3-32b', { concurrency }),
      ]
      expect(maxQ).toBeGreaterThan(low)
      expect(maxQ).toBeLessThan(full)
      if (concurrency === 1) expect(maxQ / full).toBeGreaterThan(0.94)
      if (concurrency === 64) expect(maxQ / full).toBeLessThan(0.85)
    }
  })

  test('the slow edge holds for a Max-Q that needs as much power as a Workstation card', () => {
    const { band, expected } = predictClosedLoop(on('max-q'), modelByKey('llama-3.1-8b-instruct-fp8')!, loop())
    const kept = predictClosedLoop(
      on('workstation'),
      modelByKey('llama-3.1-8b-instruct-fp8')!,
      loop({ powerLimitW: 300 }),
    )
    expect(band.slow.outputTokensPerS).toBeLessThan(kept.expected.outputTokensPerS * 0.8)
    expect(band.slow.outputTokensPerS).toBeLessThan(expected.outputTokensPerS)
  })
})

test('the loss that the band cannot see is stated: from the expectation to its slow edge', () => {
  const { band, expected, unseenLoss, keptAtPowerLimit } = predictClosedLoop(
    cardByKey('rtx-4090')!,
    modelByKey('llama-3.1-8b-instruct-fp8')!,
    loop(),
  )
  expect(unseenLoss).toBeCloseTo(1 - band.slow.outputTokensPerS / expected.outputTokensPerS, 12)
  expect(unseenLoss).toBeGreaterThan(0.15)
  expect(unseenLoss).toBeLessThan(0.35)
  expect(keptAtPowerLimit).toBeGreaterThan(0.99)
})

describe('mean power', () => {
  const model = modelByKey('llama-3.1-8b-instruct-fp8')!
  const watts = (card: string, over: Partial<ClosedLoop> = {}) =>
    predictClosedLoop(cardByKey(card)!, model, loop(over)).expected.powerW

  test('of one stream with a short prompt is that of its decode step', () => {
    const card = cardByKey('rtx-4090')!
    const shape = { concurrency: 1, promptTokens: 1, outputTokens: 1000 }
    const step = stepTimeMs(
      { card, model, efficiency: efficiencyOf(card, model).expected },
      { decodeCount: 1, decodeContextSum: 501, prefills: [], kvBytesPerElement: 1 },
    )
    expect(watts('rtx-4090', shape)).toBeCloseTo(step.powerW, 0)
  })

  test('is higher with long prompts, and never above the limit', () => {
    expect(watts('rtx-4090', { promptTokens: 4096 })).toBeGreaterThan(watts('rtx-4090', { promptTokens: 64 }))
    expect(watts('rtx-pro-6000-workstation', { powerLimitW: 300 })).toBeLessThanOrEqual(300)
    expect(watts('rtx-pro-6000-workstation', { powerLimitW: 300 })).toBeGreaterThan(290)
    expect(watts('rtx-pro-6000-workstation')).toBeGreaterThan(500)
  })
})
