import { describe, expect, test } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { gpuRow } from '../testing/rows.ts'
import { energyOverWindow } from './window-energy.ts'

/** A sample every 200 ms over 130 s; `over` by the time of the sample. */
const rowsOf = (over: (timeMs: number) => Partial<GpuRow> = () => ({}), uuid = 'GPU-a'): GpuRow[] =>
  Array.from({ length: 651 }, (_, index) => gpuRow(index * 200, { powerW: 300, uuid, ...over(index * 200) }))
const without = (rows: readonly GpuRow[], fromMs: number, toMs: number) =>
  rows.filter(({ timeMs }) => timeMs <= fromMs || timeMs >= toMs)
/** A window of 100 s, so that a second is 1 %. */
const over = (rows: readonly GpuRow[], uuids: readonly string[] = ['GPU-a']) =>
  energyOverWindow(rows, uuids, { startMs: 10_000, endMs: 110_000 })

describe('coverage of a window', () => {
  test('95 % is enough, and 94.8 % is not', () => {
    expect(over(without(rowsOf(), 20_000, 25_000))).toMatchObject({
      energyJ: expect.closeTo(30_000, 6),
      energy: { coverage: 0.95 },
    })
    expect(over(without(rowsOf(), 20_000, 25_200))).toMatchObject({ energyJ: null, energy: { coverage: 0.948 } })
  })

  test('under 99 % is a finding, and 99 % is none', () => {
    expect(over(without(rowsOf(), 20_000, 21_000)).energy).toMatchObject({ coverage: 0.99, findings: [] })
    expect(over(without(rowsOf(), 20_000, 21_200)).energy).toMatchObject({
      coverage: 0.988,
      findings: ['GPU-a: 1.2 s of the window without power samples, charged at the mean power of the rest'],
    })
  })

  test('is that of the GPU with the lowest coverage', () => {
    const rows = [...rowsOf(), ...without(rowsOf(undefined, 'GPU-b'), 20_000, 26_000)]
    expect(over(rows, ['GPU-a', 'GPU-b'])).toMatchObject({
      energyJ: null,
      reason: 'power samples of GPU-b cover 94.0 % of the window; 95 % is required',
      energy: { coverage: 0.94 },
    })
  })

  test('bridges 3 intervals and their jitter, 3.5 intervals in all', () => {
    // samples of 20.2 and 20.4 s are lost, and that of 20.6 s comes late
    const late = (byMs: number) =>
      over(
        without(rowsOf(), 20_000, 20_600).map((row) =>
          row.timeMs === 20_600 ? { ...row, timeMs: 20_600 + byMs } : row,
        ),
      )
    expect(late(90).energy.coverage).toBe(1)
    expect(late(110).energy.coverage).toBeCloseTo(1 - 0.0071, 9)
  })
})

describe('a sensor whose value does not change while utilisation does', () => {
  /** Power that never repeats but from 20 s on for `frozenMs`, while utilisation swings between 50 % and 50 % + `swing`. */
  const frozen = (frozenMs: number, swing: number) =>
    rowsOf((timeMs) => ({
      powerW: timeMs >= 20_000 && timeMs <= 20_000 + frozenMs ? 300 : 300 + timeMs / 1e6,
      utilizationGpuPct: timeMs % 400 === 0 ? 50 : 50 + swing,
    }))

  test('may do so for 3 s', () => {
    expect(over(frozen(3000, 40)).energy).toMatchObject({ coverage: 1, findings: [] })
    expect(over(frozen(3200, 40)).energy).toMatchObject({ coverage: 0.968 })
  })

  test('is doubted from a swing of 20 points on', () => {
    expect(over(frozen(4000, 19)).energy).toMatchObject({ coverage: 1, findings: [] })
    expect(over(frozen(4000, 20)).energy).toMatchObject({ coverage: 0.96 })
  })

  test('is one card, whatever the others read', () => {
    const other = rowsOf((timeMs) => ({ powerW: 100 + timeMs / 1e6 }), 'GPU-b')
    const { energy } = over([...frozen(4000, 40), ...other], ['GPU-a', 'GPU-b'])
    expect(energy.coverage).toBe(0.96)
    expect(energy.findings[0]).toBe('GPU-a: power did not change for 4.0 s while utilisation changed (stale sensor)')
  })
})

describe('power of a window', () => {
  test('its 99th percentile lies below its peak', () => {
    // 501 readings, 0 to 500 W: the 99th percentile is the 495th step
    const ramp = rowsOf((timeMs) => ({ powerW: (timeMs - 500 - 10_100) / 200 }))
    expect(energyOverWindow(ramp, ['GPU-a'], { startMs: 10_000, endMs: 110_200 })).toMatchObject({
      p99PowerW: expect.closeTo(495, 9),
      peakPowerW: expect.closeTo(500, 9),
    })
  })

  test('is a sum over the GPUs', () => {
    const rows = [...rowsOf(), ...rowsOf(() => ({ powerW: 120 }), 'GPU-b')]
    expect(over(rows, ['GPU-a', 'GPU-b'])).toMatchObject({ meanPowerW: 420, p99PowerW: 420, peakPowerW: 420 })
  })
})
