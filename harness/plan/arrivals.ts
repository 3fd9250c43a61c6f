import type { Random } from './random.ts'

/** How requests of an open loop are spaced. */
export interface ArrivalPattern {
  readonly ratePerS: number
  readonly arrivals: 'constant' | 'poisson' | 'gamma'
  /** Shape of the gamma gaps: 1 is Poisson, smaller is burstier (coefficient of variation 1/√shape). */
  readonly burstiness: number
  /** The rate rises linearly from 0 over this time. */
  readonly rampSeconds: number
}

/**
 * Arrival times in ms from the start of a phase, an unlimited sequence that depends only on pattern and seed.
 * Gaps are drawn one by one and not rescaled to a fixed count, so the number of arrivals has the correct variance.
 */
export function* arrivalTimes(pattern: ArrivalPattern, random: Random): Generator<number> {
  // time of a process with rate 1; the rate and its ramp only scale it
  let unitTime = 0
  for (;;) {
    unitTime += gap(pattern, random)
    yield toRampedMs(unitTime, pattern)
  }
}

function gap(pattern: ArrivalPattern, random: Random): number {
  switch (pattern.arrivals) {
    case 'constant':
      return 1
    case 'poisson':
      return -Math.log1p(-random())
    default:
      return gammaVariate(pattern.burstiness, random) / pattern.burstiness
  }
}

/** When an expected count of arrivals is reached: rate·t²/(2·ramp) during the ramp, straight after it. */
function toRampedMs(count: number, { ratePerS, rampSeconds }: ArrivalPattern): number {
  const inRamp = (ratePerS * rampSeconds) / 2
  if (count < inRamp) return 1000 * Math.sqrt((2 * rampSeconds * count) / ratePerS)
  return 1000 * (rampSeconds + (count - inRamp) / ratePerS)
}

/**
 * A gamma variate with mean `shape` (Marsaglia and Tsang 2000; for shapes under 1 their boost by U^(1/shape)).
 */
export function gammaVariate(shape: number, random: Random): number {
  if (shape < 1) return gammaVariate(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normalVariate(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A standard normal variate (Box and Muller 1958). */
function normalVariate(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
