import { comparedMetric, comparedMetrics } from '../../harness/metrics/catalogue.ts'
import { numberOf } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import {
  compareSuite,
  type MetricComparison,
  type MetricValues,
  type MetricVerdict,
  type ScenarioValues,
  SMALLEST_EFFECT,
} from '../../harness/verdict/verdict.ts'
import { type Difference, fingerprintDifferences } from './fingerprint.ts'
import { cardOf, type Pair, pairRuns } from './pair.ts'

/** One scenario on one card, candidate against baseline. */
export interface ScenarioComparison {
  readonly scenario: string
  readonly title: string
  readonly card: string
  readonly verdict: MetricVerdict
  readonly metrics: readonly MetricComparison[]
  readonly baselineRuns: readonly string[]
  readonly candidateRuns: readonly string[]
  /** Remarks on either side: drift, failed gates, overruled objections. */
  readonly warnings: readonly string[]
}

/** The comparison of two sides as plain data, the source of every format. */
export interface Comparison {
  readonly verdict: MetricVerdict
  readonly smallestEffect: number
  readonly scenarios: readonly ScenarioComparison[]
  readonly differences: readonly Difference[]
  /** Why these runs must not be compared; the command refuses unless it is forced. */
  readonly objections: readonly string[]
  readonly notes: readonly string[]
  readonly records: readonly RunRecord[]
  readonly simulated: boolean
}

export interface ComparisonOptions {
  /** Practical threshold as a share; `SMALLEST_EFFECT` unless given. */
  readonly smallestEffect?: number
}

/** Compares two sides of runs. Pure; the caller decides how to treat objections. */
export function compareRuns(
  baseline: readonly RunRecord[],
  candidate: readonly RunRecord[],
  options: ComparisonOptions = {},
): Comparison {
  const { pairs, notes } = pairRuns(baseline, candidate)
  const smallestEffect = options.smallestEffect ?? SMALLEST_EFFECT
  const suite = compareSuite(pairs.map(pairValues), { smallestEffect })
  const scenarios = pairs.map((pair, index) => scenarioComparison(pair, suite[index]!))
  const records = pairs.flatMap((pair) => [...pair.baseline, ...pair.candidate])
  return {
    verdict: worstOf(scenarios.map((scenario) => scenario.verdict)),
    smallestEffect,
    scenarios,
    differences: fingerprintDifferences(
      pairs.flatMap((pair) => pair.baseline),
      pairs.flatMap((pair) => pair.candidate),
    ),
    objections: pairs.flatMap((pair) => pair.objections.map((objection) => `${pair.scenario}: ${objection}`)),
    notes,
    records,
    simulated: records.some((run) => run.source === 'simulated'),
  }
}

function scenarioComparison(pair: Pair, metrics: readonly MetricComparison[]): ScenarioComparison {
  const { scenario, title, baseline, candidate } = pair
  return {
    scenario,
    title,
    card: [...new Set([...baseline, ...candidate].map(cardOf))].join(' and '),
    verdict: worstOf(metrics.filter(counts).map(({ verdict }) => verdict)),
    metrics,
    baselineRuns: baseline.map((run) => run.id),
    candidateRuns: candidate.map((run) => run.id),
    warnings: [
      ...pair.objections.map((objection) => `NOT COMPARABLE, comparison forced: ${objection}`),
      ...baseline.flatMap((run) => warningsOf('baseline', run)),
      ...candidate.flatMap((run) => warningsOf('candidate', run)),
    ],
  }
}

/** A metric that decides and that at least one side has: two runs without nvidia-smi are not inconclusive in energy. */
const counts = ({ key, baseline, candidate }: MetricComparison): boolean =>
  comparedMetric(key).comparison.decides && !(baseline.mean === null && candidate.mean === null)

/** The worst verdict of several: one regression, then one inconclusive metric; inconclusive without any metric. */
function worstOf(verdicts: readonly MetricVerdict[]): MetricVerdict {
  const order = ['regressed', 'inconclusive', 'improved', 'equivalent'] as const
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'inconclusive'
}

function warningsOf(side: string, run: RunRecord): string[] {
  const drift = (run.drift?.findings ?? []).map((finding) => `${side} ${run.id}: ${finding}`)
  const { coldBurstTokensPerS: cold, soakedTokensPerS: soaked } = run.drift ?? {}
  const soak =
    drift.length > 0 && cold && soaked
      ? [
          `${side} ${run.id}: cold-start throughput ${cold.toFixed(1)} tokens/s, sustained throughput ${soaked.toFixed(1)} tokens/s`,
        ]
      : []
  const warm = (run.coolDowns ?? []).flatMap(({ finding }) => (finding ? [`${side} ${run.id}: ${finding}`] : []))
  const failed = run.gates
    .filter((gate) => gate.status === 'fail' && gate.id !== 'live-source')
    .map((gate) => `${side} ${run.id}: gate ${gate.id} failed: ${gate.evidence}`)
  return [...drift, ...soak, ...warm, ...failed]
}

function pairValues({ baseline, candidate }: Pair): ScenarioValues {
  const keys = comparedMetrics(baseline[0]!.scenario)
  const side = (runs: readonly RunRecord[]): MetricValues =>
    Object.fromEntries(
      keys.map((key) => {
        const { of } = comparedMetric(key)
        return [key, runs.map((run) => run.trials.map((trial) => numberOf(of(trial))))]
      }),
    )
  return { baseline: side(baseline), candidate: side(candidate), looked: [...baseline, ...candidate].some(hasLooked) }
}

const hasLooked = ({ trialBounds, trials }: RunRecord): boolean =>
  trialBounds !== undefined && trials.length > trialBounds.fewest
