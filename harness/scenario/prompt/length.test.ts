import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  leastLength,
  leastMeanLength,
  lengthAt,
  lengthText,
  meanLength,
  mostLength,
  shortenedLength,
} from './length.ts'
import { type LengthDistribution, lengthSchema } from './length-schema.ts'

const bounds = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 0, max: 60_000 }))
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Any distribution that the schema accepts. */
const anyLength: fc.Arbitrary<LengthDistribution> = fc.oneof(
  bounds.map(([min, more]) => ({ distribution: 'uniform' as const, min, max: min + more })),
  fc
    .tuple(fc.constantFrom('normal' as const, 'lognormal' as const), bounds, share, fc.integer({ min: 1, max: 20_000 }))
    .map(([distribution, [min, more], at, deviation]) => ({
      distribution,
      mean: min + at * more,
      deviation,
      min,
      max: min + more,
    })),
  fc
    .array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 50 })
    .map((values) => ({ distribution: 'empirical' as const, values: values.toSorted((a, b) => a - b) })),
)

describe('a distribution of lengths', () => {
  test('is accepted, and gives whole numbers within its bounds that rise with the share', () => {
    fc.assert(
      fc.property(anyLength, share, share, (length, one, other) => {
        expect(lengthSchema(2_000_000).safeParse(length).error).toBeUndefined()
        const [low, high] = [lengthAt(length, Math.min(one, other)), lengthAt(length, Math.max(one, other))]
        expect(Number.isInteger(low)).toBe(true)
        expect(low).toBeGreaterThanOrEqual(leastLength(length))
        expect(high).toBeLessThanOrEqual(mostLength(length))
        expect(low).toBeLessThanOrEqual(high)
      }),
      // a share of 0 was taken for 0.0001, and gave a greater length than the least share above it
      { examples: [[{ distribution: 'normal', mean: 9.374, deviation: 1, min: 1, max: 10 }, 0, 5e-324]] },
    )
  })

  test('has its mean within its bounds, and a least mean that a few requests are not below', () => {
    fc.assert(
      fc.property(anyLength, fc.integer({ min: 1, max: 1000 }), (length, count) => {
        const mean = meanLength(length)
        expect(mean).toBeGreaterThanOrEqual(leastLength(length))
        expect(mean).toBeLessThanOrEqual(mostLength(length))
        const least = leastMeanLength(length, count)
        expect(least).toBeLessThanOrEqual(mean)
        expect(least).toBeGreaterThanOrEqual(leastLength(length))
        expect(leastMeanLength(length, count + 1)).toBeGreaterThanOrEqual(least)
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    ['uniform', { distribution: 'uniform', min: 100, max: 200 }, 150, 29.15],
    ['normal', { distribution: 'normal', mean: 1000, deviation: 100, min: 1, max: 2000 }, 1000, 100],
    // half a normal distribution: mean + deviation · √(2/π)
    ['cut at its mean', { distribution: 'normal', mean: 1000, deviation: 100, min: 1000, max: 9000 }, 1079.8, 60.3],
    ['lognormal', { distribution: 'lognormal', mean: 800, deviation: 600, min: 1, max: 100_000 }, 800, 600],
    ['empirical', { distribution: 'empirical', values: [10, 10, 40] }, 20, 14.14],
  ] satisfies [string, LengthDistribution, number, number][])(
    '%s has the mean and deviation of theory',
    (_, length, mean, deviation) => {
      expect(Math.abs(meanLength(length) - mean)).toBeLessThan(0.005 * mean)
      const spread = Math.sqrt(meanLength(length, (tokens) => (tokens - mean) ** 2))
      expect(Math.abs(spread - deviation)).toBeLessThan(0.03 * deviation)
    },
  )

  test('half of lognormal lengths are below exp(µ)', () => {
    const length = { distribution: 'lognormal', mean: 800, deviation: 600, min: 1, max: 100_000 } as const
    expect(lengthAt(length, 0.5)).toBe(Math.round(800 / Math.sqrt(1 + (600 / 800) ** 2)))
  })

  test('is shown with its bounds, and shortened with them', () => {
    const length = { distribution: 'uniform', min: 100, max: 300 } as const
    expect(lengthText(length)).toBe('about 200 (uniform, 100 to 300)')
    expect(lengthText(shortenedLength(length, 10))).toBe('about 20 (uniform, 10 to 30)')
    expect(lengthText(512)).toBe('512')
    expect(shortenedLength(512, 8)).toBe(64)
  })

  test.each([
    [{ distribution: 'normal', mean: 10, deviation: 1, min: 20, max: 30 }, 'mean between min and max'],
    [{ distribution: 'uniform', min: 20, max: 10 }, 'at least min (20)'],
    [{ distribution: 'uniform', min: 20, max: 10_000 }, 'at most 1000'],
    [{ distribution: 'empirical' }, 'expected values, or a file'],
    [{ distribution: 'empirical', values: [5000] }, 'at most 1000'],
  ])('%o is refused', (length, message) => {
    expect(lengthSchema(1000).safeParse(length).error?.issues[0]?.message).toContain(message)
  })
})
