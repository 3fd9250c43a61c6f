import type { GpuRow } from '../record/rows.ts'
import { implausibleIn, mean, type PowerCeilings, plausibleRows } from './plausible.ts'
import { integrate, longestBridgeMs, type PowerField, type Span } from './power-series.ts'
import { SHIFT_MS } from './shift.ts'

/** Load of one card in the steady window of a trial and while idle: its readings are compared with these. */
export interface CardLoad {
  readonly uuid: string
  /** Share of the window that samples cover, whatever they hold. */
  readonly coverage: number
  /** Mean of `power.draw` in W, of `power.draw.instant` where the driver has no other. */
  readonly meanPowerW: number | null
  /** Mean of `power.draw.instant` in W where `power.draw` is there too. */
  readonly meanInstantW: number | null
  /** Power readings in the window, and those of them that no card can have. */
  readonly readings: number
  readonly dropped: number
  /** The highest of the dropped ones, in W. */
  readonly droppedW: number | null
  /** Lowest idle power in W: outside of all trials, with the GPU idle. */
  readonly restPowerW: number | null
  /** Mean utilisation in the window, in %, and the lowest outside of all trials. */
  readonly utilizationPct: number | null
  readonly restUtilizationPct: number | null
  readonly peakMemoryMiB: number | null
}

/** A GPU counts as idle up to this utilisation: a desktop takes some. */
const IDLE_PCT = 20

/** The rows of a run, the times of its trials, and the highest power of its cards. */
export interface LoadRows {
  readonly gpuRows: readonly GpuRow[]
  readonly trials: readonly Span[]
  readonly ceilings: PowerCeilings
}

/** Load of each serving card in a window. */
export const cardLoads = (rows: LoadRows, servingUuids: readonly string[], window: Span): CardLoad[] =>
  servingUuids.map((uuid) => cardLoad(rows, uuid, window))

function cardLoad({ gpuRows, trials, ceilings }: LoadRows, uuid: string, window: Span): CardLoad {
  const own = gpuRows.filter((row) => row.uuid === uuid)
  const plausible = plausibleRows(own, ceilings)
  const seen = own.filter((row) => isIn(row.timeMs, window))
  const field: PowerField = own.some((row) => row.powerW !== null) ? 'powerW' : 'powerInstantW'
  const rest = plausible.filter((row) => trials.every((trial) => !isIn(row.timeMs, trial)))
  const dropped = implausibleIn(own, { uuid, field, ceilings }, window)
  return {
    uuid,
    coverage: coverageOf(own, window),
    meanPowerW: meanOf(plausible, field, window),
    meanInstantW: field === 'powerW' ? meanOf(plausible, 'powerInstantW', window) : null,
    readings: known(seen, field).length,
    dropped: dropped?.count ?? 0,
    droppedW: dropped?.worstW ?? null,
    restPowerW: least(known(rest.filter(isIdle), field)),
    utilizationPct: mean(known(seen, 'utilizationGpuPct')),
    restUtilizationPct: least(known(rest, 'utilizationGpuPct')),
    peakMemoryMiB: most(known(seen, 'memoryUsedMiB')),
  }
}

const isIn = (timeMs: number, { startMs, endMs }: Span): boolean => timeMs >= startMs && timeMs <= endMs
const isIdle = ({ utilizationGpuPct }: GpuRow): boolean => utilizationGpuPct === null || utilizationGpuPct <= IDLE_PCT
const known = (rows: readonly GpuRow[], key: PowerField | 'utilizationGpuPct' | 'memoryUsedMiB'): number[] =>
  rows.flatMap((row) => row[key] ?? [])
const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values))
const most = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values))

/** Mean of a field over a window, each reading moved back to the middle of the time that it averages. */
const meanOf = (rows: readonly GpuRow[], field: PowerField, window: Span): number | null =>
  mean(
    known(
      rows.filter((row) => isIn(row.timeMs - SHIFT_MS[field], window)),
      field,
    ),
  )

function coverageOf(rows: readonly GpuRow[], window: Span): number {
  const points = rows.map(({ timeMs }) => ({ timeMs, powerW: 0 })).toSorted((a, b) => a.timeMs - b.timeMs)
  const lengthMs = window.endMs - window.startMs
  const { coveredMs } = integrate(points, window, longestBridgeMs(points.filter(({ timeMs }) => isIn(timeMs, window))))
  return lengthMs > 0 ? Math.min(1, coveredMs / lengthMs) : 0
}
