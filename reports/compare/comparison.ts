import { gatesAgainst } from '../../harness/gates/quotable.ts'
import { comparedMetric, comparedMetrics } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import {
  compareSuite,
  type MetricComparison,
  type ScenarioValues,
  SMALLEST_EFFECT,
} from '../../harness/verdict/verdict.ts'
import { type MetricVerdict, sidesOfOneStart } from '../../harness/verdict/verdict-words.ts'
import { type Difference, fingerprintDifferences } from './fingerprint.ts'
import { type Pair, pairRuns } from './pair.ts'
import { startsOf } from './starts-of-runs.ts'
import { pastStarts, valuesOf } from './trial-values.ts'

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
  /** Why there is no verdict whatever the numbers are: a required gate failed. */
  readonly notJudged: readonly string[]
}

/** The comparison of two sides as plain data, the source of every format. */
export interface Comparison {
  readonly verdict: MetricVerdict
  readonly smallestEffect: number
  readonly scenarios: readonly ScenarioComparison[]
  readonly differences: readonly Difference[]
  /** Why these runs must not be compared; the command refuses unless it is forced. */
  readonly objections: readonly string[]
  /** Why scenarios were not judged, over all of them. */
  readonly notJudged: readonly string[]
  /** What limits the verdict: a side with one start of the server, in what is judged. Null for none. */
  readonly caveat: string | null
  readonly notes: readonly string[]
  readonly records: readonly RunRecord[]
  readonly simulated: boolean
}

export interface ComparisonOptions {
  /** Practical threshold as a share; `SMALLEST_EFFECT` unless given. */
  readonly smallestEffect?: number
  /** Earlier baselines of this server, each with the runs of one scenario: how much its starts differ. */
  readonly past?: readonly (readonly RunRecord[])[]
}

/** Compares two sides of runs. Pure; the caller decides how to treat objections. */
export function compareRuns(
  baseline: readonly RunRecord[],
  candidate: readonly RunRecord[],
  options: ComparisonOptions = {},
): Comparison {
  const { pairs, notes } = pairRuns(baseline, candidate)
  const smallestEffect = options.smallestEffect ?? SMALLEST_EFFECT
  const settings = { smallestEffect, past: pastStarts(options.past ?? []) }
  // a scenario that is not judged has no part in the tests of the others
  const judged = pairs.filter((pair) => failedGates(pair).length === 0)
  const suite = compareSuite(judged.map(pairValues), settings)
  const metricsOf = (pair: Pair): readonly MetricComparison[] =>
    suite[judged.indexOf(pair)] ?? compareSuite([pairValues(pair)], settings)[0]!
  const scenarios = pairs.map((pair) => scenarioComparison(pair, metricsOf(pair)))
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
    notJudged: scenarios.flatMap(({ scenario, notJudged }) => notJudged.map((why) => `${scenario}: ${why}`)),
    caveat: caveatOf(judged),
    notes,
    records,
    simulated: records.some((run) => run.source === 'simulated'),
  }
}

function scenarioComparison(pair: Pair, metrics: readonly MetricComparison[]): ScenarioComparison {
  const { scenario, title, baseline, candidate } = pair
  const notJudged = failedGates(pair)
  return {
    scenario,
    title,
    card: pair.card,
    verdict: notJudged.length > 0 ? 'inconclusive' : worstOf(metrics.filter(counts).map(({ verdict }) => verdict)),
    metrics: notJudged.length > 0 ? metrics.map(withoutVerdict) : metrics,
    baselineRuns: baseline.map((run) => run.id),
    candidateRuns: candidate.map((run) => run.id),
    warnings: [
      ...pair.objections.map((objection) => `NOT COMPARABLE, comparison forced: ${objection}`),
      ...baseline.flatMap((run) => warningsOf('baseline', run)),
      ...candidate.flatMap((run) => warningsOf('candidate', run)),
    ],
    notJudged,
  }
}

/** The numbers stay, for whoever looks for the fault; they say nothing about the server. */
const withoutVerdict = (metric: MetricComparison): MetricComparison => ({
  ...metric,
  verdict: 'inconclusive',
  reason: 'not judged: a required gate failed',
  settling: null,
})

/** Required gates that failed on either side. */
function failedGates({ baseline, candidate }: Pair): string[] {
  const of = (side: string, runs: readonly RunRecord[]) =>
    runs.flatMap((run) =>
      gatesAgainst(run).map((gate) => `the required gate ${gate.id} failed in the ${side} (${run.id})`),
    )
  return [...of('baseline', baseline), ...of('candidate', candidate)]
}

function caveatOf(pairs: readonly Pair[]): string | null {
  const sides = pairs.flatMap(({ baseline, candidate }) =>
    sidesOfOneStart({
      baseline: { runs: startsOf(baseline).length },
      candidate: { runs: startsOf(candidate).length },
    }),
  )
  if (sides.length === 0) return null
  const [first] = sides
  const where = new Set(sides).size === 2 ? 'one start per side' : `one start of the ${first}`
  return `${where}: the level of a start is not separated from the change`
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

/** The trial values of both sides of a pair, by metric. */
export function pairValues({ baseline, candidate }: Pair): ScenarioValues {
  const keys = comparedMetrics(baseline[0]!.scenario)
  return {
    baseline: valuesOf(baseline, keys),
    candidate: valuesOf(candidate, keys),
    looked: [...baseline, ...candidate].some(hasLooked),
  }
}

const hasLooked = ({ trialBounds, trials }: RunRecord): boolean =>
  trialBounds !== undefined && trials.length > trialBounds.fewest
