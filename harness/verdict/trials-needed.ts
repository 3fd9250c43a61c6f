import { studentTQuantile } from '../stats/student-t.ts'

/** What would turn `inconclusive` into a verdict, if the figures stay where they are. */
export type Settling =
  | { readonly kind: 'trials'; readonly morePerSide: number }
  | { readonly kind: 'runs'; readonly runsPerSide: number }
  | { readonly kind: 'never'; readonly reason: string }

/** Chance of a verdict that a plan should have. */
const POWER = 0.8
const MOST_TRIALS = 50
const MOST_RUNS = 20

/** What is planned for, as shares of the baseline's mean. */
export interface SettlePlan {
  /** What has to stand out of the noise: the difference itself, or its distance from the smallest effect that matters. */
  readonly distanceShare: number
  /** Standard deviation of a trial, of the side that varies more. */
  readonly trialShare: number
  /** Standard deviation between starts of the server. */
  readonly restartShare: number
  /** Trials on each side now; runs, where the spread between runs is what was measured. */
  readonly trials: number
  readonly unit: 'trials' | 'runs'
  /** One-sided level of the test that has to pass. */
  readonly level: number
}

/**
 * Smallest n a side at which a two-sample t test with `level` (one-sided) and power `power` sees a difference of
 * `effect` standard deviations: √(n/2)·effect >= t(1 - level) + t(power), both with 2n - 2 degrees (the usual
 * iteration; Chow, Shao and Wang 2008, "Sample Size Calculations in Clinical Research", section 3.2). Null above `most`.
 */
export function sampleSizePerSide(effect: number, level: number, power: number, most: number): number | null {
  return smallest(2, most, (n) => {
    const degrees = 2 * n - 2
    return Math.sqrt(n / 2) * effect >= studentTQuantile(1 - level, degrees) + studentTQuantile(power, degrees)
  })
}

/** Smallest whole number in a range at which a condition holds that, once it holds, goes on holding. Null if none. */
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
 * How many more trials a side settle it; or, where the spread between starts of the server is what remains, how many
 * runs, each with a fresh start.
 */
export function settle(plan: SettlePlan): Settling {
  const { distanceShare, trialShare, restartShare, trials, unit, level } = plan
  const more = smallest(1, MOST_TRIALS, (extra) => {
    const n = trials + extra
    const variance = 2 * (trialShare ** 2 / n + restartShare ** 2)
    // only the part that trials show has finite degrees (Satterthwaite)
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
    unit === 'trials' && runSpread > 0 ? sampleSizePerSide(distanceShare / runSpread, level, POWER, MOST_RUNS) : null
  if (runs !== null) return { kind: 'runs', runsPerSide: Math.max(3, runs) }
  return {
    kind: 'never',
    reason: `more than ${MOST_TRIALS} trials or ${MOST_RUNS} runs a side would be needed to tell`,
  }
}
