import { FALSE_ALARMS } from '../siblings.ts'

/**
 * The chance of any false alarm in a fleet of healthy boxes is kept to 5 %, over all boxes, scenarios and metrics: the
 * family-wise error rate. Its three families of tests each have a part of it (Bonferroni), and Holm's adjustment holds within
 * the first two. The third is held by the width of the comparison with siblings (siblings.ts).
 */
export const familyLevels = { fleet: 0.025, ownBaseline: 0.015, siblings: FALSE_ALARMS } as const

/** Practical threshold of a fleet: what costs 1 % on every box is worth a word, what costs it on one is not. */
export const SMALLEST_FLEET_EFFECT = 0.01
/** Level of each of the two one-sided tests of equivalence, which are not adjusted: see `compareSuite`. */
export const EQUIVALENCE_LEVEL = 0.05
