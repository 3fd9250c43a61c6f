import { describe, expect, test } from 'vitest'
import { batching, noiseOf, type SweptServer, sweepOn } from '../../testing/swept-server.ts'
import { parseLoads } from '../../tune/points-asked.ts'
import { LEAST_GAIN } from './knee.ts'
import { LOCATED_WITHIN, MOST_REFINING, nextLoad, type SweepPlan } from './next-load.ts'
import { sloLoadOf } from './slo-load.ts'

const planOf = (text: string): SweepPlan => {
  const { loads, isRange } = parseLoads(text)
  return { climb: loads, refines: isRange, leastGain: LEAST_GAIN, goodShare: 0.99 }
}
const swept = (server: SweptServer, text = '1..256') => {
  const { points, why } = sweepOn(server, planOf(text), noiseOf(1, 0))
  return { loads: points.map(({ concurrency }) => concurrency), points, why }
}
const linear = (load: number) => 90 * load

describe('the climb', () => {
  test('goes to the end of the range while the throughput grows', () => {
    expect(swept({ tokensPerS: linear })).toMatchObject({
      loads: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      why: 'every load was measured',
    })
  })

  test('ends where the throughput is flat, and only then without an SLO', () => {
    const { loads, why } = swept(batching(2))
    expect(loads.slice(0, 5)).toEqual([1, 2, 4, 8, 16])
    expect(loads).not.toContain(64)
    expect(why).toMatch(/^the throughput is flat/)
  })

  test('goes on over a flat throughput until the SLO is broken', () => {
    const { loads, points, why } = swept({ ...batching(2), meetsSloTo: 50 })
    expect(Math.max(...loads)).toBe(64)
    expect(why).toMatch(/^the throughput is flat and the SLO is broken/)
    const { met, broken } = sloLoadOf(points, 0.99)!
    expect(met!.concurrency).toBeLessThanOrEqual(50)
    expect(broken!.concurrency / met!.concurrency).toBeLessThanOrEqual(LOCATED_WITHIN)
  })

  test('ends where the server is full, and where a load fails', () => {
    const full = swept({ tokensPerS: linear, runsAtOnce: 8 })
    expect(full.loads.slice(0, 5)).toEqual([1, 2, 4, 8, 16])
    expect(Math.max(...full.loads)).toBe(16)
    expect(full.why).toBe('at 16 in flight the server ran too few; a higher load only waits longer')
    const failing = swept({ tokensPerS: linear, failsFrom: 30 })
    expect(Math.max(...failing.loads)).toBe(32)
    expect(failing.why).toMatch(/^32 in flight failed: out of memory/)
  })
})

describe('refining', () => {
  test.each([1, 2, 3, 6, 11, 23, 40])('half at %i: at most so many loads, all new, between the others', (half) => {
    const { loads } = swept({ ...batching(half), meetsSloTo: 77 })
    const added = loads.filter((load) => !planOf('1..256').climb.includes(load))
    expect(new Set(loads).size).toBe(loads.length)
    expect(added.length).toBeLessThanOrEqual(MOST_REFINING)
    expect(added.every((load) => load > 1 && load < 256)).toBe(true)
  })

  test('ends also where noise moves the knee from one pair of loads to another', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { points } = sweepOn({ ...batching(9), meetsSloTo: 20 }, planOf('1..256'), noiseOf(seed, 0.05))
      expect(points.length).toBeLessThanOrEqual(9 + MOST_REFINING)
    }
  })
})

describe('a list', () => {
  test('is measured as it is, over flat stretches and full servers', () => {
    expect(swept({ ...batching(2), runsAtOnce: 4, meetsSloTo: 2 }, '1,8,32,64').loads).toEqual([1, 8, 32, 64])
  })

  test('ends at a load that failed', () => {
    expect(swept({ tokensPerS: linear, failsFrom: 8 }, '1,8,32').loads).toEqual([1, 8])
  })
})

test('the same points in another order give the same answer', () => {
  const { points } = swept(batching(5))
  for (let count = 0; count <= points.length; count += 1) {
    const some = points.slice(0, count)
    expect(nextLoad(some.toReversed(), planOf('1..256'))).toEqual(nextLoad(some, planOf('1..256')))
  }
})
