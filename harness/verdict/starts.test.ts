import { describe, expect, test } from 'vitest'
import { observedStarts, pooledSpread, varianceOfStart } from './starts.ts'

describe('what starts show', () => {
  test('the variance between run means, and what their trials explain of it', () => {
    // means 98, 100, 102: 4 of 100², trials of 1 around each: 2 / 2 of 100²
    const observed = observedStarts([
      [97, 99],
      [99, 101],
      [101, 103],
    ])
    expect(observed).toEqual({ between: expect.closeTo(4e-4, 12), explained: expect.closeTo(1e-4, 12), degrees: 2 })
  })

  test.each([
    [
      'two starts',
      [
        [99, 101],
        [98, 102],
      ],
    ],
    ['one trial in a start', [[99], [100], [101]]],
    [
      'a trial without a value',
      [
        [99, null],
        [98, 102],
        [99, 101],
      ],
    ],
    [
      'a mean of 0',
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ],
  ])('nothing of %s', (_what, values) => {
    expect(observedStarts(values)).toBeNull()
  })
})

describe('the spread between starts', () => {
  const starts = (between: number, explained: number) => ({
    between: between ** 2,
    explained: explained ** 2,
    degrees: 2,
  })

  test('is what trials do not explain, over all that is known', () => {
    // (25 - 16 + 25 - 9) / 2 = 12.5
    expect(pooledSpread([starts(0.05, 0.04), starts(0.05, 0.03)])).toEqual({
      share: expect.closeTo(Math.sqrt(12.5e-4), 12),
      degrees: 4,
    })
  })

  test('is 0 where trials explain everything, and null where nothing is known', () => {
    expect(pooledSpread([starts(0.01, 0.02)])).toEqual({ share: 0, degrees: 2 })
    expect(pooledSpread([])).toBeNull()
  })

  test('of the others adds degrees, unless the own one is significantly larger', () => {
    const usual = starts(0.01, 0)
    expect(varianceOfStart(usual, [usual, usual])).toEqual({ variance: expect.closeTo(1e-4, 12), degrees: 6 })
    expect(varianceOfStart(usual, [])).toEqual({ variance: expect.closeTo(1e-4, 12), degrees: 2 })
    // F with 2 and 4 degrees is above 6.944 in 5 %: 2.6² = 6.76 is not, 2.7² = 7.29 is
    expect(varianceOfStart(starts(0.026, 0), [usual, usual]).degrees).toBe(6)
    expect(varianceOfStart(starts(0.027, 0), [usual, usual])).toEqual({
      variance: expect.closeTo(0.027 ** 2, 12),
      degrees: 2,
    })
  })
})
