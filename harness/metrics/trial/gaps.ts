import { GAP_ERROR_SHARE } from '../../record/gap-buckets.ts'
import { type Measured, missing } from '../../record/measured.ts'
import type { GapRow } from '../../record/rows.ts'
import type { TextTrial } from '../../record/schema/trial.ts'
import { MIN_SAMPLES_FOR_P95, MIN_SAMPLES_FOR_P99 } from '../../stats/percentiles.ts'

/**
 * Percentiles of the gaps between successive content events (vLLM's ITL), pooled over the successful requests of a
 * trial. They come from narrow buckets (gap-buckets.ts), so they are off by at most `errorShare`; nearest rank,
 * because values within a bucket are not known. `rows` in rising order of gap.
 */
export function gapPercentiles(rows: readonly GapRow[]): TextTrial['chunkGapMs'] {
  const n = rows.reduce((sum, row) => sum + row.count, 0)
  const none = missing('no successful request had two content events')
  const at = (share: number): Measured => {
    let passed = 0
    for (const row of rows) {
      passed += row.count
      if (passed >= share * n && passed > 0) return row.gapMs
    }
    return none
  }
  const withAtLeast = (needs: number, name: string, share: number): Measured =>
    n === 0 || n >= needs ? at(share) : missing(`${n} gaps; a ${name} needs ${needs}`)
  return {
    p50: at(0.5),
    p90: at(0.9),
    p95: withAtLeast(MIN_SAMPLES_FOR_P95, 'p95', 0.95),
    p99: withAtLeast(MIN_SAMPLES_FOR_P99, 'p99', 0.99),
    max: rows.findLast((row) => row.count > 0)?.gapMs ?? none,
    n,
    errorShare: GAP_ERROR_SHARE,
  }
}
