import { isKnown } from '../record/measured.ts'
import type { GpuRow } from '../record/rows.ts'
import type { RunSetting } from '../record/schema/setting.ts'
import type { Trial } from '../record/schema/trial.ts'
import { percentileSorted } from '../stats/percentiles.ts'

/** The samples of a run, its serving GPUs, and the times of its steady windows. */
export interface ClockRows {
  readonly gpuRows: readonly GpuRow[]
  readonly servingUuids: readonly string[]
  readonly trials: readonly Pick<Trial, 'windowStartMs' | 'windowEndMs'>[]
}

/**
 * The setting of a run with the SM clock in MHz that its cards ran at under load: the median over its steady windows, of the slowest
 * serving card. A driver takes the nearest clock that the card has, and power or heat may hold it lower. Null with a reason. A
 * setting without a locked clock, or of a record from before `locked` was kept, is returned as it is.
 */
export function withReadClock(setting: RunSetting, rows: ClockRows): RunSetting {
  const { smClockMHz } = setting
  if (smClockMHz?.locked === undefined) return setting
  const { asked, locked } = smClockMHz
  const medians = rows.servingUuids.map((uuid) => medianClock(uuid, rows)).filter((mhz) => mhz !== null)
  const read = medians.length === 0 ? null : Math.min(...medians)
  const reason = read === null ? { reason: 'no sample of the SM clock in a steady window' } : {}
  return { ...setting, smClockMHz: { asked, locked, read, ...reason } }
}

function medianClock(uuid: string, { gpuRows, trials }: ClockRows): number | null {
  const isInWindow = (timeMs: number) =>
    trials.some(
      ({ windowStartMs, windowEndMs }) =>
        isKnown(windowStartMs) && isKnown(windowEndMs) && timeMs >= windowStartMs && timeMs <= windowEndMs,
    )
  const clocks = gpuRows.flatMap((row) => (row.uuid === uuid && isInWindow(row.timeMs) ? [row.smClockMHz ?? 0] : []))
  const known = clocks.filter((mhz) => mhz > 0)
  return percentileSorted(
    known.toSorted((a, b) => a - b),
    0.5,
  )
}
