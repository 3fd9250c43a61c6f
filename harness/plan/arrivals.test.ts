import { mean, sampleVariance } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { type ArrivalPattern, arrivalTimes, gammaVariate } from './arrivals.ts'
import { seededRandom } from './random.ts'

const pattern = (over: Partial<ArrivalPattern> = {}): ArrivalPattern => ({
  ratePerS: 10,
  arrivals: 'poisson',
  burstiness: 1,
  rampSeconds: 0,
  ...over,
})

function take(count: number, of: ArrivalPattern, seed = 1): number[] {
  const times: number[] = []
  for (const at of arrivalTimes(of, seededRandom(seed))) {
    times.push(at)
    if (times.length === count) return times
  }
  return times
}
const gaps = (times: readonly number[]) => times.slice(1).map((at, index) => at - (times[index] as number))
const perSecond = (times: readonly number[]) => {
  const counts = new Array<number>(Math.floor((times.at(-1) as number) / 1000)).fill(0)
  for (const at of times)
    if (at < counts.length * 1000) counts[Math.floor(at / 1000)] = (counts[Math.floor(at / 1000)] as number) + 1
  return counts
}

test('constant arrivals are evenly spaced', () => {
  expect(take(4, pattern({ arrivals: 'constant' }))).toEqual([100, 200, 300, 400])
})

describe('Poisson arrivals', () => {
  const counts = perSecond(take(50_000, pattern()))
  test('come at the rate', () => expect(mean(counts)).toBeCloseTo(10, 0))
  // a stream rescaled to a fixed count would show less than its Poisson variance
  test('have the variance of a Poisson process: that of their mean', () => {
    expect(sampleVariance(counts) / mean(counts)).toBeGreaterThan(0.95)
    expect(sampleVariance(counts) / mean(counts)).toBeLessThan(1.05)
  })
})

test.each([0.25, 0.5, 2, 4])(
  'gamma gaps of shape %f have a coefficient of variation of 1/sqrt(shape)',
  (burstiness) => {
    const each = gaps(take(60_000, pattern({ arrivals: 'gamma', burstiness })))
    expect(mean(each)).toBeGreaterThan(97)
    expect(mean(each)).toBeLessThan(103)
    expect(Math.sqrt(sampleVariance(each)) / mean(each)).toBeCloseTo(1 / Math.sqrt(burstiness), 1)
  },
)

test('a gamma variate has mean and variance equal to its shape', () => {
  const random = seededRandom(7)
  const drawn = Array.from({ length: 60_000 }, () => gammaVariate(3, random))
  expect(mean(drawn)).toBeCloseTo(3, 1)
  expect(sampleVariance(drawn)).toBeGreaterThan(2.85)
  expect(sampleVariance(drawn)).toBeLessThan(3.15)
})

test('a ramp climbs in a straight line: half of it holds a quarter of its arrivals', () => {
  const times = take(1000, pattern({ arrivals: 'constant', rampSeconds: 20 }))
  const within = (ms: number) => times.filter((at) => at <= ms).length
  expect(within(20_000)).toBe(100)
  expect(within(10_000)).toBe(25)
  expect(within(30_000)).toBe(200)
})

test('the same seed gives the same arrivals, another one others', () => {
  expect(take(20, pattern(), 3)).toEqual(take(20, pattern(), 3))
  expect(take(20, pattern(), 3)).not.toEqual(take(20, pattern(), 4))
})
