import type { GpuRow } from '../record/rows.ts'
import type { PowerField, Span } from './power-series.ts'

/** A sensor may repeat itself for this long before it is doubted. */
const FROZEN_MS = 3000
/** Utilisation jitters by a few points under steady load; a swing of this much is a change of load. */
const MOVING_PCT = 20

/**
 * Stretches in which one GPU gave the very same power for more than 3 s while its utilisation moved: the sensor stood
 * still, not the card. Given on the time of the rows as they came, not moved back.
 */
export function staleSpans(rows: readonly GpuRow[], uuid: string, field: PowerField): Span[] {
  const read = rows.filter((row) => row.uuid === uuid && row[field] !== null).toSorted((a, b) => a.timeMs - b.timeMs)
  const spans: Span[] = []
  for (let from = 0; from < read.length; ) {
    const first = read[from] as GpuRow
    let to = from
    while (read[to + 1]?.[field] === first[field]) to += 1
    const last = read[to] as GpuRow
    if (last.timeMs - first.timeMs > FROZEN_MS && utilizationSwing(read.slice(from, to + 1)) >= MOVING_PCT) {
      spans.push({ startMs: first.timeMs, endMs: last.timeMs })
    }
    from = to + 1
  }
  return spans
}

function utilizationSwing(rows: readonly GpuRow[]): number {
  const seen = rows.map((row) => row.utilizationGpuPct).filter((value) => value !== null)
  return seen.length === 0 ? 0 : Math.max(...seen) - Math.min(...seen)
}
