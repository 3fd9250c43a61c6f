import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { adaSensor, sampleTrace } from '../testing/energy-sensor.ts'
import { makeTrace, traceKinds, trueEnergyJ } from '../testing/energy-trace.ts'
import { gpuRow } from '../testing/rows.ts'
import { errorBar } from './error-bar.ts'
import { energyOverWindow } from './window-energy.ts'

/** Samples every 200 ms from `fromMs` to `toMs`, power by time; times are those at which the mean ended. */
function rowsOf(
  powerW: (timeMs: number) => number | null,
  fromMs = 0,
  toMs = 30_000,
  over: Partial<GpuRow> = {},
): GpuRow[] {
  const rows: GpuRow[] = []
  for (let at = fromMs; at <= toMs; at += 200) rows.push(gpuRow(at, { powerW: powerW(at), ...over }))
  return rows
}
const without = (rows: readonly GpuRow[], fromMs: number, toMs: number) =>
  rows.filter(({ timeMs }) => timeMs <= fromMs || timeMs >= toMs)

describe('energyOverWindow', () => {
  it('is watts times seconds for steady power', () => {
    const { energyJ, meanPowerW, p99PowerW, peakPowerW, peakMemoryMiB, energy, reason } = energyOverWindow(
      rowsOf(() => 300),
      ['GPU-a'],
      { startMs: 5050, endMs: 25_050 },
    )
    expect(energyJ).toBeCloseTo(6000, 6)
    expect([meanPowerW, p99PowerW, peakPowerW, peakMemoryMiB, reason]).toEqual([300, 300, 300, 20_000, undefined])
    expect(energy).toMatchObject({
      source: 'smi-average-trapezoid',
      coverage: 1,
      shiftMs: 500,
      intervalMs: 200,
      samples: 100,
    })
    expect(energy.perGpuJ['GPU-a']).toBeCloseTo(6000, 6)
    expect(energy.errorTermsJ).toEqual({ sensorGain: 0.05 * (energyJ ?? 0), edges: 0, sampling: 0, gaps: 0 })
  })

  it('moves each reading back by half its averaging window', () => {
    // A ramp of 10 W/s: a mean that ends at t represents t - 0.5 s, so the true power at t is 10 * (t + 0.5) W.
    const ramp = rowsOf((at) => at / 100)
    expect(energyOverWindow(ramp, ['GPU-a'], { startMs: 10_000, endMs: 20_000 }).energyJ).toBeCloseTo(
      ((105 + 205) / 2) * 10,
      6,
    )
    expect(energyOverWindow(ramp, ['GPU-a'], { startMs: 10_000, endMs: 20_000 }, { shiftMs: 0 }).energyJ).toBeCloseTo(
      ((100 + 200) / 2) * 10,
      6,
    )
  })

  it('interpolates at edges that lie between samples', () => {
    const ramp = rowsOf((at) => at / 100)
    const whole = energyOverWindow(ramp, ['GPU-a'], { startMs: 10_000, endMs: 20_000 }).energyJ ?? 0
    const parts = [10_000, 11_111, 14_440, 20_000].map((at, index, all) =>
      index === 0
        ? 0
        : (energyOverWindow(ramp, ['GPU-a'], { startMs: all[index - 1] as number, endMs: at }).energyJ ?? 0),
    )
    expect(parts.reduce((sum, part) => sum + part)).toBeCloseTo(whole, 6)
  })

  it('averages readings of equal time and does not mind their order', () => {
    const rows = rowsOf(() => 300).flatMap((row) => [
      { ...row, powerW: 290 },
      { ...row, powerW: 310 },
    ])
    const { energyJ, energy } = energyOverWindow(rows.toReversed(), ['GPU-a'], { startMs: 5000, endMs: 15_000 })
    expect(energyJ).toBeCloseTo(3000, 6)
    expect(energy.intervalMs).toBe(200)
  })

  it('sums the serving GPUs only, peaks at one time', () => {
    const rows = [
      ...rowsOf((at) => (at < 15_500 ? 100 : 200), 0, 30_000, { uuid: 'GPU-a', memoryUsedMiB: 1000 }),
      ...rowsOf((at) => (at < 15_500 ? 200 : 100), 50, 30_000, { uuid: 'GPU-b', memoryUsedMiB: 2000 }),
      ...rowsOf(() => 999, 0, 30_000, { uuid: 'GPU-c' }),
    ]
    const seen = energyOverWindow(rows, ['GPU-a', 'GPU-b'], { startMs: 5000, endMs: 25_000 })
    expect(seen.energyJ).toBeCloseTo(6005, 6)
    expect(Object.keys(seen.energy.perGpuJ)).toEqual(['GPU-a', 'GPU-b'])
    expect(seen.peakPowerW).toBeLessThanOrEqual(400)
    expect(seen.peakMemoryMiB).toBe(3000)
    expect(seen.energy.errorTermsJ['sensorGain']).toBeCloseTo(300, -1)
  })
})

describe('gaps', () => {
  const steady = rowsOf(() => 300, 0, 130_000)

  it('bridges up to 3 intervals and no more', () => {
    const short = energyOverWindow(without(steady, 20_000, 20_600), ['GPU-a'], { startMs: 5000, endMs: 125_000 })
    expect(short.energy).toMatchObject({ coverage: 1, findings: [] })
    const long = energyOverWindow(without(steady, 20_000, 20_800), ['GPU-a'], { startMs: 5000, endMs: 125_000 })
    expect(long.energy.coverage).toBeCloseTo(1 - 0.8 / 120, 9)
  })

  it('warns under 99 % and charges the gap at the mean of the rest', () => {
    const { energyJ, energy } = energyOverWindow(without(steady, 20_000, 23_000), ['GPU-a'], {
      startMs: 5000,
      endMs: 125_000,
    })
    expect(energy.coverage).toBeCloseTo(0.975, 9)
    expect(energyJ).toBeCloseTo(36_000, 6)
    expect(energy.findings).toEqual([
      'GPU-a: 3.0 s of the window without power samples, charged at the mean power of the rest',
    ])
  })

  it('carries a gap in the error bar by the observed range of power', () => {
    const rows = without(
      rowsOf((at) => 300 + 50 * Math.sin(at / 3000), 0, 130_000),
      20_000,
      23_000,
    )
    expect(energyOverWindow(rows, ['GPU-a'], { startMs: 5000, endMs: 125_000 }).energy.errorTermsJ['gaps']).toBeCloseTo(
      3 * 100,
      -1,
    )
  })

  it('is null under 95 %, with the reason', () => {
    const { energyJ, reason, energy, meanPowerW } = energyOverWindow(without(steady, 20_000, 27_000), ['GPU-a'], {
      startMs: 5000,
      endMs: 125_000,
    })
    expect([energyJ, meanPowerW]).toEqual([null, null])
    expect(reason).toBe('power samples of GPU-a cover 94.2 % of the window; 95 % is required')
    expect(energy).toMatchObject({ perGpuJ: {}, errorTermsJ: {}, source: 'smi-average-trapezoid' })
  })

  it('counts a window that is not bracketed by samples as uncovered', () => {
    const { energy } = energyOverWindow(
      rowsOf(() => 300, 0, 24_500),
      ['GPU-a'],
      { startMs: 4000, endMs: 24_900 },
    )
    expect(energy.coverage).toBeCloseTo(19.9 / 20.9, 6)
  })
})

describe('a stale sensor', () => {
  const frozen = (swing: number) =>
    rowsOf((at) => (at > 20_000 && at <= 24_000 ? 333 : 300 + (at % 3)), 0, 130_000).map((row) => ({
      ...row,
      powerW: row.timeMs > 20_000 && row.timeMs <= 24_000 ? 333 : 300 + (row.timeMs % 400) / 100,
      utilizationGpuPct: 70 + (swing * (row.timeMs % 400)) / 200,
    }))

  it('is found when utilisation moves, and its time is not covered', () => {
    const { energy } = energyOverWindow(frozen(30), ['GPU-a'], { startMs: 5000, endMs: 125_000 })
    expect(energy.coverage).toBeCloseTo(1 - 3.8 / 120, 6)
    expect(energy.findings[0]).toBe('GPU-a: power did not change for 3.8 s while utilisation changed (stale sensor)')
  })

  it('is no fault under steady load: repeated values are normal', () => {
    expect(energyOverWindow(frozen(2), ['GPU-a'], { startMs: 5000, endMs: 125_000 }).energy).toMatchObject({
      coverage: 1,
      findings: [],
    })
    expect(
      energyOverWindow(
        rowsOf(() => 300),
        ['GPU-a'],
        { startMs: 5000, endMs: 25_000 },
      ).energy.findings,
    ).toEqual([])
  })
})

describe('a missing energy', () => {
  it.each([
    ['no GPU is known to serve', rowsOf(() => 300), [], 'no serving GPU is known'],
    ['a serving GPU has no samples', rowsOf(() => 300), ['GPU-a', 'GPU-b'], 'no samples of the serving GPU GPU-b'],
    [
      'the driver reports no power',
      rowsOf(() => null, 0, 30_000, { powerInstantW: null }),
      ['GPU-a'],
      'the driver reports no power for GPU-a',
    ],
  ] as const)('is null with a reason when %s', (_, rows, uuids, reason) => {
    const seen = energyOverWindow(rows, uuids, { startMs: 5000, endMs: 25_000 })
    expect(seen).toMatchObject({
      energyJ: null,
      reason,
      meanPowerW: null,
      energy: { source: 'unavailable', coverage: null },
    })
  })

  it('still gives the peak memory where only power is missing', () => {
    expect(
      energyOverWindow(
        rowsOf(() => null, 0, 30_000, { powerInstantW: null }),
        ['GPU-a'],
        { startMs: 0, endMs: 9000 },
      ).peakMemoryMiB,
    ).toBe(20_000)
    expect(
      energyOverWindow(
        rowsOf(() => 300, 0, 30_000, { memoryUsedMiB: null }),
        ['GPU-a'],
        { startMs: 0, endMs: 9000 },
      ).peakMemoryMiB,
    ).toBeNull()
  })

  it('refuses a window without length', () => {
    expect(
      energyOverWindow(
        rowsOf(() => 300),
        ['GPU-a'],
        { startMs: 9000, endMs: 9000 },
      ).reason,
    ).toBe('the window has no length')
  })

  it('falls back to the instant reading, with its own shift', () => {
    const rows = rowsOf(() => null, 0, 30_000, { powerInstantW: 310 })
    const { energyJ, energy } = energyOverWindow(rows, ['GPU-a'], { startMs: 5000, endMs: 25_000 })
    expect(energyJ).toBeCloseTo(6200, 6)
    expect(energy).toMatchObject({ source: 'smi-instant-trapezoid', shiftMs: 50 })
    const chosen = energyOverWindow(
      rowsOf(() => 300, 0, 30_000, { powerInstantW: 310 }),
      ['GPU-a'],
      { startMs: 5000, endMs: 25_000 },
      { useInstant: true },
    )
    expect(chosen.energy.source).toBe('smi-instant-trapezoid')
  })
})

describe('against loads whose energy is known', () => {
  it('is within its own error bar, and never a NaN', () => {
    const kind = fc.constantFrom(...traceKinds)
    fc.assert(
      fc.property(kind, fc.integer({ min: 30, max: 90 }), fc.nat(100_000), fc.boolean(), (of, windowS, seed, lossy) => {
        const trace = makeTrace(of, windowS, seed)
        const rows = sampleTrace(trace, { ...adaSensor, dropped: lossy ? 0.05 : 0 }, seed)
        const { energyJ, energy } = energyOverWindow(rows, ['GPU-bench'], {
          startMs: trace.windowStartMs,
          endMs: trace.windowEndMs,
        })
        if (energyJ === null) return
        const error = Math.abs(energyJ - trueEnergyJ(trace))
        expect(error).toBeLessThan(errorBar(energy.errorTermsJ).totalJ)
        expect(error / trueEnergyJ(trace)).toBeLessThan(0.015)
      }),
      { numRuns: 60, seed: 20_261_123 },
    )
  })
})
