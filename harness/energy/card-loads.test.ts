import { describe, expect, it } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { gpuRow } from '../testing/rows.ts'
import { cardLoads } from './card-loads.ts'
import { powerCeilings } from './plausible.ts'

/** At rest, 20 s of load from 10 s on, and at rest again. */
const rows = (over: (timeMs: number) => Partial<GpuRow> = () => ({}), uuid = 'GPU-a'): GpuRow[] =>
  Array.from({ length: 201 }, (_, index) => {
    const timeMs = index * 200
    const isBusy = timeMs >= 10_000 && timeMs <= 30_000
    const state = isBusy
      ? { powerW: 300, powerInstantW: 310, utilizationGpuPct: 98 }
      : { powerW: 60, powerInstantW: 55, utilizationGpuPct: 0 }
    return gpuRow(timeMs, { uuid, memoryUsedMiB: 20_000, ...state, ...over(timeMs) })
  })
const trials = [{ startMs: 10_000, endMs: 30_000 }]
const window = { startMs: 12_000, endMs: 28_000 }
const ceilings = powerCeilings([{ uuid: 'GPU-a', powerCeilingW: 750 }])
const loadOf = (gpuRows: readonly GpuRow[]) => cardLoads({ gpuRows, trials, ceilings }, ['GPU-a'], window)[0]!

describe('the load of a card', () => {
  it('is its means in the window, and its lowest values outside of the trials', () => {
    expect(loadOf(rows())).toEqual({
      uuid: 'GPU-a',
      coverage: 1,
      meanPowerW: 300,
      meanInstantW: 310,
      readings: 81,
      dropped: 0,
      droppedW: null,
      restPowerW: 60,
      utilizationPct: 98,
      restUtilizationPct: 0,
      peakMemoryMiB: 20_000,
    })
  })

  it('leaves the samples out that no card can have, and counts them', () => {
    const odd = rows((timeMs) => (timeMs === 20_000 ? { powerW: 4_294_967 } : timeMs === 2000 ? { powerW: 0 } : {}))
    expect(loadOf(odd)).toMatchObject({
      meanPowerW: 300,
      readings: 81,
      dropped: 1,
      droppedW: 4_294_967,
      restPowerW: 60,
    })
  })

  it('takes the lowest power at rest: readings lag behind the load', () => {
    expect(loadOf(rows((timeMs) => (timeMs > 30_000 && timeMs < 31_500 ? { powerW: 250 } : {}))).restPowerW).toBe(60)
  })

  it.each([
    ['up to 20 % utilisation', 20, 60],
    ['not above', 21, null],
    ['where utilisation is not reported', null, 60],
  ])('takes a card to be at rest %s', (_, utilizationGpuPct, restPowerW) => {
    expect(loadOf(rows(() => ({ utilizationGpuPct }))).restPowerW).toBe(restPowerW)
  })

  it('knows no rest where the card works all the time, and says how much', () => {
    expect(loadOf(rows(() => ({ utilizationGpuPct: 97 })))).toMatchObject({ restPowerW: null, restUtilizationPct: 97 })
    expect(loadOf(rows().filter(({ timeMs }) => timeMs >= 10_000 && timeMs <= 30_000))).toMatchObject({
      restPowerW: null,
      restUtilizationPct: null,
    })
  })

  it('moves each reading back to the middle of the time that it averages', () => {
    const steps = rows((timeMs) => ({
      powerW: timeMs < 20_500 ? 100 : 300,
      powerInstantW: timeMs < 20_100 ? 100 : 300,
    }))
    const first = cardLoads({ gpuRows: steps, trials, ceilings }, ['GPU-a'], { startMs: 19_000, endMs: 20_000 })
    expect(first).toMatchObject([{ meanPowerW: 100, meanInstantW: 100 }])
    const second = cardLoads({ gpuRows: steps, trials, ceilings }, ['GPU-a'], { startMs: 20_050, endMs: 21_000 })
    expect(second).toMatchObject([{ meanPowerW: 300, meanInstantW: 300 }])
  })

  it('is by power.draw.instant where there is no other', () => {
    expect(loadOf(rows(() => ({ powerW: null })))).toMatchObject({
      meanPowerW: 310,
      meanInstantW: null,
      restPowerW: 55,
    })
  })

  it('is not known where nothing is reported', () => {
    const bare = rows(() => ({ powerW: null, powerInstantW: null, utilizationGpuPct: null, memoryUsedMiB: null }))
    expect(loadOf(bare)).toMatchObject({
      coverage: 1,
      readings: 0,
      meanPowerW: null,
      restPowerW: null,
      utilizationPct: null,
      restUtilizationPct: null,
      peakMemoryMiB: null,
    })
    expect(loadOf([])).toMatchObject({ coverage: 0, meanPowerW: null })
  })

  it('covers what the samples cover, whatever they hold', () => {
    const lost = rows(() => ({ powerW: null })).filter(({ timeMs }) => timeMs < 14_000 || timeMs > 18_000)
    expect(loadOf(lost).coverage).toBeCloseTo(1 - 4400 / 16_000, 2)
  })

  it('is that of each card, in the order of the record', () => {
    const two = [...rows(), ...rows(() => ({ memoryUsedMiB: 300 }), 'GPU-b')]
    const found = cardLoads({ gpuRows: two, trials, ceilings }, ['GPU-b', 'GPU-a'], window)
    expect(found.map(({ uuid, peakMemoryMiB }) => [uuid, peakMemoryMiB])).toEqual([
      ['GPU-b', 300],
      ['GPU-a', 20_000],
    ])
  })
})
