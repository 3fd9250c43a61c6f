import { studentTQuantile } from '../stats/student-t.ts'

/** The trials or runs needed for a verdict, if means and spreads stay as they are. */
export type Settling =
  | { readonly kind: 'trials'; readonly morePerSide: number }
  | { readonly kind: 'runs'; readonly runsPerSide: number }
  | { readonly kind: 'never'; readonly reason: string }

/** Power: required probability of a verdict. */
const POWER = 0.8
const MAX_TRIALS = 50
const MAX_RUNS = 20

/** The effect and spreads to plan for, as shares of the baseline's mean. */
export interface DecisionPlan {
  /** The effect to detect: the difference itself, or its distance from the practical threshold. */
  readonly distanceShare: number
  /** Standard deviation between trials, of the side that varies more. */
  readonly trialShare: number
  /** Standard deviation between starts of the server. */
  readonly restartShare: number
  /** Current trials per side; runs, if the spread between runs was measured. */
  readonly trials: number
  readonly unit: 'trials' | 'runs'
  /** One-sided level of the test that must pass. */
  readonly level: number
}

/**
 * Smallest n per side at which a two-sample t test with `level` (one-sided) and power `power` detects a difference of
 * `effect` standard deviations: √(n/2)·effect >= t(1 - level) + t(power), both with 2n - 2 degrees (the usual
 * iteration; Chow, Shao and Wang 2008, "Sample Size Calculations in Clinical Research", section 3.2). Null above `max`.
 */
export function sampleSizePerSide(effect: number, level: number, power: number, max: number): number | null {
  return smallest(2, max, (n) => {
    const degrees = 2 * n - 2
    return Math.sqrt(n / 2) * effect >= studentTQuantile(1 - level, degrees) + studentTQuantile(power, degrees)
  })
}

/** Smallest whole number in a range at which a monotone condition holds. Null if none. */
function smallest(from: number, to: number, holds: (n: number) => boolean): number | null {
  if (!holds(to)) return null
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * How many more trials per side are needed for a verdict; or how many runs, each with a fresh start, if the spread between
 * starts of the server dominates.
 */
export function trialsToDecide(plan: DecisionPlan): Settling {
  const { distanceShare, trialShare, restartShare, trials, unit, level } = plan
  const more = smallest(1, MAX_TRIALS, (extra) => {
    const n = trials + extra
    const variance = 2 * (trialShare ** 2 / n + restartShare ** 2)
    // only the part estimated from trials has finite degrees (Satterthwaite)
    const ofTrials = (2 * trialShare ** 2) / n
    const degrees = ofTrials > 0 ? Math.min(((2 * n - 2) * variance ** 2) / ofTrials ** 2, 10_000) : 10_000
    const needed = studentTQuantile(1 - level, degrees) + studentTQuantile(POWER, degrees)
    return distanceShare >= needed * Math.sqrt(variance)
  })
  if (more !== null) {
    return unit === 'runs' ? { kind: 'runs', runsPerSide: trials + more } : { kind: 'trials', morePerSide: more }
  }
  const runSpread = Math.sqrt(trialShare ** 2 / trials + restartShare ** 2)
  const runs =
    unit === 'trials' && runSpread > 0 ? sampleSizePerSide(distanceShare / runSpread, level, POWER, MAX_RUNS) : null
  if (runs !== null) return { kind: 'runs', runsPerSide: Math.max(3, runs) }
  return {
    kind: 'never',
    reason: `a verdict would need more than ${MAX_TRIALS} trials or ${MAX_RUNS} runs per side`,
  }
}
