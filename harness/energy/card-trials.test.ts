import { describe, expect, it } from 'vitest'
import { missing } from '../record/measured.ts'
import type { CounterRow } from '../record/rows.ts'
import type { GpuTelemetry } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { gpuRow } from '../testing/rows.ts'
import { withCardValues } from './card-trials.ts'

/** 20 s of rest at 50 W, 30 s of load at 400 W as a 1 s mean sees it, 5 s of rest at 60 W. */
const trueW = (atMs: number) => (atMs < 20_000 ? 50 : atMs < 50_000 ? 400 : 60)
const gpuRows = Array.from({ length: 276 }, (_, index) => {
  const timeMs = index * 200
  const means = Array.from({ length: 20 }, (_, step) => trueW(timeMs - 50 - step * 50))
  const powerW = means.reduce((sum, watts) => sum + watts, 0) / means.length
  return gpuRow(timeMs, { powerW, utilizationGpuPct: trueW(timeMs - 200) > 100 ? 99 : 0, pstate: 'P2' })
})
const counterRows: CounterRow[] = Array.from({ length: 56 }, (_, second) => ({
  timeMs: second * 1000,
  uuid: 'GPU-a',
  energyMj: 7e9 + 1000 * (Math.min(second, 20) * 50 + Math.max(0, Math.min(second, 50) - 20) * 400),
}))
const trial = (over: Partial<Trial> = {}) =>
  ({
    kind: 'text',
    index: 0,
    startMs: 20_000,
    endMs: 50_000,
    windowStartMs: 25_000,
    windowEndMs: 45_000,
    outputTokens: 14_000,
    energyJ: 8000,
    energy: { intervalMs: 200 },
    ...over,
  }) as unknown as Trial
const telemetry = (over: Partial<GpuTelemetry> = {}): GpuTelemetry => ({
  sampler: null,
  before: { atMs: 0, health: [], processes: [] },
  after: { atMs: 55_000, health: [], processes: [] },
  counter: { state: 'ok' },
  idle: { startMs: 0, endMs: 20_000, powerW: null, pstates: [] },
  trials: [],
  ...over,
})
const rows = { gpuRows, counterRows, servingUuids: ['GPU-a'] }

describe('withCardValues', () => {
  it('puts counter, active idle, energy above it and the padded cross-check beside the energy of a trial', () => {
    const { idle, trials } = withCardValues(telemetry(), [trial()], rows)
    expect(idle).toEqual({ startMs: 0, endMs: 20_000, powerW: expect.closeTo(50, 0), pstates: ['P2'] })
    expect(trials).toEqual([
      {
        trial: 0,
        window: expect.objectContaining({ trial: 0, samples: 101 }),
        counterEnergyJ: expect.closeTo(8000, 6),
        counterApart: expect.closeTo(0, 6),
        // its readings stand still at 300 W while the utilisation moves
        instantEnergyJ: missing('power samples of GPU-a cover 0.0 % of the window; 95 % is required'),
        instantApart: missing('power samples of GPU-a cover 0.0 % of the window; 95 % is required'),
        netEnergyJ: expect.closeTo(7000, -1),
        netTokensPerJ: expect.closeTo(2, 2),
        paddedEnergyJ: expect.closeTo(12_000, -2),
        paddedApart: expect.closeTo(0, 1),
        quietBeforeW: expect.closeTo(50, 0),
        quietAfterW: expect.closeTo(60, 6),
      },
    ])
  })

  it('gives the same again from what it gave', () => {
    const once = withCardValues(telemetry(), [trial()], rows)
    expect(withCardValues(once, [trial()], rows)).toEqual(once)
  })

  it('gives the reason of each null', () => {
    const unknown = telemetry({
      counter: { state: 'no-koffi', reason: 'koffi is not installed' },
      idle: { startMs: null, endMs: null, powerW: null, pstates: [], reason: 'no idleSeconds' },
    })
    const bare = withCardValues(unknown, [trial()], { ...rows, counterRows: [], gpuRows: gpuRows.slice(100) })
    expect(bare.trials[0]).toMatchObject({
      counterEnergyJ: missing('koffi is not installed'),
      counterApart: missing('koffi is not installed'),
      netEnergyJ: missing('no idleSeconds'),
      netTokensPerJ: missing('no idleSeconds'),
      paddedEnergyJ: { value: null, reason: expect.stringContaining('before the load') },
      paddedApart: { value: null, reason: expect.stringContaining('before the load') },
    })
    const none = missing('no steady window')
    const without = trial({ windowStartMs: none, windowEndMs: none, energyJ: none })
    const [empty] = withCardValues(telemetry(), [without], rows).trials
    const noWindow = missing('the trial has no steady window')
    expect(empty).toMatchObject({
      window: noWindow,
      counterEnergyJ: noWindow,
      counterApart: noWindow,
      netEnergyJ: noWindow,
      netTokensPerJ: noWindow,
    })
  })

  it('never takes the energy of a trial that has none for energy above idle', () => {
    const lost = trial({ energyJ: missing('samples cover 90 %') })
    const [card] = withCardValues(telemetry(), [lost], rows).trials
    const none = missing('samples cover 90 %')
    expect(card).toMatchObject({ netEnergyJ: none, netTokensPerJ: none, counterApart: none })
    expect(card?.counterEnergyJ).toBeCloseTo(8000, 6)
  })

  it('counts a card in use as busy: 6 % of utilisation is not idle, 5 % is', () => {
    const usedAt = (utilizationGpuPct: number) => {
      const used = gpuRows.map((row) => (row.timeMs === 10_000 ? { ...row, utilizationGpuPct } : row))
      return withCardValues(telemetry(), [trial()], { ...rows, gpuRows: used })
    }
    const busy = usedAt(6)
    expect(busy.idle).toMatchObject({ powerW: null, reason: 'GPU-a was at 6 % utilisation: not idle' })
    expect(busy.trials[0]).toMatchObject({ netEnergyJ: { value: null }, netTokensPerJ: { value: null } })
    expect(usedAt(5).idle.powerW).toBeCloseTo(50, 0)
  })

  it('has no energy of a counter that was reset between the edges, although it ended higher than it began', () => {
    // the card counts from 0 again at 30 s: the edges, 3,000 J and 6,000 J, would make it 3,000 J instead of 8,000 J
    const reset = counterRows.map((row) => ({
      ...row,
      energyMj: row.timeMs < 30_000 ? row.energyMj - 7e9 : row.energyMj - 7e9 - 5e6,
    }))
    const valueAt = (timeMs: number) => reset.find((row) => row.timeMs === timeMs)!.energyMj
    expect([valueAt(25_000), valueAt(29_000), valueAt(30_000), valueAt(45_000)]).toEqual([3e6, 4.6e6, 0, 6e6])
    const [card] = withCardValues(telemetry(), [trial()], { ...rows, counterRows: reset }).trials
    const none = missing('the counter of GPU-a was reset during the window')
    expect(card).toMatchObject({ counterEnergyJ: none, counterApart: none })
  })

  it('knows no tokens per joule of a load that drew less than idle', () => {
    // 45 W over 20 s, 5 W below idle
    const [card] = withCardValues(telemetry(), [trial({ energyJ: 900 })], rows).trials
    expect(card?.netEnergyJ).toBeCloseTo(-100, 0)
    expect(card?.netTokensPerJ).toEqual(missing('the energy above idle is not positive'))
  })

  it('takes a sampler that achieved one row a second for slow, and not for absent', () => {
    const slow = { ...rows, gpuRows: gpuRows.filter(({ timeMs }) => timeMs % 1000 === 0) }
    const { idle, trials } = withCardValues(telemetry(), [trial()], slow)
    expect(idle).toMatchObject({ powerW: expect.closeTo(50, 0), pstates: ['P2'] })
    expect(trials[0]?.netEnergyJ).toBeCloseTo(7000, -1)
    expect(trials[0]?.paddedEnergyJ).toBeCloseTo(12_000, -3)
  })
})
