import type { ActivityLog } from './activity-log.ts'

/** Update period of the board's sensor. */
const UPDATE_MS = 100
/** `power.draw` is the mean of the second before the last update (Ada and later). */
const AVERAGE_WINDOW_MS = 1000
const INSTANT_WINDOW_MS = 100
/** Utilisation is averaged over a part of a second. */
const UTILIZATION_WINDOW_MS = 500

/** Readings of the board's sensors. */
export interface SensorReading {
  readonly drawW: number
  readonly instantW: number
  readonly gpuPct: number
  readonly memoryPct: number
  readonly cappedPct: number
}

/** The readings of the sensor at `nowMs`, from its last update on the grid that starts at `phaseMs`. */
export function readSensor(log: ActivityLog, nowMs: number, phaseMs: number): SensorReading {
  const updatedMs = Math.floor((nowMs - phaseMs) / UPDATE_MS) * UPDATE_MS + phaseMs
  const recent = log.between(updatedMs - UTILIZATION_WINDOW_MS, updatedMs)
  const percent = (partMs: number): number =>
    Math.min(100, Math.max(0, Math.round((partMs / UTILIZATION_WINDOW_MS) * 100)))
  return {
    drawW: log.meanPowerW(updatedMs - AVERAGE_WINDOW_MS, updatedMs),
    instantW: log.meanPowerW(updatedMs - INSTANT_WINDOW_MS, updatedMs),
    gpuPct: percent(recent.busyMs),
    memoryPct: percent(recent.memoryMs),
    cappedPct: percent(recent.cappedMs),
  }
}
