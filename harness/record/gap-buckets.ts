/**
 * Buckets for chunk gaps: logarithmic, 1 % wide, from 1 µs to 1000 s. A value read back from its bucket is the
 * bucket's geometric middle, off by at most 0.5 %; the size does not grow with the run.
 */
const GROWTH = Math.log(1.01)
const LOWEST_MS = 0.001
export const GAP_BUCKETS = Math.ceil(Math.log(1e9) / GROWTH) + 1

/** Largest relative error of a gap that is read back from its bucket. */
export const GAP_ERROR_SHARE = Math.sqrt(1.01) - 1

/** The bucket of a gap in ms. Gaps under 1 µs share the first one. */
export function gapBucket(gapMs: number): number {
  if (!(gapMs > LOWEST_MS)) return 0
  return Math.min(GAP_BUCKETS - 1, Math.floor(Math.log(gapMs / LOWEST_MS) / GROWTH))
}

/** The gap in ms that a bucket represents. */
export const gapOfBucket = (bucket: number): number => LOWEST_MS * Math.exp((bucket + 0.5) * GROWTH)
