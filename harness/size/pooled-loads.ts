import { mean, sampleVariance } from 'simple-statistics'
import type { Spread } from '../operating/sweep/sweep-point.ts'
import { moderatedVariance, variancePrior } from '../stats/moderated-variance.ts'
import { studentTQuantile } from '../stats/student-t.ts'
import type { LoadSpread } from './capacity.ts'

/** One measured load with the values of its trials. */
export interface LoadTrials {
  readonly concurrency: number
  readonly outputTokensPerS: readonly number[]
  /** Mean TTFT of each trial, in ms. */
  readonly ttftMs: readonly number[]
  readonly promptTokens: number
}

/**
 * Loads with intervals over their trials. A load has few trials, so its spread is joined with that of the other loads of the same
 * server, as a share of the value and as far as the loads are alike (harness/stats/moderated-variance.ts). No interval where no
 * load has two trials.
 */
export function pooledLoads(loads: readonly LoadTrials[]): LoadSpread[] {
  const tokens = pooledSpreads(loads.map(({ outputTokensPerS }) => outputTokensPerS))
  const ttft = pooledSpreads(loads.map(({ ttftMs }) => ttftMs))
  return loads.map(({ concurrency, promptTokens }, at) => ({
    concurrency,
    outputTokensPerS: tokens[at]!,
    ttftMs: ttft[at]!,
    promptTokens,
  }))
}

/** Means with 95 % intervals of the logarithms, by loads. */
function pooledSpreads(values: readonly (readonly number[])[]): Spread[] {
  const parts = values.map((trials) => ({
    variance: trials.length > 1 ? sampleVariance(trials.map((value) => Math.log(value))) : 0,
    degrees: trials.length - 1,
  }))
  const prior = variancePrior(parts)
  return values.map((trials, at) => {
    const centre = mean([...trials])
    if (prior === null)
      return { mean: centre, ci95: parts.some(({ degrees }) => degrees > 0) ? [centre, centre] : null }
    const { variance, degrees } = moderatedVariance(parts[at]!, prior)
    const half = studentTQuantile(0.975, degrees) * Math.sqrt(variance / trials.length)
    return { mean: centre, ci95: [centre * Math.exp(-half), centre * Math.exp(half)] }
  })
}
