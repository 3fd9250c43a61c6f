import { integrate, powerSeries } from '../energy/power-series.ts'
import type { GpuRow } from '../record/rows.ts'
import type { Trace } from '../testing/energy-trace.ts'

/** Other methods to compute energy from power readings, each on the same rows of one GPU. */
export type Method = (rows: readonly GpuRow[], trace: Trace) => number

/** Mean of the readings stamped inside the window, times its length: `nvidia-smi -l` and a spreadsheet. */
export const meanTimesTime: Method = (rows, { windowStartMs, windowEndMs }) => {
  const inside = rows.filter((row) => row.timeMs >= windowStartMs && row.timeMs <= windowEndMs)
  const sum = inside.reduce((total, row) => total + (row.powerW ?? 0), 0)
  return (sum / inside.length) * ((windowEndMs - windowStartMs) / 1000)
}

/** Each reading held until the next one, from the first reading inside the window to its end. */
export const leftHold: Method = (rows, { windowStartMs, windowEndMs }) => {
  const inside = rows.filter((row) => row.timeMs >= windowStartMs && row.timeMs <= windowEndMs)
  return inside.reduce((total, row, index) => {
    const untilMs = inside[index + 1]?.timeMs ?? windowEndMs
    return total + (row.powerW ?? 0) * ((untilMs - row.timeMs) / 1000)
  }, 0)
}

/** Trapezoid over the readings as stamped, interpolated at the window's edges. */
export const unshiftedTrapezoid: Method = (rows, { windowStartMs, windowEndMs }) =>
  integrate(
    powerSeries(rows, rows[0]?.uuid ?? '', 'powerW', 0),
    { startMs: windowStartMs, endMs: windowEndMs },
    Number.POSITIVE_INFINITY,
  ).energyJ

export const otherMethods: Readonly<Record<string, Method>> = {
  'mean W x time': meanTimesTime,
  'left-hold sum': leftHold,
  'unshifted trapezoid': unshiftedTrapezoid,
}
