import { describe, expect, test } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { integrate, powerAt } from './power-series.ts'
import { energyOverWindow } from './window-energy.ts'

describe('a slow sampler', () => {
  /** 300 W every second over 100 s, without the samples between two moments. */
  const lossy = (fromMs: number, toMs: number) =>
    Array.from({ length: 121 }, (_, second) => gpuRow(second * 1000, { powerW: 300 })).filter(
      ({ timeMs }) => timeMs <= fromMs || timeMs >= toMs,
    )
  const coverageOf = (gapMs: number) =>
    energyOverWindow(lossy(20_000, 20_000 + gapMs), ['GPU-a'], { startMs: 5000, endMs: 105_000 }, { intervalMs: 1000 })
      .energy.coverage

  test('bridges 2 s and never 3 s, although 3.5 of its intervals are 3.5 s', () => {
    expect(coverageOf(2000)).toBe(1)
    expect(coverageOf(3000)).toBeCloseTo(0.97, 9)
  })

  test('is one by what it achieved, whatever it was asked for', () => {
    const energy = energyOverWindow(lossy(20_000, 22_000), ['GPU-a'], { startMs: 5000, endMs: 105_000 }).energy
    expect(energy).toMatchObject({ intervalMs: 1000, coverage: 1 })
  })
})

describe('the trapezoid', () => {
  const points = [
    { timeMs: 0, powerW: 100 },
    { timeMs: 1000, powerW: 300 },
    { timeMs: 2000, powerW: 300 },
  ]

  test('excludes gaps, at any position', () => {
    const hole = [{ startMs: 500, endMs: 1500 }]
    // 0 to 0.5 s at a mean of 150 W, 1.5 to 2 s at 300 W
    expect(integrate(points, { startMs: 0, endMs: 2000 }, 3000, hole)).toEqual({ energyJ: 225, coveredMs: 1000 })
    const two = [...hole, { startMs: -100, endMs: 250 }]
    // 0.25 to 0.5 s at a mean of 175 W
    expect(integrate(points, { startMs: 0, endMs: 2000 }, 3000, two)).toEqual({ energyJ: 193.75, coveredMs: 750 })
  })

  test('power between two readings lies on their line, and there is none outside', () => {
    expect([powerAt(points, 0), powerAt(points, 250), powerAt(points, 2000)]).toEqual([100, 150, 300])
    expect([powerAt(points, -1), powerAt(points, 2001), powerAt([], 0)]).toEqual([null, null, null])
  })
})
