import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../plan/random.ts'
import { normal } from '../../testing/noise-stream.ts'
import { cardHistories, type UnitSeries } from './card-history.ts'
import type { HistoryPoint } from './history-values.ts'
import { seriesHistory } from './series-history.ts'

interface Spec {
  readonly seed?: number
  readonly starts?: number
  readonly stepAt?: number
  readonly step?: number
  readonly driverAt?: number
  readonly perYear?: number
}

function series({
  seed = 1,
  starts = 20,
  stepAt = 10,
  step = 0,
  driverAt = 10,
  perYear = 0,
}: Spec = {}): HistoryPoint[] {
  const random = seededRandom(seed)
  return Array.from({ length: starts }, (_, at) => {
    const atDays = 14 * at
    const level = 900 * (1 + perYear) ** (atDays / 365.25) * (at >= stepAt ? 1 + step : 1)
    return {
      atDays,
      value: level * (1 + 0.003 * normal(random)),
      settings: { driver: at >= driverAt ? '590.10' : '580.65', kernel: null },
    }
  })
}
const judged = (spec: Spec) => seriesHistory(series(spec), { level: 0.05 })

describe('one card over time', () => {
  test('a step is found where the driver changed, and named with it', () => {
    const [step, ...others] = judged({ step: -0.03 }).steps
    expect(others).toEqual([])
    expect(step).toMatchObject({
      index: 10,
      atDays: 140,
      settings: [{ setting: 'driver', before: '580.65', after: '590.10' }],
    })
    expect(step!.change.ci95[0]).toBeLessThan(-0.03)
    expect(step!.change.ci95[1]).toBeGreaterThan(-0.03)
  })

  test('a step elsewhere is named without a setting', () => {
    const [step] = judged({ step: -0.04, stepAt: 5, driverAt: 14 }).steps
    expect(step).toMatchObject({ index: 5, settings: [] })
  })

  test('ageing is a trend and no step; a driver that costs too little to be shown is no ageing', () => {
    const old = judged({ perYear: -0.06 })
    expect(old.steps).toEqual([])
    expect(old.trend!.perYear.ci95[1]).toBeLessThan(0)
    const hidden = judged({ step: -0.004 })
    expect(hidden.trend!.perYear.ci95[1]).toBeGreaterThan(0)
  })

  test('a level that does not change has neither', () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(judged({ seed }).steps).toEqual([])
  })

  test('one bad run is no step', () => {
    const points = series()
    const bad = points.with(9, { ...points[9]!, value: points[9]!.value * 0.8 })
    expect(seriesHistory(bad, { level: 0.05 }).steps).toEqual([])
  })

  test('too few starts, and too short a time, say so', () => {
    expect(judged({ starts: 5 })).toEqual({ steps: [], trend: null, reason: '5 starts; 6 are needed' })
    expect(judged({ starts: 7 }).reason).toBe('7 starts; a trend needs 8')
    const short = series().map((point) => ({ ...point, atDays: point.atDays / 10 }))
    expect(seriesHistory(short, { level: 0.05 })).toMatchObject({ trend: null, reason: '27 days; a trend needs 60' })
  })
})

describe('all cards of a model', () => {
  const cardHistory = (units: readonly UnitSeries[]) => cardHistories([units])[0]!
  const fleet = (more: (box: number) => Spec) =>
    Array.from({ length: 10 }, (_, box) => ({
      unit: `GPU-${box}`,
      box: `box-${box}`,
      points: series({ seed: box + 1, ...more(box) }),
    }))

  test('a driver that costs 1 % is found, although boxes had it at different times', () => {
    const { steps } = cardHistory(fleet((box) => ({ step: -0.01, stepAt: 6 + (box % 8), driverAt: 6 + (box % 8) })))
    expect(steps).toHaveLength(1)
    expect(steps[0]).toMatchObject({ boxes: 10, atDays: 84, settings: [{ setting: 'driver' }] })
    expect(steps[0]!.change.value).toBeCloseTo(-0.01, 2)
    expect(steps[0]!.pAdjusted).toBeLessThan(0.01)
  })

  test('ageing of all of them has an interval that single cards do not have', () => {
    const { trend } = cardHistory(fleet(() => ({ perYear: -0.01 })))
    expect(trend!.boxes).toBe(10)
    expect(trend!.perYear.ci95[0]).toBeGreaterThan(-0.02)
    expect(trend!.perYear.ci95[1]).toBeLessThan(0)
  })

  test('one box has no spread between boxes', () => {
    expect(cardHistory(fleet(() => ({ step: -0.05 })).slice(0, 1))).toEqual({ steps: [], trend: null })
  })

  test('steps are adjusted over all scenarios of the fleet', () => {
    const units = fleet(() => ({ step: -0.002 }))
    const [alone] = cardHistory(units).steps
    const together = cardHistories(Array.from({ length: 6 }, () => units))
    expect(alone!.pAdjusted).toBeGreaterThan(0)
    expect(together).toHaveLength(6)
    for (const { steps } of together) expect(steps[0]!.pAdjusted).toBeCloseTo(Math.min(1, 6 * alone!.pAdjusted), 12)
  })
})
