import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trueAt } from '../../testing/tuned-card.ts'
import { tuneStudy } from './study.ts'
import { bestLimitW, lowestWithoutLoss, trueCheapest, trueMostEfficient } from './truth.ts'
import { asPublished, measuredWorldOf, type TuneNoise, worldOf } from './world.ts'

test('the optimum in closed form is the lowest of a fine scan, for cost and for energy', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), (seed) => {
      const world = worldOf(seed)
      for (const { figure, bestW } of [trueCheapest(world), trueMostEfficient(world)]) {
        const step = (world.maxW - world.minW) / 2000
        const scanned = Array.from({ length: 2001 }, (_, index) => figure(world.minW + index * step))
        expect(figure(bestW)).toBeLessThanOrEqual(Math.min(...scanned) * (1 + 1e-9))
      }
    }),
  )
})

test('the optimum lies within the range and never above the demand', () => {
  const world = worldOf(3)
  expect(bestLimitW(world, 1e9)).toBe(Math.min(world.maxW, world.card.demandW))
  expect(bestLimitW({ ...world, minW: 500 }, 0)).toBe(500)
})

test('a published sweep is met at its limits, is straight between them, and ends at the demand', () => {
  const { card, minW } = measuredWorldOf(1)
  const [first, second] = card.measured!
  expect(first!.limitW).toBe(minW)
  for (const { limitW, tokensPerS } of card.measured!) expect(trueAt(card, limitW).tokensPerS).toBe(tokensPerS)
  const middle = trueAt(card, (first!.limitW + second!.limitW) / 2).tokensPerS
  expect(middle).toBeCloseTo((first!.tokensPerS + second!.tokensPerS) / 2, 9)
  expect(trueAt(card, 600)).toEqual({ tokensPerS: card.tokensPerS, powerW: card.demandW })
})

test('the boundary of the loss loses just the threshold', () => {
  const world = worldOf(5)
  const atW = lowestWithoutLoss(world, 0.03)
  expect(trueAt(world.card, atW).tokensPerS / trueAt(world.card, world.maxW).tokensPerS).toBeCloseTo(0.97, 6)
})

const calm: TuneNoise = { trialShare: [0.0005, 0.0005], levelShare: 0, driftShare: 0, heatShare: 0 }

test('with hardly any noise the search ends within its resolution of the optimum', async () => {
  const { cheapest, mostEfficient, decided } = await tuneStudy(
    20,
    calm,
    { kind: 'search', resolutionW: 25, blocks: 8 },
    1,
  )
  expect(decided).toBe(1)
  for (const { p90W, p95Regret, falseOptimum } of [cheapest, mostEfficient]) {
    expect(p90W).toBeLessThan(25)
    expect(p95Regret).toBeLessThan(0.01)
    expect(falseOptimum).toBe(0)
  }
})

test('as published: no more false statements than the level allows, and the same again from the same seed', async () => {
  const protocol = { kind: 'search', resolutionW: 25, blocks: 8 } as const
  const study = await tuneStudy(30, asPublished, protocol, 2)
  // 5 % of 30, and what chance adds
  expect(study.cheapest.falseOptimum).toBeLessThan(0.15)
  expect(study.falseNoLoss).toBeLessThan(0.15)
  expect(study.cheapest.bounded).toBeGreaterThan(0.85)
  expect(study.ratiosCovered).toBeGreaterThan(0.9)
  expect(study.runs).toBeLessThan(study.gridRuns)
  expect(await tuneStudy(30, asPublished, protocol, 2)).toEqual(study)
})
