import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cards } from '../catalogue/cards.ts'
import { allModels } from '../catalogue/models.ts'
import { bytesFromMemory } from './bandwidth.ts'
import { defaultEfficiency } from './efficiency.ts'
import { decodeLimit, prefillLimitMs } from './limit.ts'
import { fitOf } from './memory.ts'
import { weightBytesRead } from './model/weights.ts'
import { loadPowerW } from './power/demand.ts'
import { stepTimeMs } from './step-time.ts'

/** Relations that hold for every card and model: what is expected never passes what is possible. */

const someCard = fc.constantFrom(...cards)
const someModel = fc.constantFrom(...allModels())
const concurrency = fc.integer({ min: 1, max: 2048 })
const contextTokens = fc.integer({ min: 0, max: 131_072 })
const kvBytesPerElement = fc.constantFrom<1 | 2>(1, 2)
const share = fc.double({ min: 0, max: 1, noNaN: true })

test('no expected decode step is faster than the limit', () => {
  fc.assert(
    fc.property(someCard, someModel, concurrency, contextTokens, kvBytesPerElement, (card, model, n, context, kv) => {
      const load = { decodeCount: n, decodeContextSum: n * context, prefills: [], kvBytesPerElement: kv }
      const limit = decodeLimit(card, model, { concurrency: n, contextTokens: context, kvBytesPerElement: kv })
      expect(stepTimeMs({ card, model, efficiency: defaultEfficiency }, load).timeMs).toBeGreaterThan(limit.stepMs)
    }),
  )
})

test('no expected prefill is faster than the limit', () => {
  fc.assert(
    fc.property(someCard, someModel, fc.integer({ min: 1, max: 131_072 }), (card, model, newTokens) => {
      const prefills = [{ newTokens, cachedTokens: 0, completes: true }]
      const load = { decodeCount: 0, decodeContextSum: 0, prefills, kvBytesPerElement: 2 } as const
      const { timeMs } = stepTimeMs({ card, model, efficiency: defaultEfficiency }, load)
      expect(timeMs).toBeGreaterThan(prefillLimitMs(card, model, { promptTokens: newTokens }))
    }),
  )
})

test('another stream never lowers the limit of all together, nor raises that of each, unless the L2 cache holds all weights', () => {
  fc.assert(
    fc.property(someCard, someModel, concurrency, contextTokens, (card, model, n, context) => {
      fc.pre(bytesFromMemory(card, weightBytesRead(model, n, 'limit'), 1) > 0)
      const at = (streams: number) =>
        decodeLimit(card, model, { concurrency: streams, contextTokens: context, kvBytesPerElement: 2 }).tokensPerS
      expect(at(n + 1) / at(n)).toBeGreaterThan(1 - 1e-9)
      expect(at(n + 1) / (n + 1) / (at(n) / n)).toBeLessThan(1 + 1e-9)
    }),
  )
})

test('a larger need never fits better, and what is said to fit does', () => {
  fc.assert(
    fc.property(someCard, someModel, concurrency, fc.integer({ min: 1, max: 131_072 }), (card, model, n, context) => {
      const shape = { contextTokens: context, kvBytesPerElement: 2, gpuMemoryUtilization: 0.9 } as const
      const fit = fitOf(card, model, { ...shape, sessions: n })
      const more = fitOf(card, model, { ...shape, sessions: n + 1 })
      // an encoder of texts keeps nothing per sequence
      if (fit.kvBytesPerToken === 0) expect(more.headroomRatio).toBe(fit.headroomRatio)
      else expect(Math.abs(more.headroomRatio)).toBeLessThan(Math.abs(fit.headroomRatio))
      expect(fit.verdict === 'OOM').toBe(fit.maxSessions < n)
      expect(fit.maxContextTokens < context).toBe(fit.verdict === 'OOM')
    }),
  )
})

test('power stays between idle and the limit', () => {
  fc.assert(
    fc.property(someCard, share, share, share, share, (card, memoryShare, rest, busy, achieved) => {
      const computeShare = (1 - memoryShare) * rest
      const reached = { bandwidthShare: achieved * memoryShare, arithmeticShare: achieved * computeShare }
      const watts = loadPowerW(card, { memoryShare, computeShare, busy, ...reached })
      expect(watts).toBeGreaterThanOrEqual(card.idleW.value)
      expect(watts).toBeLessThanOrEqual(card.tdpW.value)
    }),
  )
})
