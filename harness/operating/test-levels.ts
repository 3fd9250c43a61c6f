import { FIXED_QUANTILE } from '../metrics/result.ts'
import { SEQUENTIAL_QUANTILE } from '../metrics/stopping.ts'

/** Blocks after which a tuning is first looked at: fewer say little about the spread from block to block. */
export const FEWEST_BLOCKS = 3

/** The level of every test of a tuning, and the confidence of its intervals. */
export interface TestLevels {
  /** Chance of an error of one family of tests, over all looks at most 5 %: what each look is allowed. */
  readonly level: number
  /** Of two-sided intervals, so that they cover in 95 of 100 tunings. */
  readonly confidence: number
}

/**
 * Levels for a tuning of so many planned blocks. One with more than `FEWEST_BLOCKS` is looked at after each further block and
 * ends when it is decided, which favours values that happen to agree: then each look has the level of 2 % that
 * harness/metrics/stopping.ts gives interim looks, which is that of four or five looks at 5 % in all (Pocock 1977, "Group sequential
 * methods in the design and analysis of clinical trials", Biometrika 64, table 1: 1.82 and 1.58 %). `npm run bench:tune` prints the
 * rates of errors that are left.
 */
export function testLevels(plannedBlocks: number): TestLevels {
  const quantile = plannedBlocks > FEWEST_BLOCKS ? SEQUENTIAL_QUANTILE : FIXED_QUANTILE
  return { level: 2 * (1 - quantile), confidence: 2 * quantile - 1 }
}
