import { describe, expect, test } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { makeSetting } from '../testing/setting-builder.ts'
import { withReadClock } from './locked-clock.ts'

const setting = makeSetting({ smClockMHz: { asked: 1501, locked: 1501, read: null, reason: 'not read yet' } })
const trials = [{ windowStartMs: 10_000, windowEndMs: 20_000 }]
/** Idle clocks outside of the window, `mhz` inside it. */
const rowsOf = (uuid: string, mhz: number | null) =>
  Array.from({ length: 151 }, (_, index) => {
    const timeMs = index * 200
    return gpuRow(timeMs, { uuid, smClockMHz: timeMs >= 10_000 && timeMs <= 20_000 ? mhz : 210 })
  })

describe('the clock that a locked card ran at', () => {
  test('is the median under load, not that of the card at rest, and not the one that was asked for', () => {
    const read = withReadClock(setting, { gpuRows: rowsOf('GPU-a', 1485), servingUuids: ['GPU-a'], trials })
    expect(read.smClockMHz).toEqual({ asked: 1501, locked: 1501, read: 1485 })
  })

  test('is that of the slowest serving card', () => {
    const gpuRows = [...rowsOf('GPU-a', 1485), ...rowsOf('GPU-b', 1410), ...rowsOf('GPU-c', 900)]
    const read = withReadClock(setting, { gpuRows, servingUuids: ['GPU-a', 'GPU-b'], trials })
    expect(read.smClockMHz?.read).toBe(1410)
  })

  test('is unknown with a reason where the driver reports none, or no window is there', () => {
    const unknown = { asked: 1501, locked: 1501, read: null, reason: 'no sample of the SM clock in a steady window' }
    const rows = { gpuRows: rowsOf('GPU-a', null), servingUuids: ['GPU-a'], trials }
    expect(withReadClock(setting, rows).smClockMHz).toEqual(unknown)
    expect(withReadClock(setting, { ...rows, gpuRows: rowsOf('GPU-a', 1485), trials: [] }).smClockMHz).toEqual(unknown)
  })

  test('is not added to what has no lock, nor to an older record', () => {
    const rows = { gpuRows: rowsOf('GPU-a', 1485), servingUuids: ['GPU-a'], trials }
    const older = makeSetting({ smClockMHz: { asked: 1501, read: null, reason: 'clocks under load are in gpu.csv' } })
    for (const each of [makeSetting(), older]) expect(withReadClock(each, rows)).toBe(each)
  })
})
