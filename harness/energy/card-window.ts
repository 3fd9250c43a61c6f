import { type EventReason, isReasonActive } from '../catalogue/nvml-event-reasons.ts'
import type { GpuRow } from '../record/rows.ts'
import { percentileSorted } from '../stats/percentiles.ts'
import type { Span } from './power-series.ts'

/** The clock event reasons that gates read. */
const watchedReasons = [
  'swPowerCap',
  'hwSlowdown',
  'swThermalSlowdown',
  'hwThermalSlowdown',
  'hwPowerBrakeSlowdown',
] as const satisfies readonly EventReason[]
export type ReasonName = (typeof watchedReasons)[number]

/** Medians of the first and the last third of a window. */
export interface Drift {
  readonly first: number
  readonly last: number
}

/** State of the serving cards in one window, as gates read it. */
export interface CardWindow {
  readonly trial: number
  readonly samples: number
  /** Share of the samples in which a reason was active, by reason; null if the driver reports no reasons. */
  readonly reasonShares: Readonly<Record<ReasonName, number>> | null
  /** Of the card with the largest drift; null without readings in both thirds. */
  readonly smClockMHz: Drift | null
  readonly temperatureC: Drift | null
  readonly maxTemperatureC: number | null
  /** Median memory clock of the slowest card: it decides decode speed, and differs between editions of one card. */
  readonly memClockMHz: number | null
}

/** Summarises the samples of the serving GPUs in one window. Missing sensors give null. */
export function cardOverWindow(
  rows: readonly GpuRow[],
  servingUuids: readonly string[],
  trial: number,
  window: Span,
): CardWindow {
  const { startMs, endMs } = window
  const inWindow = rows.filter((row) => servingUuids.includes(row.uuid) && row.timeMs >= startMs && row.timeMs <= endMs)
  const thirdMs = (endMs - startMs) / 3
  const driftOf = (pick: (row: GpuRow) => number | null): Drift | null => {
    const drifts = servingUuids.flatMap((uuid) => {
      const ofCard = inWindow.filter((row) => row.uuid === uuid)
      const first = median(ofCard.filter((row) => row.timeMs <= startMs + thirdMs).map(pick))
      const last = median(ofCard.filter((row) => row.timeMs >= endMs - thirdMs).map(pick))
      return first === null || last === null ? [] : [{ first, last }]
    })
    return drifts.toSorted((a, b) => Math.abs(b.last / b.first - 1) - Math.abs(a.last / a.first - 1))[0] ?? null
  }
  const masks = inWindow.map((row) => row.eventReasons).filter((mask) => mask !== null)
  const temperatures = inWindow.map((row) => row.temperatureC).filter((value) => value !== null)
  const memClocks = servingUuids
    .map((uuid) => median(inWindow.filter((row) => row.uuid === uuid).map((row) => row.memClockMHz)))
    .filter((value) => value !== null)
  return {
    trial,
    samples: inWindow.length,
    reasonShares: masks.length === 0 ? null : sharesOf(masks),
    smClockMHz: driftOf((row) => row.smClockMHz),
    temperatureC: driftOf((row) => row.temperatureC),
    maxTemperatureC: temperatures.length === 0 ? null : Math.max(...temperatures),
    memClockMHz: memClocks.length === 0 ? null : Math.min(...memClocks),
  }
}

function sharesOf(masks: readonly string[]): Record<ReasonName, number> {
  const counts = new Map<string, number>()
  for (const mask of masks) counts.set(mask, (counts.get(mask) ?? 0) + 1)
  const shareOf = (reason: ReasonName): number => {
    let count = 0
    for (const [mask, times] of counts) if (isReasonActive(mask, reason)) count += times
    return count / masks.length
  }
  return Object.fromEntries(watchedReasons.map((name) => [name, shareOf(name)])) as Record<ReasonName, number>
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return percentileSorted(
    known.toSorted((a, b) => a - b),
    0.5,
  )
}
