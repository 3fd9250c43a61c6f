import { describe, expect, test } from 'vitest'
import { correlatedMean } from '../stats/correlated-mean.ts'
import { estimateSide, ONE_START_SHARE, RESTART_SHARE } from './side.ts'
import { compareSuite } from './verdict.ts'

describe('one side', () => {
  test('one run: the spread of its trials, which are correlated, and a bound for its start', () => {
    const side = estimateSide([[99, 100, 101]])
    expect(side.estimate).toEqual({
      mean: 100,
      parts: [
        { variance: correlatedMean([99, 100, 101])!.variance, degrees: 2 },
        { variance: expect.closeTo((100 * ONE_START_SHARE) ** 2, 12), degrees: Number.POSITIVE_INFINITY },
      ],
    })
  })

  test('three runs: the spread between them, and nothing is allowed for', () => {
    const side = estimateSide([
      [99, 99],
      [100, 100],
      [101, 101],
    ])
    expect(side.estimate).toEqual({ mean: 100, parts: [{ variance: expect.closeTo(1 / 3, 12), degrees: 2 }] })
  })

  test('two runs: the spread between them, one degree, with what trials and restarts explain, as much as two', () => {
    const side = estimateSide([
      [99, 100, 101],
      [101, 102, 103],
    ])
    // 2 / 2 between the runs; s²/n = 1/3 in each, and the allowance, over two runs
    const explained = (2 * (1 / 3)) / 4 + (101 * RESTART_SHARE) ** 2 / 2
    expect(side.estimate).toEqual({
      mean: 101,
      parts: [{ variance: expect.closeTo((2 * explained + 1) / 3, 12), degrees: 3 }],
    })
  })

  test('many trials in two runs are not many independent ones', () => {
    const many = (level: number) => Array.from({ length: 50 }, (_, index) => level + 0.001 * (index % 2))
    const side = estimateSide([many(99), many(101)])
    expect(side.estimate?.parts).toEqual([{ variance: expect.closeTo(1 / 3, 1), degrees: 3 }])
    expect(side).toMatchObject({ trials: 100, runs: 2 })
  })

  test('two runs that disagree by more than that are named', () => {
    const side = estimateSide([
      [100, 100.1, 99.9],
      [110, 110.1, 109.9],
    ])
    expect(side).toMatchObject({
      estimate: { parts: [{ degrees: 3 }] },
      notes: [expect.stringContaining('its two runs differ')],
    })
  })

  test.each([
    [[[1]], 'one trial in a run'],
    [[[null, null]], 'not measured'],
    [[[1, null]], '1 of 2'],
    [[], 'no trials'],
  ])('%j has no estimate: %s', (values, reason) => {
    expect(estimateSide(values)).toMatchObject({ estimate: null, reason: expect.stringContaining(reason) })
  })

  test('starts of a server differ by 0.6 % at most: two runs without spread are 0 ± 1.66 % apart', () => {
    const exactly = { outputTokensPerS: [[100, 100, 100]] }
    const [metric] = compareSuite([{ baseline: exactly, candidate: exactly, looked: false }])[0]!
    // 1.96 x 0.6 % x √2
    expect(metric!.relative!.ci95[1]).toBeCloseTo(0.016631, 5)
  })

  test.each([
    // half of it 0.3015 %, times √2, times 2.576, the normal 99 % point: 1.099 apart is the limit
    [1.05, []],
    [1.15, ['its two runs differ by more than trials and restarts explain']],
  ])('two runs that are %f %% apart: notes %j', (apart, notes) => {
    const side = estimateSide([
      [100, 100],
      [100 + apart, 100 + apart],
    ])
    expect(side).toMatchObject({ notes })
  })
})
