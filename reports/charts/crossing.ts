import { breakEvenUtilisation, type CostSide } from '../../harness/metrics/cost.ts'
import type { Interval } from '../tables/table.ts'

/** A card's side of a crossing, with the interval of its throughput; null where one trial gave none. */
export interface CrossingSide extends CostSide {
  readonly ci95: Interval | null
}

/** The utilisation at which two cards cost the same per token, as a share of the year, with its interval. */
export interface Crossing {
  /** At the measured throughputs; null where there is no crossing in 0 to 1. */
  readonly share: number | null
  readonly interval: Interval | null
  /** Why there is no interval; null where there is one. */
  readonly why: string | null
}

/**
 * The crossing of two cards. Its interval is that of the ratio of the throughputs at its two ends: one card at the low
 * end of its interval and the other at the high end.
 */
export function crossingOf(a: CrossingSide, b: CrossingSide): Crossing {
  const share = breakEvenUtilisation(a, b)
  if (a.ci95 === null && b.ci95 === null)
    return { share, interval: null, why: 'no throughput has a confidence interval' }
  const [aLow, aHigh] = a.ci95 ?? [a.outputTokensPerS, a.outputTokensPerS]
  const [bLow, bHigh] = b.ci95 ?? [b.outputTokensPerS, b.outputTokensPerS]
  const meet = (aTokens: number, bTokens: number) =>
    aTokens > 0 && bTokens > 0
      ? breakEvenUtilisation({ ...a, outputTokensPerS: aTokens }, { ...b, outputTokensPerS: bTokens })
      : null
  const ends = [meet(aLow, bHigh), meet(aHigh, bLow)].filter((end) => end !== null).sort((x, y) => x - y)
  const [low, high] = [ends[0], ends[1]]
  if (share === null) {
    const why =
      low === undefined
        ? 'nor at any throughput within the intervals'
        : `possible within the throughput intervals, at ${percentOf(low)} %`
    return { share, interval: null, why }
  }
  // Ends that do not enclose the crossing have a pole between them: part of the interval has no crossing.
  if (low === undefined || high === undefined || share < low || share > high) {
    return { share, interval: null, why: 'interval open: no crossing at one end of the throughput intervals' }
  }
  return { share, interval: [low, high], why: null }
}

/** A crossing in words, to follow the names of the cards. */
export function crossingText({ share, interval, why }: Crossing): string {
  if (share === null) return `do not cost the same per token at any utilisation (${why})`
  const spread = interval === null ? why : `${percentOf(interval[0])} to ${percentOf(interval[1])} %`
  return `cost the same per token at ${percentOf(share)} % utilisation (${spread})`
}

/** A share as a percentage with one digit at most. */
export const percentOf = (share: number): number => Number((share * 100).toFixed(1))
