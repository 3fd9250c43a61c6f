import { describe, expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { metricResult, relativeHalfWidth } from './result.ts'

describe('a result over trials', () => {
  test('is their mean ± t(0.975, n - 1) x s / √n', () => {
    // 98, 100, 102: s = 2, 4.303 x 2 / √3 = 4.968
    const result = metricResult([98, 100, 102], 'tokens/s')
    expect(result).toEqual({
      mean: 100,
      ci95: [expect.closeTo(95.032, 3), expect.closeTo(104.968, 3)],
      n: 3,
      unit: 'tokens/s',
    })
    expect(relativeHalfWidth(result)).toBeCloseTo(0.04968, 5)
  })

  test('is none as soon as one trial lacks it, with that reason', () => {
    expect(metricResult([98, missing('no power'), 102], 'J')).toEqual({
      mean: null,
      ci95: null,
      n: 2,
      unit: 'J',
      reason: 'no power',
    })
    expect(metricResult([], 'J')).toMatchObject({ mean: null, reason: 'no trial was run' })
  })

  test('has no interval of one trial, and none relative to 0', () => {
    const one = metricResult([5], 's')
    expect(one).toEqual({ mean: 5, ci95: null, n: 1, unit: 's' })
    expect(relativeHalfWidth(one)).toBeNull()
    expect(relativeHalfWidth(metricResult([0, 0], 's'))).toBeNull()
    expect(relativeHalfWidth(metricResult([-98, -100, -102], 's'))).toBeCloseTo(0.04968, 5)
  })
})
