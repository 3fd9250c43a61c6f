import type { GpuRow } from '../record/rows.ts'
import type { Span } from './power-series.ts'

/**
 * Highest `memory.used` in a span in MiB, summed over the GPUs at one moment. Rows of one tick arrive one after the
 * other, so each GPU's last value holds until its next. Null if a GPU reported none in the span.
 */
export function peakMemoryMiB(rows: readonly GpuRow[], uuids: readonly string[], span: Span): number | null {
  if (uuids.length === 0) return null
  const latest = new Map<string, number>()
  const inOrder = rows
    .filter((row) => uuids.includes(row.uuid) && row.timeMs >= span.startMs && row.timeMs <= span.endMs)
    .toSorted((a, b) => a.timeMs - b.timeMs)
  let peak: number | null = null
  for (const { uuid, memoryUsedMiB } of inOrder) {
    if (memoryUsedMiB === null) continue
    latest.set(uuid, memoryUsedMiB)
    if (latest.size < uuids.length) continue
    let sum = 0
    for (const used of latest.values()) sum += used
    peak = Math.max(peak ?? 0, sum)
  }
  return peak
}
