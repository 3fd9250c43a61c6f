import { GAP_ERROR_SHARE } from '../record/gap-buckets.ts'
import type { GapRow } from '../record/rows.ts'
import type { Trial } from '../record/schema/trial.ts'
import { MIN_SAMPLES_FOR_P99 } from '../stats/percentiles.ts'

/**
 * Percentiles of the gaps between successive content events (vLLM's ITL), pooled over the successful requests of a
 * trial. They come from 1 % buckets, so they are off by at most `errorShare`; nearest rank, because a bucket has no
 * inside to interpolate in. `rows` in rising order of gap.
 */
export function gapFigures(rows: readonly GapRow[]): Trial['chunkGapMs'] {
  const n = rows.reduce((sum, row) => sum + row.count, 0)
  const at = (share: number): number | null => {
    let passed = 0
    for (const row of rows) {
      passed += row.count
      if (passed >= share * n && passed > 0) return row.gapMs
    }
    return null
  }
  return {
    p50: at(0.5),
    p90: at(0.9),
    p99: n < MIN_SAMPLES_FOR_P99 ? null : at(0.99),
    max: rows.findLast((row) => row.count > 0)?.gapMs ?? null,
    n,
    errorShare: GAP_ERROR_SHARE,
  }
}
