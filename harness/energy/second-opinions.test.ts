import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CounterRow, GpuRow } from '../record/rows.ts'
import { adaSensor, sampleTrace } from '../testing/energy-sensor.ts'
import { cumulativeOf, makeTrace } from '../testing/energy-trace.ts'
import { gpuRow } from '../testing/rows.ts'
import { counterEnergy, disagreement } from './counter.ts'
import { activeIdle, netOfIdle } from './idle.ts'
import { paddedEnergy } from './padded.ts'

const rowsOf = (powerW: (timeMs: number) => number, toMs = 40_000, over: Partial<GpuRow> = {}): GpuRow[] =>
  Array.from({ length: toMs / 200 + 1 }, (_, index) => gpuRow(index * 200, { powerW: powerW(index * 200), ...over }))

describe('paddedEnergy', () => {
  it('is independent of the sensor: its mean, delay and update do not change the energy of a whole load', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 60 }), fc.nat(10_000), (windowS, seed) => {
        const trace = makeTrace('hard stop', windowS, seed)
        const loadStartMs = trace.windowStartMs - 1500
        const rows = sampleTrace(trace, adaSensor, seed)
        const seen = paddedEnergy(rows, ['GPU-bench'], { startMs: loadStartMs, endMs: trace.windowEndMs })
        const cumulative = cumulativeOf(trace)
        const truthJ = cumulative(trace.windowEndMs) - cumulative(loadStartMs)
        expect(Math.abs((seen.energyJ ?? 0) / truthJ - 1)).toBeLessThan(0.003)
      }),
      { numRuns: 40, seed: 4 },
    )
  })

  it('takes two baselines, because idle after a load is not idle before it', () => {
    const rows = rowsOf((at) => (at <= 10_000 ? 20 : at < 31_000 ? 400 : 50))
    const seen = paddedEnergy(rows, ['GPU-a'], { startMs: 10_000, endMs: 30_000 })
    expect([seen.beforeW, seen.afterW]).toEqual([expect.closeTo(20, 9), expect.closeTo(50, 9)])
  })

  it('sums the cards, each less its own two baselines', () => {
    const load = (at: number, before: number, after: number) => (at <= 10_000 ? before : at < 31_000 ? 400 : after)
    const rows = [...rowsOf((at) => load(at, 20, 50)), ...rowsOf((at) => load(at, 30, 70), 40_000, { uuid: 'GPU-b' })]
    // 7 to 33 s: 60 + 42 + 8240 + 45 + 100 J less 3 s x 70 W, and 90 + 43 + 8240 + 47 + 140 J less 3 s x 100 W
    expect(paddedEnergy(rows, ['GPU-a'], { startMs: 10_000, endMs: 30_000 }).energyJ).toBeCloseTo(8277, 6)
    expect(paddedEnergy(rows, ['GPU-a', 'GPU-b'], { startMs: 10_000, endMs: 30_000 })).toEqual({
      energyJ: expect.closeTo(8277 + 8260, 6),
      beforeW: expect.closeTo(50, 9),
      afterW: expect.closeTo(120, 9),
    })
  })

  it('charges a second without samples at the mean of the rest', () => {
    const rows = rowsOf(() => 300).filter(({ timeMs }) => timeMs <= 15_000 || timeMs >= 16_000)
    expect(paddedEnergy(rows, ['GPU-a'], { startMs: 10_000, endMs: 30_000 }).energyJ).toBeCloseTo(6000, 6)
  })

  it.each([
    [100, 7.5, 'quiet'],
    [100, 8, 'not'],
    [300, 15, 'quiet'],
    [300, 16, 'not'],
  ])('calls %f ± %f W %s: 15 W or a tenth of the power may ripple', (watts, ripple, says) => {
    const { energyJ } = paddedEnergy(
      rowsOf((at) => watts + (at % 400 === 0 ? ripple : -ripple)),
      ['GPU-a'],
      { startMs: 10_000, endMs: 30_000 },
    )
    expect(energyJ === null ? 'not' : 'quiet').toBe(says)
  })

  it.each([
    ['there are no samples before', rowsOf(() => 300), 1000, 30_000, /before the load, 3.0 s of samples/],
    [
      'requests trail after it',
      rowsOf((at) => (at <= 12_000 ? 20 : 300 - Math.max(0, at - 30_000) / 20)),
      12_000,
      30_000,
      /not idle/,
    ],
    [
      'samples are lost in it',
      rowsOf(() => 300).filter((row) => row.timeMs < 15_000 || row.timeMs > 20_000),
      10_000,
      30_000,
      /cover 79/,
    ],
  ])('is null with its reason when %s', (_, rows, startMs, endMs, says) => {
    expect(paddedEnergy(rows, ['GPU-a'], { startMs, endMs })).toMatchObject({
      energyJ: null,
      reason: expect.stringMatching(says),
    })
    expect(paddedEnergy(rows, [], { startMs, endMs }).reason).toBe('no serving GPU is known')
  })
})

describe('activeIdle', () => {
  const quiet = rowsOf((at) => (at < 4000 ? 300 : 51), 40_000, { utilizationGpuPct: 0, pstate: 'P0' })

  it('leaves the settling out and names the state', () => {
    expect(activeIdle(quiet, ['GPU-a'], { startMs: 0, endMs: 40_000 })).toEqual({
      powerW: expect.closeTo(51, 9),
      pstates: ['P0'],
    })
  })

  it.each([
    ['too short', quiet, 14_000, /less than 15 s/],
    [
      'not idle',
      quiet.map((row) => (row.timeMs === 9000 ? { ...row, utilizationGpuPct: 80 } : row)),
      40_000,
      /80 % utilisation/,
    ],
    ['not covered', quiet.filter((row) => row.timeMs < 20_000), 40_000, /too little/],
  ])('is null when it was %s', (_, rows, endMs, says) => {
    expect(activeIdle(rows, ['GPU-a'], { startMs: 0, endMs })).toMatchObject({
      powerW: null,
      reason: expect.stringMatching(says),
    })
  })

  it('sums the cards', () => {
    const two = [...quiet, ...rowsOf(() => 20, 40_000, { uuid: 'GPU-b', utilizationGpuPct: 0, pstate: 'P8' })]
    expect(activeIdle(two, ['GPU-a', 'GPU-b'], { startMs: 0, endMs: 40_000 })).toEqual({
      powerW: expect.closeTo(71, 9),
      pstates: ['P0', 'P8'],
    })
  })

  it('needs samples over 95 % of the 35 s that remain', () => {
    const lossy = (lostMs: number) => quiet.filter(({ timeMs }) => timeMs <= 20_000 || timeMs >= 20_000 + lostMs)
    expect(activeIdle(lossy(1600), ['GPU-a'], { startMs: 0, endMs: 40_000 }).powerW).toBeCloseTo(51, 9)
    expect(activeIdle(lossy(1800), ['GPU-a'], { startMs: 0, endMs: 40_000 }).powerW).toBeNull()
  })

  it('takes idle off the gross energy, and gives null for null', () => {
    expect(netOfIdle(6000, 50, 20_000)).toBe(5000)
    expect(netOfIdle(null, 50, 20_000)).toBeNull()
    expect(netOfIdle(6000, null, 20_000)).toBeNull()
  })
})

describe('counterEnergy', () => {
  const counter = (watts: number, uuid = 'GPU-a', startMj = 5e12): CounterRow[] =>
    Array.from({ length: 40 }, (_, second) => ({
      timeMs: second * 1000,
      uuid,
      energyMj: startMj + second * watts * 1000,
    }))

  it('is the difference of the counter between the edges, summed over the cards', () => {
    expect(counterEnergy(counter(300), ['GPU-a'], 5500, 25_250).energyJ).toBeCloseTo(300 * 19.75, 6)
    const two = [...counter(300), ...counter(100, 'GPU-b')]
    expect(counterEnergy(two, ['GPU-a', 'GPU-b'], 5000, 25_000).energyJ).toBeCloseTo(8000, 6)
  })

  it.each([
    ['it was reset', counter(300).map((r) => (r.timeMs > 15_000 ? { ...r, energyMj: r.energyMj - 5e12 } : r)), /reset/],
    ['it stands still', counter(0), /did not change/],
    ['a card has none', counter(300, 'GPU-b'), /no counter readings of GPU-a/],
    [
      'readings are too far apart',
      counter(300).filter((r) => r.timeMs < 1000 || r.timeMs > 9000),
      /no counter readings/,
    ],
  ])('is null when %s', (_, readings, says) => {
    expect(counterEnergy(readings, ['GPU-a'], 5500, 25_000)).toMatchObject({
      energyJ: null,
      reason: expect.stringMatching(says),
    })
  })

  it('interpolates between readings up to 5 s apart', () => {
    const sparse = (gapMs: number): CounterRow[] =>
      [0, gapMs, 20_000, 21_000].map((timeMs) => ({ timeMs, uuid: 'GPU-a', energyMj: timeMs * 300 }))
    expect(counterEnergy(sparse(5000), ['GPU-a'], 2500, 20_500).energyJ).toBeCloseTo(300 * 18, 6)
    expect(counterEnergy(sparse(5001), ['GPU-a'], 2500, 20_500).energyJ).toBeNull()
  })

  it('compares the two sources', () => {
    expect(disagreement(106, 100)).toBeCloseTo(0.06, 9)
    expect([disagreement(null, 100), disagreement(100, null), disagreement(100, 0)]).toEqual([null, null, null])
  })
})
