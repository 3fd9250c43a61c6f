import type { WallRow } from '../../record/rows.ts'
import type { CounterValue } from '../counter.ts'
import type { PowerPoint } from '../power-series.ts'

/** More than any socket draws, in W: a counter that would need it has been reset, not wrapped. */
const MOST_W = 5000

/**
 * The values of an energy counter in µJ that begins again at 0 after `rangeUj`, as a counter that never does; null where the rows hold
 * no counter. A value that fell for another reason stays lower, so that the energy over it is refused as that of a counter that was
 * reset.
 */
export function unwrapped(rows: readonly WallRow[], rangeUj: number | null): CounterValue[] | null {
  const read = rows.flatMap(({ timeMs, energyUj }) => (energyUj === null ? [] : [{ timeMs, value: energyUj }]))
  if (read.length === 0) return null
  const inTime = read.toSorted((a, b) => a.timeMs - b.timeMs)
  let added = 0
  return inTime.map((reading, index) => {
    const before = inTime[index - 1]
    if (before && reading.value < before.value && rangeUj !== null) {
      const seconds = (reading.timeMs - before.timeMs) / 1000
      const increase = rangeUj - before.value + reading.value
      if (increase >= 0 && increase <= MOST_W * 1e6 * seconds) added += rangeUj
    }
    return { timeMs: reading.timeMs, value: reading.value + added }
  })
}

/** Mean power between successive readings of a counter in µJ, at the middle of each interval. */
export const counterPower = (counter: readonly CounterValue[]): PowerPoint[] =>
  counter.slice(1).flatMap(({ timeMs, value }, index) => {
    const from = counter[index] as CounterValue
    const spanMs = timeMs - from.timeMs
    if (spanMs <= 0 || value < from.value) return []
    return [{ timeMs: from.timeMs + spanMs / 2, powerW: (value - from.value) / 1000 / spanMs }]
  })
