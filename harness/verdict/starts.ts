import { mean, sampleVariance } from 'simple-statistics'
import { upperF } from '../stats/f-distribution.ts'
import { STARTS_PER_SIDE } from './starts-per-side.ts'

/** The data of one side of a comparison for one metric: trial values by run. A run is one start of the server. */
export type SideValues = readonly (readonly (number | null)[])[]

/** What the starts of one side showed in one scenario: variances of the mean of a run, as squared shares of the mean. */
export interface ObservedStarts {
  /** Measured between the run means. */
  readonly between: number
  /** What the spread of the trials explains of it: s²/n, averaged over the runs. */
  readonly explained: number
  /** Runs - 1. */
  readonly degrees: number
}

/** How much starts of a server differ beyond what their trials explain. */
export interface StartSpread {
  /** Standard deviation of the level of a start, as a share of the mean. */
  readonly share: number
  readonly degrees: number
}

/** A scenario whose starts differ more than those of the others, at this level, is judged by its own starts alone. */
const OWN_SPREAD_LEVEL = 0.05

/** What the starts of a side show; null for fewer than three, or where their trials show no spread of their own. */
export function observedStarts(values: SideValues): ObservedStarts | null {
  const runs = values.map((run) => run.filter((value) => value !== null))
  if (runs.length < STARTS_PER_SIDE || runs.some((run, at) => run.length < values[at]!.length)) return null
  if (runs.some((run) => run.length < 2)) return null
  const means = runs.map((run) => mean(run))
  const centre = mean(means)
  if (!(centre > 0)) return null
  return {
    between: sampleVariance(means) / centre ** 2,
    explained: mean(runs.map((run) => sampleVariance(run) / run.length)) / centre ** 2,
    degrees: runs.length - 1,
  }
}

/**
 * The spread between starts over several scenarios or baselines: measured variance between run means - what their trials
 * explain, weighted by degrees, at least 0 (the one-way analysis of variance by moments: Searle, Casella and McCulloch 1992,
 * "Variance Components", section 3.5). Null without any.
 */
export function pooledSpread(observed: readonly ObservedStarts[]): StartSpread | null {
  const degrees = observed.reduce((sum, each) => sum + each.degrees, 0)
  if (degrees === 0) return null
  const beyond = observed.reduce((sum, each) => sum + each.degrees * (each.between - each.explained), 0) / degrees
  return { share: Math.sqrt(Math.max(0, beyond)), degrees }
}

/**
 * Variance of one run mean of a scenario, as a squared share, with its degrees: what its trials explain, and the spread
 * between starts over this and the `others` (further scenarios of the same starts, earlier baselines). Three starts alone
 * have two degrees; the scenarios of a suite together have more. A scenario whose starts differ significantly more than the
 * others' (F test) is judged by its own (pooling after a test: Bancroft 1944, Annals of Mathematical Statistics 15).
 */
export function varianceOfStart(
  own: ObservedStarts,
  others: readonly ObservedStarts[],
): { readonly variance: number; readonly degrees: number } {
  const alone = { variance: own.between, degrees: own.degrees }
  const elsewhere = pooledSpread(others)
  if (elsewhere === null) return alone
  const expected = elsewhere.share ** 2 + own.explained
  if (expected === 0) return alone
  if (upperF(own.between / expected, own.degrees, elsewhere.degrees) < OWN_SPREAD_LEVEL) return alone
  const all = pooledSpread([own, ...others])!
  return { variance: all.share ** 2 + own.explained, degrees: all.degrees }
}
