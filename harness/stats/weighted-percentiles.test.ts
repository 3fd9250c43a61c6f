import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentileSorted, percentilesOf } from './percentiles.ts'
import { type Weighted, weightedPercentiles, weightedQuantiles } from './weighted-percentiles.ts'

const valuesOf = (ones: readonly number[], others: readonly Weighted[] = []) => ({
  ones: Float64Array.from(ones),
  others,
})

test('a value counts by its weight: weights 1, 1, 0.5 and 1 have the ranks 0, 0.4, 2/3 and 1', () => {
  // below / (below + above): 10 has 0 / 2.5, 20 has 1 / 2.5, 30 has 2 / 3, 40 has 2.5 / 2.5
  const values = valuesOf([10, 20, 40], [{ value: 30, weight: 0.5 }])
  expect(weightedQuantiles(values, [0, 0.4, 2 / 3, 1])).toEqual([10, 20, 30, 40])
  // halfway between 20 at 0.4 and 30 at 2/3
  expect(weightedQuantiles(values, [(0.4 + 2 / 3) / 2])[0]).toBeCloseTo(25, 12)
  const { p50, mean, max, n, p99 } = weightedPercentiles(values, 'none')
  expect(p50).toBeCloseTo(20 + (10 * 0.1) / (2 / 3 - 0.4), 12)
  expect(mean).toBeCloseTo((10 + 20 + 40 + 15) / 3.5, 12)
  expect([max, n, p99]).toEqual([40, 4, { value: null, reason: '4 requests in the window; a p99 needs 100' }])
})

test('a value of little weight hardly moves the median', () => {
  const even = percentilesOf([10, 20, 30]).p50 as number
  const { p50 } = weightedPercentiles(valuesOf([10, 20, 30], [{ value: 1000, weight: 0.001 }]), 'none')
  expect(p50).toBeCloseTo(even, 1)
})

test('without values each is missing for the reason', () => {
  expect(weightedPercentiles(valuesOf([]), 'nothing was sent').p50).toEqual({
    value: null,
    reason: 'nothing was sent',
  })
  expect(weightedQuantiles(valuesOf([]), [0.5])).toEqual([])
})

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 250 })
const shares = [0, 0.1, 0.5, 0.9, 0.99, 1]

test('equal weights give the percentiles of the same values without weights', () => {
  fc.assert(
    fc.property(numbers, fc.nat(), (values, some) => {
      const cut = some % (values.length + 1)
      const parts = values.slice(cut).map((value) => ({ value, weight: 1 }))
      const sorted = Float64Array.from(values).sort()
      const found = weightedQuantiles(valuesOf(values.slice(0, cut), parts), shares)
      shares.forEach((share, at) => {
        const expected = percentileSorted(sorted, share) as number
        expect(found[at]).toBeCloseTo(expected, 6)
      })
      const { n, max } = weightedPercentiles(valuesOf(values.slice(0, cut), parts), 'none')
      expect([n, max]).toEqual([values.length, Math.max(...values)])
    }),
  )
})

test('quantiles rise and stay inside the values, whatever the weights', () => {
  const weighted = fc.array(
    fc.record({
      value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      weight: fc.double({ min: 1e-9, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 50 },
  )
  fc.assert(
    fc.property(numbers, weighted, (ones, others) => {
      const all = [...ones, ...others.map(({ value }) => value)]
      const found = weightedQuantiles(valuesOf(ones, others), shares)
      expect(found).toHaveLength(shares.length)
      expect(found[0]).toBe(Math.min(...all))
      expect(found.at(-1)).toBe(Math.max(...all))
      found.slice(1).forEach((value, at) => {
        expect(value).toBeGreaterThanOrEqual((found[at] as number) - 1e-6)
      })
    }),
  )
})
