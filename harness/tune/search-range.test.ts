import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstLimits } from './search-range.ts'

test('the first limits: both ends, at most five, falling, and multiples of the resolution between', () => {
  expect(firstLimits({ minW: 150, maxW: 600, resolutionW: 25, concurrencies: [null] })).toEqual([
    600, 500, 375, 275, 150,
  ])
  const watts = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(watts, watts, fc.integer({ min: 1, max: 200 }), (one, other, resolutionW) => {
      const [minW, maxW] = [Math.min(one, other), Math.max(one, other)]
      const limits = firstLimits({ minW, maxW, resolutionW, concurrencies: [null] })
      expect([limits[0], limits.at(-1)]).toEqual([maxW, minW])
      expect(limits.length).toBeLessThanOrEqual(5)
      for (const [index, each] of limits.entries()) if (index > 0) expect(each).toBeLessThan(limits[index - 1]!)
      for (const each of limits.slice(1, -1)) expect(each % resolutionW).toBe(0)
    }),
  )
})
