import { expect, test } from 'vitest'
import type { GpuRow } from '../../record/rows.ts'
import {
  type CardReading,
  type CardTally,
  cardTallySchema,
  emptyTally,
  withReading,
  withRound,
  withRow,
} from './tally.ts'

const row = (over: Partial<GpuRow> = {}): GpuRow => ({
  ...{ timeMs: 0, arrivalMs: 0, uuid: 'GPU-0', powerW: 400, powerInstantW: null, memoryUsedMiB: 1 },
  ...{ utilizationGpuPct: 99, utilizationMemoryPct: 50, smClockMHz: 2500, memClockMHz: 10_000, temperatureC: 70 },
  ...{ pstate: 'P2', eventReasons: '0x0000000000000004' },
  ...over,
})
const rows = (tally: CardTally, ...all: readonly (readonly [sinceS: number, over?: Partial<GpuRow>])[]): CardTally =>
  all.reduce((sum, [sinceS, over]) => withRow(sum, row(over), sinceS), tally)

test('a round counts with the time that its card was busy, and with no more than its length', () => {
  const busy = { ...emptyTally('GPU-0'), loadedS: 700 }
  expect(withRound(busy, 150, 600).soakedS).toBe(550)
  expect(withRound(withRound(busy, 150, 600), 0, 600).soakedS).toBe(1150)
})

test('time, energy and extremes of the load; what is idle or was not watched is no load', () => {
  const tally = rows(
    emptyTally('GPU-0'),
    [0],
    [1, { powerW: 300, temperatureC: 65, smClockMHz: 2600 }],
    [1, { powerW: 450, temperatureC: 80, smClockMHz: 2400 }],
    // the pause between two rounds
    [1, { powerW: 50, utilizationGpuPct: 0, temperatureC: 40, smClockMHz: 210 }],
    // a gap of the sampling
    [60, { powerW: 400 }],
  )
  expect(tally).toMatchObject({ watchedS: 3, loadedS: 2, energyJ: 800, loadEnergyJ: 750, powerMaxW: 450 })
  expect(tally.temperatureC).toEqual({ min: 65, max: 80 })
  expect(tally.smClockMHz).toEqual({ min: 2400, max: 2600 })
  expect(tally.slowS).toEqual({ swPowerCap: 2 })
})

test('reasons for reduced clocks by their time; a slowdown without a break is counted until it ends', () => {
  const hot = { eventReasons: '0x0000000000000048' }
  const tally = rows(emptyTally('GPU-0'), [0, hot], [2, hot], [2, hot])
  expect(tally.slowS).toEqual({ hwSlowdown: 4, hwThermalSlowdown: 4 })
  expect(tally.hotRowS).toBe(4)
  expect(rows(tally, [1]).hotRowS).toBe(0)
  expect(rows(tally, [1, { utilizationGpuPct: 0 }]).hotRowS).toBe(0)
  expect(rows(emptyTally('GPU-0'), [0], [1, { eventReasons: null }])).toMatchObject({ loadedS: 1, reasonsS: 0 })
})

const reading = (over: Partial<CardReading> = {}): CardReading => ({
  ...{ uuid: 'GPU-0', isLoaded: true, corrected: 5, uncorrected: 0, replays: 100 },
  ...{ width: 16, widthMax: 16, generation: 4, generationMax: 4, faults: [] },
  ...over,
})

test('counters of the driver count what came during the soak, over its sessions and over a driver that began anew', () => {
  let tally = withReading(emptyTally('GPU-0'), reading(), true)
  expect(tally.corrected).toEqual({ sum: 0, last: 5 })
  tally = withReading(tally, reading({ corrected: 7, replays: null }), false)
  expect([tally.corrected?.sum, tally.replays]).toEqual([2, { sum: 0, last: 100 }])
  // a new session, after a reboot
  tally = withReading(tally, reading({ corrected: 1 }), true)
  tally = withReading(tally, reading({ corrected: 4 }), false)
  expect(tally.corrected?.sum).toBe(5)
  // the driver was loaded anew within a session
  tally = withReading(tally, reading({ corrected: 3 }), false)
  expect(tally.corrected?.sum).toBe(8)
  const off = withReading(emptyTally('GPU-0'), reading({ corrected: null }), true)
  expect(off.corrected).toBeNull()
})

test('the link counts under load only, and each fault once', () => {
  const idle = reading({ isLoaded: false, generation: 1, faults: ['lost'] })
  const tally = [idle, reading(), idle, reading({ width: 8 })].reduce(
    (sum, each, at) => withReading(sum, each, at === 0),
    emptyTally('GPU-0'),
  )
  expect(tally).toMatchObject({ width: { min: 8, max: 16 }, generation: { min: 4, max: 4 }, faults: ['lost'] })
  expect(cardTallySchema.parse(JSON.parse(JSON.stringify(tally)))).toEqual(tally)
})
