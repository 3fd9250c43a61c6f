import { probit } from 'simple-statistics'
import { robustLevel } from '../stats/robust-level.ts'
import { studentTQuantile } from '../stats/student-t.ts'

/** Weight of the usual spread beside the observed one, in values: the spread of five values says little. */
const USUAL_WEIGHT = 8
/** Values that differ by more than this multiple of the usual spread do not widen a range any further. */
const MOST_SPREAD = 1.5
/** Share of sets of healthy cards in which one of them may be named, over all of their figures. */
export const FALSE_ALARMS = 0.01
/** From this many siblings on, a spread of their own that is larger than the usual one counts, however large it is. */
const MANY_SIBLINGS = 16
/** A median of absolute deviations is worth this share of the degrees of a standard deviation (Rousseeuw and Croux 1993, JASA 88). */
export const ROBUST_EFFICIENCY = 0.37

/** The level of several equal cards or servers, and by how much one more of them differs from it. */
export interface SiblingLevel {
  readonly median: number
  /** Standard deviation of the difference of one more from the median, as a share of it. */
  readonly deviation: number
}

/**
 * Median of the values, one for each sibling, and the standard deviation of a new one's difference from it. Their spread is
 * that of the median absolute deviation, moderated by the usual spread (as in Smyth 2004, Statistical Applications in
 * Genetics and Molecular Biology 3), so that neither one bad sibling among them nor five that agree by chance decide; one
 * sibling has the usual spread. `leastSpread`: the spread is never taken to be smaller. Throws on an empty list.
 */
export function siblingLevel(values: readonly number[], usualSpread: number, leastSpread = 0): SiblingLevel {
  const { median, deviation } = robustLevel(values)
  const seen = median === 0 || deviation === null ? usualSpread : deviation / Math.abs(median)
  const weight = values.length - 1
  const variance = (USUAL_WEIGHT * usualSpread ** 2 + weight * seen ** 2) / (USUAL_WEIGHT + weight)
  const spread = Math.max(leastSpread, Math.min(Math.sqrt(variance), MOST_SPREAD * usualSpread))
  // the variance of a median of n normal values is about pi / 2n of one value
  const ofMedian = Math.min(1, Math.PI / (2 * values.length))
  return { median, deviation: spread * Math.sqrt(1 + ofMedian) }
}

/** A figure of one card against those of the others. */
export interface HeldAgainst {
  /** Median of the others. */
  readonly reference: number
  /** By how much a healthy card may be worse than it, as a share of it. */
  readonly margin: number
}

/**
 * Each of several equal cards against the others (leave one out); of two cards only their difference is known. The margin
 * is that of one test among `tests` (cards x figures), so that in 99 of 100 sets of healthy cards none is named, and the
 * spread is at least the usual one: a few cards that agree by chance do not accuse the next. Many show their own spread, which
 * a few faulty ones among them do not widen. Null for fewer than two values.
 */
export function heldAgainstOthers(values: readonly number[], usualSpread: number, tests: number): HeldAgainst[] | null {
  if (values.length < 2) return null
  const level = 1 - FALSE_ALARMS / Math.max(tests, values.length)
  const width = probit(level)
  return values.map((_, at) => {
    const others = values.toSpliced(at, 1)
    const { median, deviation } = siblingLevel(others, usualSpread, usualSpread)
    return { reference: median, margin: Math.max(width * deviation, ownMargin(others, usualSpread, level)) }
  })
}

/** The margin by the spread of many siblings alone, where that is larger than the usual one; else 0. */
function ownMargin(others: readonly number[], usualSpread: number, level: number): number {
  if (others.length < MANY_SIBLINGS) return 0
  const { median, deviation } = robustLevel(others)
  const spread = (deviation ?? 0) / Math.abs(median)
  if (!(spread > usualSpread) || !Number.isFinite(spread)) return 0
  const degrees = Math.floor(ROBUST_EFFICIENCY * (others.length - 1))
  return studentTQuantile(level, degrees) * spread * Math.sqrt(1 + Math.PI / (2 * others.length))
}
