/**
 * Buckets for chunk gaps: logarithmic, half a percent wide, from 1 µs to 1000 s; their size does not grow with the run.
 * A bucket is read back as the mean of its gaps. Its middle would be biased: equal gaps, such as those of a server
 * that paces its tokens, would all be off by the same amount in the same direction.
 */
const WIDTH = Math.sqrt(1.01)
const GROWTH = Math.log(WIDTH)
const LOWEST_MS = 0.001
const BUCKETS = Math.ceil(Math.log(1e9) / GROWTH) + 1

/** Largest relative error of a gap that is read back from its bucket: mean and gap lie in the same bucket. */
export const GAP_ERROR_SHARE = WIDTH - 1

/** Number and sum of the gaps in each bucket. Typed arrays, because workers post them to the main thread. */
export interface GapBuckets {
  readonly counts: Uint32Array
  readonly sumsMs: Float64Array
}

export const emptyGaps = (): GapBuckets => ({ counts: new Uint32Array(BUCKETS), sumsMs: new Float64Array(BUCKETS) })

/** Adds one gap in ms. Gaps under 1 µs share the first bucket, gaps over 1000 s the last one. */
export function addGap({ counts, sumsMs }: GapBuckets, gapMs: number): void {
  const bucket = gapMs > LOWEST_MS ? Math.min(BUCKETS - 1, Math.floor(Math.log(gapMs / LOWEST_MS) / GROWTH)) : 0
  counts[bucket] = (counts[bucket] as number) + 1
  sumsMs[bucket] = (sumsMs[bucket] as number) + gapMs
}

/** The gaps of several workers together. */
export function mergedGaps(parts: readonly GapBuckets[]): GapBuckets {
  const merged = emptyGaps()
  for (const { counts, sumsMs } of parts) {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      merged.counts[bucket] = (merged.counts[bucket] as number) + (counts[bucket] as number)
      merged.sumsMs[bucket] = (merged.sumsMs[bucket] as number) + (sumsMs[bucket] as number)
    }
  }
  return merged
}

/** Mean gap in ms and number of gaps of every bucket that holds any, in rising order. */
export function gapRowsOf({ counts, sumsMs }: GapBuckets): { readonly gapMs: number; readonly count: number }[] {
  return [...counts].flatMap((count, bucket) =>
    count === 0 ? [] : [{ gapMs: (sumsMs[bucket] as number) / count, count }],
  )
}
