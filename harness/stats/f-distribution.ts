import { incompleteBeta } from './student-t.ts'

/**
 * P(F > x) for x >= 0 and an F distribution with `upper` and `lower` degrees: I(d2 / (d2 + d1 x); d2/2, d1/2)
 * (Abramowitz and Stegun 26.6.2).
 */
export const upperF = (x: number, upper: number, lower: number): number =>
  incompleteBeta(lower / (lower + upper * x), lower / 2, upper / 2)
