import { describe, expect, test } from 'vitest'
import { batching, kneeOfBatching, measure, noiseOf, type SweptServer, sweepOn } from '../../testing/swept-server.ts'
import { parseLoads } from '../../tune/points-asked.ts'
import { kneeOf, LEAST_GAIN } from './knee.ts'
import type { SweepPlan } from './next-load.ts'

const doublings = parseLoads('1..256').loads
const plan: SweepPlan = { climb: doublings, refines: true, leastGain: LEAST_GAIN, goodShare: 0.99 }
const exact = (server: SweptServer, loads: readonly number[] = doublings) =>
  loads.map((load) => measure(server, load, noiseOf(1, 0)))

describe('without noise', () => {
  test.each([2, 5, 11, 20])('a server of which half the throughput is at %i in flight', (half) => {
    const truth = kneeOfBatching(half, LEAST_GAIN)
    const { concurrency, above, atMost } = kneeOf(exact(batching(half)))
    expect(concurrency! / truth).toBeGreaterThan(0.9)
    expect(concurrency! / truth).toBeLessThan(1.25)
    expect(truth).toBeGreaterThan(above!)
    expect(truth).toBeLessThanOrEqual(atMost!)
  })

  test.each([5, 8, 9, 31])('a server that runs %i at once: refined, the knee is there', (runsAtOnce) => {
    const server = { tokensPerS: (load: number) => 90 * load, runsAtOnce }
    const { points } = sweepOn(server, plan, noiseOf(1, 0))
    const { concurrency, atMost } = kneeOf(points)
    expect(Math.abs(concurrency! - runsAtOnce)).toBeLessThanOrEqual(Math.ceil(runsAtOnce * 0.1))
    expect(atMost).toBeGreaterThanOrEqual(runsAtOnce / 1.1)
  })

  test('a throughput that still grows has its knee above the range, a flat one below it', () => {
    const linear = { tokensPerS: (load: number) => 90 * load }
    expect(kneeOf(exact(linear))).toMatchObject({ concurrency: null, above: 128, atMost: null, outside: 'above' })
    const flat = { tokensPerS: () => 500 }
    expect(kneeOf(exact(flat))).toMatchObject({ concurrency: null, above: null, atMost: 1, outside: 'below' })
    expect(kneeOf(exact(linear, [1]))).toMatchObject({ concurrency: null, outside: 'unknown', certain: false })
  })

  test('a flat stretch before the throughput grows again is not the knee', () => {
    const stepped = { tokensPerS: (load: number) => (load < 4 ? 100 : batching(20).tokensPerS(load)) }
    expect(kneeOf(exact(stepped)).concurrency).toBeGreaterThan(64)
  })

  test('one trial per load: an estimate that is not called certain', () => {
    const points = doublings.map((load) => measure(batching(5), load, noiseOf(1, 0, 1)))
    expect(kneeOf(points)).toMatchObject({ certain: false, concurrency: expect.any(Number) })
  })
})

/** Whole sweeps with three trials per load, by their seeds. */
const RUNS = 500
const sweeps = (server: SweptServer, share: number) =>
  Array.from({ length: RUNS }, (_, seed) => kneeOf(sweepOn(server, plan, noiseOf(seed + 1, share)).points))

describe('over 500 seeded sweeps', () => {
  test.each([0.003, 0.01, 0.03])('trials that differ by %f: the ends are false in at most 5 %', (share) => {
    const truth = kneeOfBatching(11, LEAST_GAIN)
    const knees = sweeps(batching(11), share)
    const isFalse = knees.filter(
      ({ above, atMost }) => (above !== null && above >= truth) || (atMost !== null && atMost < truth),
    )
    expect(isFalse.length / RUNS).toBeLessThanOrEqual(0.05)
  })

  test('a throughput that grows to the end of the range has a false knee in at most 5 %', () => {
    const growing = { tokensPerS: (load: number) => 90 * load ** 0.8 }
    const isFalse = sweeps(growing, 0.02).filter(({ atMost, concurrency }) => atMost !== null || concurrency !== null)
    expect(isFalse.length / RUNS).toBeLessThanOrEqual(0.05)
  })

  test('with trials that differ by 0.3 % the estimate is within a factor of 1.25', () => {
    const truth = kneeOfBatching(11, LEAST_GAIN)
    const isNear = sweeps(batching(11), 0.003).filter(
      ({ concurrency }) => concurrency !== null && Math.abs(Math.log(concurrency / truth)) <= Math.log(1.25),
    )
    expect(isNear.length / RUNS).toBeGreaterThanOrEqual(0.95)
  })
})
