import { mean, sampleStandardDeviation } from 'simple-statistics'
import { type ResultKey, resultUnits } from '../record/result-units.ts'
import type { Figure, RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { studentTQuantile } from '../stats/student-t.ts'

/** Where each headline metric stands in a trial. */
const inTrial: { readonly [Key in ResultKey]: (trial: Trial) => number | null } = {
  outputTokensPerS: (trial) => trial.outputTokensPerS,
  wholeTrialOutputTokensPerS: (trial) => trial.wholeTrialOutputTokensPerS,
  decodeTokensPerS: (trial) => trial.decodeTokensPerS,
  tokensPerJ: (trial) => trial.tokensPerJ,
  joulesPerOutputToken: (trial) => trial.joulesPerOutputToken,
  energyJ: (trial) => trial.energyJ,
  meanPowerW: (trial) => trial.meanPowerW,
  peakPowerW: (trial) => trial.peakPowerW,
  peakMemoryMiB: (trial) => trial.peakMemoryMiB,
  ttftMsP50: (trial) => trial.ttftMs.p50,
  ttftMsP99: (trial) => trial.ttftMs.p99,
  ttftFromScheduleMsP50: (trial) => trial.ttftFromScheduleMs.p50,
  ttftFromScheduleMsP99: (trial) => trial.ttftFromScheduleMs.p99,
  tpotMsP50: (trial) => trial.tpotMs.p50,
  e2eMsP50: (trial) => trial.e2eMs.p50,
  goodputRequestsPerS: (trial) => trial.goodputRequestsPerS,
  errorRate: (trial) => trial.errorRate,
  secondsPerImage: (trial) => trial.image?.secondsPerImage ?? null,
  imagesPerS: (trial) => trial.image?.imagesPerS ?? null,
  joulesPerImage: (trial) => trial.image?.joulesPerImage ?? null,
  stepsPerS: (trial) => trial.training?.stepsPerS ?? null,
  trainedTokensPerS: (trial) => trial.training?.trainedTokensPerS ?? null,
  joulesPerStep: (trial) => trial.training?.joulesPerStep ?? null,
  finalLoss: (trial) => trial.training?.finalLoss ?? null,
}

const imageKeys = ['secondsPerImage', 'imagesPerS', 'joulesPerImage', 'e2eMsP50', 'goodputRequestsPerS'] as const
const trainingKeys = ['stepsPerS', 'trainedTokensPerS', 'joulesPerStep', 'finalLoss'] as const
const sharedKeys = ['energyJ', 'meanPowerW', 'peakPowerW', 'peakMemoryMiB', 'errorRate'] as const
const textKeys = (Object.keys(resultUnits) as ResultKey[]).filter(
  (key) =>
    key === 'e2eMsP50' || key === 'goodputRequestsPerS' || ![...imageKeys, ...trainingKeys].includes(key as never),
)

/** The metrics that a kind of run has; those of another kind are not there, rather than null. */
function keysOf(trials: readonly Trial[]): readonly ResultKey[] {
  if (trials[0]?.image) return [...imageKeys, ...sharedKeys]
  return trials[0]?.training ? [...trainingKeys, ...sharedKeys] : textKeys
}

/** A headline metric of one trial. */
export const valueInTrial = (trial: Trial, key: ResultKey): number | null => inTrial[key](trial)

/** p of the t quantile for a 95 % interval whose number of trials was fixed beforehand. */
export const FIXED_QUANTILE = 0.975

/**
 * Mean over the trials with its 95 % t-interval (mean ± t(0.975, n-1) · s/√n) and n. A metric that one trial lacks
 * is null with that trial's reason: a mean over the others would be a guess. `quantile` is the p of t where a run
 * decided by looking how many trials it would have (stopping.ts).
 */
export function figureOf(
  values: readonly (number | null)[],
  unit: string,
  reason: () => string,
  quantile = FIXED_QUANTILE,
): Figure {
  const known = values.filter((value) => value !== null)
  if (known.length === 0 || known.length < values.length) {
    return {
      mean: null,
      ci95: null,
      n: known.length,
      unit,
      reason: values.length === 0 ? 'no trial was run' : reason(),
    }
  }
  const centre = mean(known)
  if (known.length < 2) return { mean: centre, ci95: null, n: 1, unit }
  const half = (studentTQuantile(quantile, known.length - 1) * sampleStandardDeviation(known)) / Math.sqrt(known.length)
  return { mean: centre, ci95: [centre - half, centre + half], n: known.length, unit }
}

/** The `result` of a record from its trials; `quantile` as in `figureOf`. */
export function resultOf(trials: readonly Trial[], quantile = FIXED_QUANTILE): RunRecord['result'] {
  const result: RunRecord['result'] = {}
  for (const key of keysOf(trials)) {
    const values = trials.map(inTrial[key])
    result[key] = figureOf(values, resultUnits[key], () => reasonFor(trials, key, values), quantile)
  }
  return result
}

function reasonFor(trials: readonly Trial[], key: ResultKey, values: readonly (number | null)[]): string {
  const missing = trials[values.indexOf(null)]
  const field = key.replace(/Ms(P50|P99)$/, 'Ms')
  const few = missing ? fewSamples(missing, key) : null
  return (
    few ?? missing?.reasons[key] ?? missing?.reasons[field] ?? 'no successful request lies wholly inside the window'
  )
}

function fewSamples(trial: Trial, key: ResultKey): string | null {
  if (!/^ttft.*P99$/.test(key) || trial.ttftMs.n === 0) return null
  return `${trial.ttftMs.n} requests in the window; a p99 needs 100`
}

/** Half-width of the interval as a share of the mean; null when there is none. */
export function relativeHalfWidth(figure: Figure | undefined): number | null {
  if (!figure?.ci95 || figure.mean === null || figure.mean === 0) return null
  return (figure.ci95[1] - figure.ci95[0]) / 2 / Math.abs(figure.mean)
}
