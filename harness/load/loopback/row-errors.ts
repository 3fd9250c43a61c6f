import type { GapBuckets } from '../../record/gap-buckets.ts'
import { gapRowsOf } from '../../record/gap-buckets.ts'
import type { RequestRow } from '../../record/rows.ts'
import { percentileSorted } from '../../stats/percentiles.ts'
import type { Spread } from './stamp-errors.ts'

/** Errors of a load engine against the exact server, in the values that it reports. Times in ms. */
export interface RowErrors {
  /** Requests that both sides timed. */
  readonly requests: number
  /** Of each request: reported TTFT against the server's own, without sign. */
  readonly ttftErrorMs: Spread
  /** Reported percentiles of the chunk gaps against the true ones, without sign. */
  readonly gapErrorMs: Spread
  readonly ttftMs: { readonly reported: Quantiles; readonly true: Quantiles }
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

/**
 * Compares the rows and gaps of a load engine with the stamps of a server that numbered its answers (`numbered` in
 * ExactOptions). `chunks` is the width of the stamps. Null if no request was timed by both.
 */
export function compareRows(
  seen: { readonly rows: readonly RequestRow[]; readonly gaps: GapBuckets },
  server: Float64Array,
  chunks: number,
): RowErrors | null {
  const width = chunks + 2
  const byId = new Map<number, number>()
  for (let at = 0; at < server.length; at += width) byId.set(server[at] as number, at)
  const reported: number[] = []
  const truths: number[] = []
  const trueGaps: number[] = []
  for (const { cachedTokens, dispatchedMs, firstTokenMs } of seen.rows) {
    const at = cachedTokens === null ? undefined : byId.get(cachedTokens)
    if (at === undefined || dispatchedMs === null || firstTokenMs === null) continue
    reported.push(firstTokenMs - dispatchedMs)
    truths.push((server[at + 2] as number) - (server[at + 1] as number))
    for (let index = at + 3; index < at + width; index += 1) {
      const gapMs = (server[index] as number) - (server[index - 1] as number)
      if (!Number.isNaN(gapMs)) trueGaps.push(gapMs)
    }
  }
  if (reported.length === 0) return null
  const ttftErrors = reported.map((ms, index) => Math.abs(ms - (truths[index] as number)))
  const seenGaps = gapRowsOf(seen.gaps)
  const gaps = Float64Array.from(trueGaps).sort()
  const gapError = (share: number): number =>
    gaps.length === 0 ? 0 : Math.abs(gapAt(seenGaps, share) - at(gaps, share))
  return {
    requests: reported.length,
    ttftErrorMs: { ...quantilesOf(ttftErrors), max: Math.max(...ttftErrors) },
    gapErrorMs: { p50: gapError(0.5), p99: gapError(0.99), max: gapError(1) },
    ttftMs: { reported: quantilesOf(reported), true: quantilesOf(truths) },
  }
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) }
}

const at = (sorted: Float64Array, share: number): number => percentileSorted(sorted, share) ?? Number.NaN

/** Nearest rank, as the record reports gaps. */
function gapAt(rows: readonly { readonly gapMs: number; readonly count: number }[], share: number): number {
  const rank = share * rows.reduce((sum, row) => sum + row.count, 0)
  let passed = 0
  for (const { gapMs, count } of rows) {
    passed += count
    if (passed >= rank) return gapMs
  }
  return Number.NaN
}
