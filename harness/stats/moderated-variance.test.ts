import fc from 'fast-check'
import { mean, sampleVariance } from 'simple-statistics'
import { expect, test } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { normal } from '../testing/noise-stream.ts'
import { moderatedVariance, variancePrior } from './moderated-variance.ts'

/** Variances of three values each, of units with these standard deviations. */
function seen(deviations: readonly number[], seed: number) {
  const random = seededRandom(seed)
  return deviations.map((deviation) => ({
    variance: sampleVariance(Array.from({ length: 3 }, () => deviation * normal(random))),
    degrees: 2,
  }))
}

test('equal units: the common variance is found, and worth far more than two observations', () => {
  const prior = variancePrior(seen(new Array(400).fill(0.5), 3))!
  expect(prior.variance).toBeGreaterThan(0.2)
  expect(prior.variance).toBeLessThan(0.3)
  expect(prior.degrees).toBeGreaterThan(20)
})

test('units of very different spread: the prior is worth little, so that each keeps its own', () => {
  const prior = variancePrior(
    seen(
      Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 0.1 : 1)),
      4,
    ),
  )!
  expect(prior.degrees).toBeLessThan(4)
  const own = moderatedVariance({ variance: 9, degrees: 20 }, prior)
  expect(own.variance).toBeGreaterThan(6)
})

test('a moderated variance lies between its own and the common one, with at most the degrees of all', () => {
  const part = fc.record({
    variance: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
    degrees: fc.integer({ min: 1, max: 9 }),
  })
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 40 }), (parts) => {
      const prior = variancePrior(parts)!
      for (const own of parts) {
        const { variance, degrees } = moderatedVariance(own, prior)
        const [low, high] = [Math.min(own.variance, prior.variance), Math.max(own.variance, prior.variance)]
        expect(variance).toBeGreaterThanOrEqual(low * (1 - 1e-9))
        expect(variance).toBeLessThanOrEqual(high * (1 + 1e-9))
        expect(degrees).toBeLessThanOrEqual(prior.mostDegrees)
        expect(degrees).toBeGreaterThan(0)
      }
    }),
  )
})

test('without repetition or without any spread nothing is known', () => {
  expect(variancePrior([])).toBeNull()
  expect(variancePrior([{ variance: 0, degrees: 0 }])).toBeNull()
  expect(
    variancePrior([
      { variance: 0, degrees: 2 },
      { variance: 0, degrees: 2 },
    ]),
  ).toBeNull()
})

test('one unit among many without any spread of its own does not make the others infinitely sure', () => {
  const parts = seen(new Array(20).fill(1), 8).with(0, { variance: 0, degrees: 2 })
  const prior = variancePrior(parts)!
  expect(Number.isFinite(prior.variance)).toBe(true)
  expect(moderatedVariance(parts[0]!, prior).variance).toBeGreaterThan(0)
  expect(mean(parts.map((part) => moderatedVariance(part, prior).variance))).toBeGreaterThan(0.1)
})
