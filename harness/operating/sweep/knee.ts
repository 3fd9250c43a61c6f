import { doublingGain } from './doubling-gain.ts'
import { curveOf, type Spread, type SweepPoint } from './sweep-point.ts'

/** A doubling of the load that adds less than this share of throughput counts as flat. */
export const LEAST_GAIN = 0.1

/** Where the throughput of a server stops to grow with its load. */
export interface Knee {
  /** The lowest whole load from which on no doubling gains the least share, by the means; null where it is not within the range. */
  readonly concurrency: number | null
  /**
   * The knee is above the first and at most the second, each with its own certainty of 97.5 %; null where that end is not
   * shown. By the means alone where `certain` is false.
   */
  readonly above: number | null
  readonly atMost: number | null
  /** Whether the two ends rest on intervals: with one trial per load they do not. */
  readonly certain: boolean
  /** Where it is not within the range: on which side of it. */
  readonly outside: 'below' | 'above' | 'unknown' | null
}

/** A load with what doubling it gains. */
export interface Step {
  readonly concurrency: number
  readonly gain: Spread
}

/** The gain of a doubling at every measured load at which it is known, from the lowest to the highest. */
export function stepsOf(points: readonly SweepPoint[]): Step[] {
  const curve = curveOf(points)
  return curve.flatMap(({ concurrency }) => {
    const gain = doublingGain(curve, concurrency)
    return gain === null ? [] : [{ concurrency, gain }]
  })
}

/**
 * The knee of a throughput curve: the load from which on a doubling gains less than `leastGain`. Its ends take the gain of a
 * doubling to fall as the load grows, which batching makes it do: the weights are read once per step for all streams, what
 * each stream adds is read for it alone.
 */
export function kneeOf(points: readonly SweepPoint[], leastGain: number = LEAST_GAIN): Knee {
  const steps = stepsOf(points)
  const certain = steps.length > 0 && steps.every(({ gain }) => gain.ci95 !== null)
  const lowOf = ({ gain }: Step) => (certain ? gain.ci95![0] : gain.mean)
  const highOf = ({ gain }: Step) => (certain ? gain.ci95![1] : gain.mean)
  const above = steps.findLast((step) => lowOf(step) >= leastGain)?.concurrency ?? null
  const atMost = steps.find((step) => step.concurrency > (above ?? 0) && highOf(step) < leastGain)?.concurrency ?? null
  const found = { above, atMost, certain }
  const rising = steps.findLastIndex(({ gain }) => gain.mean >= leastGain)
  if (steps.length === 0) return { concurrency: null, ...found, outside: 'unknown' }
  if (rising === steps.length - 1) return { concurrency: null, ...found, outside: 'above' }
  if (rising < 0) return { concurrency: null, ...found, outside: 'below' }
  return { concurrency: crossing(steps[rising]!, steps[rising + 1]!, leastGain), ...found, outside: null }
}

/** The whole load after the one at which the gain passes the least share; between two steps it is linear in ln of the load. */
function crossing(before: Step, after: Step, leastGain: number): number {
  const share = (before.gain.mean - leastGain) / (before.gain.mean - after.gain.mean)
  const load = before.concurrency * (after.concurrency / before.concurrency) ** share
  return Math.min(after.concurrency, Math.floor(load) + 1)
}
