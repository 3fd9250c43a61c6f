import { comparedMetric, type MetricKey } from '../../metrics/catalogue.ts'
import { studentTCdf, studentTQuantile } from '../../stats/student-t.ts'
import { contrast, type Estimate } from '../../stats/welch.ts'
import type { WithInterval } from '../verdict.ts'
import type { MetricVerdict } from '../verdict-words.ts'
import { EQUIVALENCE_LEVEL } from './levels.ts'
import type { Basis } from './unit-change.ts'

/** A change on the scale of logarithms with its standard error, and whole degrees of freedom. */
export interface LogChange {
  readonly value: number
  readonly standardError: number
  readonly degrees: number
}

const nothing: Estimate = { mean: 0, parts: [] }

/** Degrees are rounded down, which errs towards caution. */
export function logChange(estimate: Estimate): LogChange {
  const { difference, standardError, degrees } = contrast(estimate, nothing)
  return { value: difference, standardError, degrees: Math.max(1, Math.floor(degrees)) }
}

const above = ({ value, standardError, degrees }: LogChange, threshold: number): number => {
  if (standardError === 0) return value > threshold ? 0 : 1
  return 1 - studentTCdf((value - threshold) / standardError, degrees)
}

/** p of no change, two-sided. */
export const pOfChange = (change: LogChange): number =>
  Math.min(1, 2 * above({ ...change, value: Math.abs(change.value) }, 0))

/** The larger p of the two one-sided tests that the ratio lies within 1 ± margin (Schuirmann 1987). */
const pEquivalence = (change: LogChange, margin: number): number =>
  Math.max(above(change, Math.log(1 - margin)), above({ ...change, value: -change.value }, -Math.log(1 + margin)))

/** The change as a share with its 95 % interval. */
export function asShare({ value, standardError, degrees }: LogChange): WithInterval {
  const half = standardError === 0 ? 0 : studentTQuantile(0.975, degrees) * standardError
  return { value: Math.expm1(value), ci95: [Math.expm1(value - half), Math.expm1(value + half)] }
}

/** What a change is judged by. */
export interface Judgement {
  readonly change: WithInterval
  readonly margin: number
  readonly pEquivalence: number
  readonly verdict: MetricVerdict
  readonly isLarge: boolean
  readonly isSignificant: boolean
}

/**
 * `regressed`, `improved`: significant at `level` after adjustment, and the estimate reaches the margin; a change of
 * starts that no card repeats must have its whole interval beyond it, because their level is not separated from it. `equivalent`: two one-sided tests. `inconclusive`: neither.
 */
export function judgeChange(
  key: MetricKey,
  change: LogChange,
  rule: {
    readonly pAdjusted: number
    readonly level: number
    readonly margin: number
    readonly basis: Basis
  },
): Judgement {
  const { margin, basis } = rule
  const share = asShare(change)
  const isWorse = comparedMetric(key).better === 'higher' ? share.value < 0 : share.value > 0
  const isLarge = Math.abs(share.value) >= margin
  const isSignificant = rule.pAdjusted <= rule.level
  const isClear = share.ci95[0] >= margin || share.ci95[1] <= -margin
  const within = pEquivalence(change, margin)
  const verdict =
    isSignificant && isLarge && (basis === 'starts' || isClear)
      ? isWorse
        ? 'regressed'
        : 'improved'
      : within <= EQUIVALENCE_LEVEL && basis !== 'bound'
        ? 'equivalent'
        : 'inconclusive'
  return { change: share, margin, pEquivalence: within, verdict, isLarge, isSignificant }
}
