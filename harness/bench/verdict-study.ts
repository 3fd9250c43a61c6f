import { comparedMetric, type MetricKey } from '../metrics/catalogue.ts'
import { metricResult } from '../metrics/result.ts'
import { intervalRule, isCertain, type TrialBounds } from '../metrics/stopping.ts'
import { mixSeed } from '../plan/random.ts'
import { type ObservedStarts, observedStarts } from '../verdict/starts.ts'
import { STARTS_PER_SIDE } from '../verdict/starts-per-side.ts'
import { compareSuite, type MetricComparison, type ScenarioValues } from '../verdict/verdict.ts'
import {
  modelledKeys,
  type NoiseModel,
  NoisyRun,
  sharedNoise,
  slower,
  suite,
  type TextKey,
  type TrialValues,
} from './verdict-noise.ts'

/** How a server is measured: trials until precise within bounds, or a fixed number if both bounds are equal. */
export interface Protocol {
  readonly bounds: TrialBounds
  readonly target: number
  /** Runs, each with a fresh start of the server, on each side. */
  readonly runs: number
  /** Starts of an earlier baseline of the same server that is known. */
  readonly pastStarts?: number
}

export const defaultProtocol: Protocol = { bounds: { fewest: 3, most: 10 }, target: 0.02, runs: STARTS_PER_SIDE }
export const fixedProtocol: Protocol = { ...defaultProtocol, bounds: { fewest: 10, most: 10 } }
export const oneStartProtocol: Protocol = { ...defaultProtocol, runs: 1 }

/** Counts over all pairs of one condition. */
export interface StudyResult {
  readonly pairs: number
  /** Runs of one scenario over all pairs. */
  readonly runs: number
  /** Pairs with any deciding metric regressed: exit code 1. */
  readonly failed: number
  /** Pairs with any metric `regressed` or `improved`. */
  readonly anyChange: number
  /** Headline metrics by verdict. */
  readonly headline: Readonly<Record<MetricComparison['verdict'], number>>
  /** Differences of headline metrics, and those whose 95 % interval covers the true one. */
  readonly intervals: number
  readonly covered: number
  /** The same over all metrics. */
  readonly allIntervals: number
  readonly allCovered: number
  /** Runs whose own interval of the headline metric covers the level of their start. */
  readonly runsCovered: number
  readonly trials: number
}

/** One run: trial values by scenario, and how many of its intervals cover the level of its start. */
interface Measured {
  readonly trials: TrialValues[][]
  readonly covered: number
}

/** Simulates `pairs` seeded pairs of servers, the candidate slower by `loss`, and compares each pair as `compare` does. */
export function study(pairs: number, loss: number, noise: NoiseModel, protocol: Protocol, seed: number): StudyResult {
  const headline = { regressed: 0, improved: 0, equivalent: 0, inconclusive: 0 }
  const counts = { failed: 0, anyChange: 0, intervals: 0, covered: 0, allIntervals: 0, allCovered: 0 }
  const ofRuns = { runs: 0, runsCovered: 0, trials: 0 }
  const after = suite.map((truth) => slower(truth, loss))
  for (let pair = 0; pair < pairs; pair += 1) {
    const shared = sharedNoise(noise, suite.length, mixSeed(seed, pair))
    const starts = (truth: typeof suite, which: number, runs: number) =>
      Array.from({ length: runs }, (_, run) => {
        const server = { ...shared, isCandidate: which === CANDIDATE }
        return measure(truth, new NoisyRun(truth, noise, server, mixSeed(seed, pair, which, run)), protocol)
      })
    const [baseline, candidate] = [starts(suite, BASELINE, protocol.runs), starts(after, CANDIDATE, protocol.runs)]
    const past = pastStarts(starts(suite, PAST, protocol.pastStarts ?? 0))
    const values = suite.map((_, index) => valuesOf(baseline, candidate, index, protocol.bounds.fewest))
    const compared = compareSuite(values, { past })
    counts.failed += Number(compared.flat().some(isLoss))
    counts.anyChange += Number(compared.flat().some(({ verdict }) => verdict === 'regressed' || verdict === 'improved'))
    for (const run of [...baseline, ...candidate]) {
      ofRuns.runs += run.trials.length
      ofRuns.runsCovered += run.covered
      for (const trials of run.trials) ofRuns.trials += trials.length
    }
    for (const [index, metrics] of compared.entries()) {
      for (const metric of metrics) {
        const truth = trueShare(metric.key as TextKey, index, loss)
        const held = metric.relative !== null && isWithin(truth, metric.relative.ci95)
        counts.allIntervals += 1
        counts.allCovered += Number(held)
        if (metric.key !== headlineKey(index)) continue
        headline[metric.verdict] += 1
        counts.intervals += 1
        counts.covered += Number(held)
      }
    }
  }
  return { pairs, headline, ...counts, ...ofRuns }
}

/** Seeds of the sides. */
const [BASELINE, CANDIDATE, PAST] = [2, 3, 4] as const

// an interval without any spread holds the truth within rounding
const isWithin = (value: number, [low, high]: readonly [number, number]): boolean =>
  low - Math.abs(value) * 1e-9 - 1e-12 <= value && value <= high + Math.abs(value) * 1e-9 + 1e-12

const isLoss = ({ key, verdict }: MetricComparison): boolean =>
  verdict === 'regressed' && comparedMetric(key).comparison.decides

const headlineKey = (scenario: number): TextKey =>
  suite[scenario]!.isSingleStream ? 'decodeTokensPerS' : 'outputTokensPerS'

/** The true value of a metric on a server. */
const trueValue = (key: TextKey, truth: (typeof suite)[number]): number =>
  ({
    outputTokensPerS: truth.tokensPerS,
    decodeTokensPerS: 1000 / truth.tpotMs,
    tpotMsP50: truth.tpotMs,
    ttftMsP50: truth.ttftMs,
    tokensPerJ: truth.tokensPerS / truth.powerW,
    meanPowerW: truth.powerW,
    peakMemoryMiB: truth.memoryMiB,
  })[key]

/** Trials of every scenario in one start of the server, by the stopping rule of a run. */
function measure(truth: typeof suite, run: NoisyRun, { bounds, target }: Protocol): Measured {
  let covered = 0
  const trials = suite.map((_, scenario) => {
    const key = headlineKey(scenario)
    const done: TrialValues[] = []
    for (;;) {
      done.push(run.trial(scenario, done.length))
      if (done.length < bounds.fewest) continue
      const values = done.map((trial) => trial[key])
      const { quantile, effectiveTrials } = intervalRule(done.length, { ...bounds, effectiveTrials: true })
      const result = metricResult(values, '', quantile, effectiveTrials)
      if (done.length < bounds.most && !isCertain(result, target)) continue
      const level = trueValue(key, truth[scenario]!) * (1 + run.level(scenario, done.length))
      covered += Number(result.ci95 !== null && isWithin(level, result.ci95))
      return done
    }
  })
  return { trials, covered }
}

/** What an earlier baseline showed, by metric. */
function pastStarts(runs: readonly Measured[]): Partial<Record<MetricKey, ObservedStarts[]>> {
  if (runs.length === 0) return {}
  const of = (key: TextKey) =>
    suite.flatMap(
      (_, scenario) => observedStarts(runs.map((run) => run.trials[scenario]!.map((trial) => trial[key]))) ?? [],
    )
  return Object.fromEntries(modelledKeys.map((key) => [key, of(key)]))
}

function valuesOf(
  baseline: readonly Measured[],
  candidate: readonly Measured[],
  scenario: number,
  fewest: number,
): ScenarioValues {
  const byMetric = (side: readonly Measured[]) =>
    Object.fromEntries(
      modelledKeys.map((key) => [key, side.map((run) => run.trials[scenario]!.map((trial) => trial[key]))]),
    )
  const looked = [...baseline, ...candidate].some((run) => run.trials[scenario]!.length > fewest)
  return { baseline: byMetric(baseline), candidate: byMetric(candidate), looked }
}

/** The true relative difference of a metric, as a share. */
const trueShare = (key: TextKey, scenario: number, loss: number): number =>
  trueValue(key, slower(suite[scenario]!, loss)) / trueValue(key, suite[scenario]!) - 1

/** What the runs of one kind of noise show of their own interval. */
export interface FigureCoverage {
  /** Share of runs whose interval covers the level that their trials vary around. */
  readonly coverage: number
  readonly trialsPerRun: number
}

/** How often a run's own 95 % interval covers its level, made as built, or from trials that count as independent. */
export function figureCoverage(
  runs: number,
  noise: NoiseModel,
  effectiveTrials: boolean,
  seed: number,
): FigureCoverage {
  const { bounds, target } = defaultProtocol
  const truth = suite.slice(1, 2)
  let covered = 0
  let trials = 0
  for (let index = 0; index < runs; index += 1) {
    const server = { trialShares: [noise.trialShare[0]], drift: 0, isCandidate: false }
    const run = new NoisyRun(truth, noise, server, mixSeed(seed, index))
    const values: number[] = []
    for (;;) {
      values.push(run.trial(0, values.length).outputTokensPerS)
      if (values.length < bounds.fewest) continue
      const rule = intervalRule(values.length, effectiveTrials ? { ...bounds, effectiveTrials } : bounds)
      const result = metricResult(values, '', rule.quantile, rule.effectiveTrials)
      if (values.length < bounds.most && !isCertain(result, target)) continue
      covered += Number(result.ci95 !== null && isWithin(truth[0]!.tokensPerS, result.ci95))
      trials += values.length
      break
    }
  }
  return { coverage: covered / runs, trialsPerRun: trials / runs }
}
