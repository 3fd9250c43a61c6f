import { comparedMetric } from '../metrics/catalogue.ts'
import { metricResult } from '../metrics/result.ts'
import { intervalQuantile, isCertain, type TrialBounds } from '../metrics/stopping.ts'
import { mixSeed } from '../plan/random.ts'
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
}

export const defaultProtocol: Protocol = { bounds: { fewest: 3, most: 10 }, target: 0.02, runs: 1 }
export const fixedProtocol: Protocol = { bounds: { fewest: 10, most: 10 }, target: 0.02, runs: 1 }

/** Counts over all pairs of one condition. */
export interface StudyResult {
  readonly pairs: number
  readonly scenarios: number
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
  readonly trials: number
}

/** Simulates `pairs` seeded pairs of servers, the candidate slower by `loss`, and compares each pair as `compare` does. */
export function study(pairs: number, loss: number, noise: NoiseModel, protocol: Protocol, seed: number): StudyResult {
  const headline = { regressed: 0, improved: 0, equivalent: 0, inconclusive: 0 }
  const counts = { failed: 0, anyChange: 0, intervals: 0, covered: 0, allIntervals: 0, allCovered: 0, trials: 0 }
  const after = suite.map((truth) => slower(truth, loss))
  for (let pair = 0; pair < pairs; pair += 1) {
    const shared = sharedNoise(noise, suite.length, mixSeed(seed, pair))
    const side = (truth: typeof suite, which: number) =>
      Array.from({ length: protocol.runs }, (_, run) =>
        measure(new NoisyRun(truth, noise, shared, mixSeed(seed, pair, which, run)), protocol),
      )
    const [baseline, candidate] = [side(suite, 2), side(after, 3)]
    const compared = compareSuite(suite.map((_, index) => valuesOf(baseline, candidate, index, protocol.bounds.fewest)))
    counts.failed += Number(compared.flat().some(isLoss))
    counts.anyChange += Number(compared.flat().some(({ verdict }) => verdict === 'regressed' || verdict === 'improved'))
    for (const runs of [baseline, candidate]) {
      for (const trials of runs.flat()) counts.trials += trials.length
    }
    for (const [index, metrics] of compared.entries()) {
      for (const metric of metrics) {
        const truth = trueShare(metric.key as TextKey, index, loss)
        const held = metric.relative !== null && metric.relative.ci95[0] <= truth && truth <= metric.relative.ci95[1]
        counts.allIntervals += 1
        counts.allCovered += Number(held)
        if (metric.key !== headlineKey(index)) continue
        headline[metric.verdict] += 1
        counts.intervals += 1
        counts.covered += Number(held)
      }
    }
  }
  return { pairs, scenarios: suite.length, headline, ...counts }
}

const isLoss = ({ key, verdict }: MetricComparison): boolean =>
  verdict === 'regressed' && comparedMetric(key).comparison.decides

const headlineKey = (scenario: number): TextKey =>
  suite[scenario]!.isSingleStream ? 'decodeTokensPerS' : 'outputTokensPerS'

/** Trials of every scenario in one start of the server, by the stopping rule of a run. */
function measure(run: NoisyRun, { bounds, target }: Protocol): TrialValues[][] {
  return suite.map((_, scenario) => {
    const trials: TrialValues[] = []
    while (trials.length < bounds.most) {
      trials.push(run.trial(scenario, trials.length))
      if (trials.length < bounds.fewest) continue
      const values = trials.map((trial) => trial[headlineKey(scenario)])
      if (isCertain(metricResult(values, '', intervalQuantile(trials.length, bounds)), target)) break
    }
    return trials
  })
}

function valuesOf(
  baseline: TrialValues[][][],
  candidate: TrialValues[][][],
  scenario: number,
  fewest: number,
): ScenarioValues {
  const byMetric = (side: TrialValues[][][]) =>
    Object.fromEntries(modelledKeys.map((key) => [key, side.map((run) => run[scenario]!.map((trial) => trial[key]))]))
  const looked = [...baseline, ...candidate].some((run) => run[scenario]!.length > fewest)
  return { baseline: byMetric(baseline), candidate: byMetric(candidate), looked }
}

/** The true relative difference of a metric, as a share. */
function trueShare(key: TextKey, scenario: number, loss: number): number {
  const [before, after] = [suite[scenario]!, slower(suite[scenario]!, loss)]
  const of = (truth: typeof before): number =>
    ({
      outputTokensPerS: truth.tokensPerS,
      decodeTokensPerS: 1000 / truth.tpotMs,
      tpotMsP50: truth.tpotMs,
      ttftMsP50: truth.ttftMs,
      tokensPerJ: truth.tokensPerS / truth.powerW,
      meanPowerW: truth.powerW,
      peakMemoryMiB: truth.memoryMiB,
    })[key]
  return of(after) / of(before) - 1
}

/** Coverage: how often a run's interval covers the level that its trials vary around, at one spread of the trials. */
export function figureCoverage(runs: number, trialShare: number, widened: boolean, seed: number) {
  const noise: NoiseModel = { trialShare: [trialShare, trialShare], restartShare: 0, driftSharePerTrial: 0 }
  const { bounds, target } = defaultProtocol
  let covered = 0
  let trials = 0
  for (let index = 0; index < runs; index += 1) {
    const run = new NoisyRun(suite.slice(1, 2), noise, { trialShares: [trialShare], drift: 0 }, mixSeed(seed, index))
    const values: number[] = []
    for (;;) {
      values.push(run.trial(0, values.length).outputTokensPerS)
      if (values.length < bounds.fewest) continue
      const quantile = intervalQuantile(widened ? values.length : bounds.fewest, bounds)
      const result = metricResult(values, '', quantile)
      if (!isCertain(result, target) && values.length < bounds.most) continue
      const truth = suite[1]!.tokensPerS
      covered += Number(result.ci95 !== null && result.ci95[0] <= truth && truth <= result.ci95[1])
      trials += values.length
      break
    }
  }
  return { coverage: covered / runs, trialsARun: trials / runs }
}
