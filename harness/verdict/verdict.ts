import { comparedMetric, type MetricKey } from '../metrics/catalogue.ts'
import { FIXED_QUANTILE } from '../metrics/result.ts'
import { SEQUENTIAL_QUANTILE } from '../metrics/stopping.ts'
import { holmAdjust } from '../stats/holm.ts'
import { contrast, type Estimate, equivalenceP, intervalOf, pTwoSided } from '../stats/welch.ts'
import { estimateSide, type SideEstimate } from './side.ts'
import { type ObservedStarts, observedStarts, type SideValues } from './starts.ts'
import { type DecisionPlan, runsToDecide, type Settling } from './starts-needed.ts'
import { STARTS_PER_SIDE } from './starts-per-side.ts'
import { type MetricVerdict, reasonOf, type SideName, type Sides, sidesOfOneStart } from './verdict-words.ts'

/** A value with its 95 % interval, low end first. */
export interface WithInterval {
  readonly value: number
  readonly ci95: readonly [number, number]
}

/** The result of one side: its mean with the number of trials and runs. */
export interface SideResult {
  readonly mean: number | null
  readonly trials: number
  readonly runs: number
}

/** One metric of one scenario, candidate against baseline. */
export interface MetricComparison {
  readonly key: MetricKey
  readonly baseline: SideResult
  readonly candidate: SideResult
  /** Candidate - baseline, in the metric's unit. */
  readonly difference: WithInterval | null
  /** The same as a share of the baseline's mean. */
  readonly relative: WithInterval | null
  /** The practical threshold, as a share of the baseline's mean. */
  readonly margin: number
  readonly p: number | null
  /** Holm-adjusted p, over all hypotheses of all scenarios compared together. */
  readonly pAdjusted: number | null
  /** p of the two one-sided tests of equivalence. */
  readonly pEquivalence: number | null
  readonly verdict: MetricVerdict
  /** Why there is no result, or the basis of the verdict. */
  readonly reason: string
  /** About how many starts would decide an inconclusive one. */
  readonly settling: Settling | null
}

/** Trial values of one side by metric; metrics of other kinds of scenario are absent. */
export type MetricValues = Readonly<Partial<Record<MetricKey, SideValues>>>

/** Trial values of one scenario on both sides. */
export interface ScenarioValues {
  readonly baseline: MetricValues
  readonly candidate: MetricValues
  /** Whether sequential stopping extended a run of either side (stopping.ts), which widens the intervals. */
  readonly looked: boolean
}

export interface CompareOptions {
  /** Practical threshold, as a share; default `SMALLEST_EFFECT`. */
  readonly smallestEffect?: number
  /** Level of all tests; default 0.05. */
  readonly level?: number
  /** What the starts of earlier baselines of this server showed, by metric. */
  readonly past?: PastStarts
}

export type PastStarts = Readonly<Partial<Record<MetricKey, readonly ObservedStarts[]>>>

/** Default practical threshold (docs/metrics.md#repeats-and-certainty). */
export const SMALLEST_EFFECT = 0.03
const LEVEL = 0.05

/** A metric before the verdict: estimates of both sides, or why there are none. */
interface Tested {
  readonly key: MetricKey
  readonly sides: Sides<SideEstimate>
  readonly hypothesis: string
  readonly p: number | null
  readonly reason: string | null
  /** Confidence for t so that the interval covers the true value in 95 of 100 comparisons. */
  readonly confidence: number
}

/**
 * Compares scenarios, metric by metric, with one verdict each:
 * - `regressed`, `improved`: the difference is not 0 (Welch's test, Holm-adjusted p over every hypothesis of the whole
 *   suite at most `level`) and its estimate is at least the practical threshold;
 * - `equivalent`: the ratio of the means lies within 1 ± that threshold (two one-sided tests at `level` each);
 * - `inconclusive`: neither, with about the number of starts that would decide.
 * With one start on a side, its level is not separated from the change: such a side can only be `regressed` or `improved`, and
 * only if the whole interval, which includes what a start can do, lies beyond the practical threshold.
 * Equivalence tests are not adjusted for their number: equivalence of a suite requires every single test to pass
 * (intersection-union, Berger 1982, Technometrics 24). Metrics that share a hypothesis count once, with the larger p.
 */
export function compareSuite(scenarios: readonly ScenarioValues[], options: CompareOptions = {}): MetricComparison[][] {
  const past = options.past ?? {}
  const tested = scenarios.map((values, index) => keysOf(values).map((key) => testMetric(key, scenarios, index, past)))
  const largest = new Map<string, number>()
  for (const { hypothesis, p } of tested.flat()) {
    if (p !== null) largest.set(hypothesis, Math.max(p, largest.get(hypothesis) ?? 0))
  }
  const names = [...largest.keys()]
  const adjusted = holmAdjust([...largest.values()])
  const adjustedOf = (hypothesis: string): number | null => adjusted[names.indexOf(hypothesis)] ?? null
  return tested.map((metrics) =>
    metrics.map((metric) => judgeMetric(metric, adjustedOf(metric.hypothesis), names.length, options)),
  )
}

const keysOf = ({ baseline }: ScenarioValues): MetricKey[] => Object.keys(baseline) as MetricKey[]

/** What is known of the starts of one side, beside its own in this scenario: fewer than three also learn from the other side. */
function knownStarts(
  key: MetricKey,
  scenarios: readonly ScenarioValues[],
  { side, index }: { readonly side: SideName; readonly index: number },
): ObservedStarts[] {
  const shownBy = (name: SideName): ObservedStarts[] =>
    scenarios.flatMap((values, at) => {
      const isOwn = name === side && at === index
      return isOwn ? [] : (observedStarts(values[name][key] ?? []) ?? [])
    })
  const own = scenarios[index]![side][key] ?? []
  const other = side === 'baseline' ? 'candidate' : 'baseline'
  return own.length >= STARTS_PER_SIDE ? shownBy(side) : [...shownBy(side), ...shownBy(other)]
}

function testMetric(key: MetricKey, scenarios: readonly ScenarioValues[], scenario: number, past: PastStarts): Tested {
  const values = scenarios[scenario]!
  const estimateOf = (side: SideName): SideEstimate =>
    estimateSide(values[side][key] ?? [], [
      ...knownStarts(key, scenarios, { side, index: scenario }),
      ...(past[key] ?? []),
    ])
  const sides = { baseline: estimateOf('baseline'), candidate: estimateOf('candidate') }
  // the spread between three starts does not shrink with when their trials stopped
  const restsOnTrials = Object.values(sides).some(({ runs }) => runs < STARTS_PER_SIDE)
  const confidence = 2 * (values.looked && restsOnTrials ? SEQUENTIAL_QUANTILE : FIXED_QUANTILE) - 1
  const tested = { key, sides, confidence, hypothesis: `${scenario}/${comparedMetric(key).comparison.hypothesis}` }
  const { baseline, candidate } = sides
  if (baseline.estimate === null) return { ...tested, p: null, reason: `baseline: ${baseline.reason}` }
  if (candidate.estimate === null) return { ...tested, p: null, reason: `candidate: ${candidate.reason}` }
  if (!(baseline.estimate.mean > 0 && candidate.estimate.mean > 0)) {
    return { ...tested, p: null, reason: 'no ratio, because a mean is not above 0' }
  }
  return { ...tested, p: pTwoSided(contrast(candidate.estimate, baseline.estimate)), reason: null }
}

function judgeMetric(
  tested: Tested,
  pAdjusted: number | null,
  hypotheses: number,
  options: CompareOptions,
): MetricComparison {
  const { key, sides, p } = tested
  const { smallestEffect = SMALLEST_EFFECT, level = LEVEL } = options
  const results = { baseline: sideResult(sides.baseline), candidate: sideResult(sides.candidate) }
  const [baseline, candidate] = [sides.baseline.estimate, sides.candidate.estimate]
  if (p === null || pAdjusted === null || baseline === null || candidate === null) {
    const nothing = { difference: null, relative: null, p: null, pAdjusted: null, pEquivalence: null, settling: null }
    return { key, ...results, ...nothing, margin: smallestEffect, verdict: 'inconclusive', reason: tested.reason ?? '' }
  }
  const metric = comparedMetric(key)
  const margin = Math.min(0.99, Math.max(smallestEffect, metric.comparison.floor / baseline.mean))
  const difference = contrast(candidate, baseline)
  const relative = relativeOf(candidate, baseline, tested.confidence)
  const pEquivalence = equivalenceP(candidate, baseline, margin)
  const isWorse = metric.better === 'higher' ? relative.value < 0 : relative.value > 0
  const isLarge = Math.abs(relative.value) >= margin
  const isSignificant = pAdjusted <= level
  const oneStart = sidesOfOneStart(sides)
  // both ends of the interval on the same side of what matters
  const halfShare = (relative.ci95[1] - relative.ci95[0]) / 2
  const isClear = relative.ci95[0] >= margin || relative.ci95[1] <= -margin
  const verdict: MetricVerdict =
    isSignificant && isLarge && (oneStart.length === 0 || isClear)
      ? isWorse
        ? 'regressed'
        : 'improved'
      : pEquivalence <= level && oneStart.length === 0
        ? 'equivalent'
        : 'inconclusive'
  return {
    key,
    ...results,
    difference: { value: difference.difference, ci95: intervalOf(difference, tested.confidence) },
    relative,
    margin,
    p,
    pAdjusted,
    pEquivalence,
    verdict,
    reason: reasonOf(verdict, { pAdjusted, pEquivalence, margin, isLarge, isSignificant, halfShare }, sides),
    settling:
      verdict === 'inconclusive'
        ? runsToDecide({
            distanceShare: isLarge ? Math.abs(relative.value) : margin - Math.abs(relative.value),
            ...planOf(sides),
            level: isLarge ? level / 2 / hypotheses : level,
          })
        : null,
  }
}

/** candidate / baseline - 1; the interval by the variance of a ratio (delta method), with the contrast's degrees. */
function relativeOf(candidate: Estimate, baseline: Estimate, confidence: number): WithInterval {
  const ratio = candidate.mean / baseline.mean
  const [low, high] = intervalOf(contrast(candidate, baseline, ratio), confidence)
  return { value: ratio - 1, ci95: [ratio - 1 + low / baseline.mean, ratio - 1 + high / baseline.mean] }
}

const sideResult = ({ estimate, trials, runs }: SideEstimate): SideResult => ({
  mean: estimate?.mean ?? null,
  trials,
  runs,
})

/** Spread between run means, of the side that varies more; runs, of the side with fewer. */
function planOf(sides: Tested['sides']): Pick<DecisionPlan, 'runShare' | 'runs'> {
  const both = [sides.baseline, sides.candidate]
  const shares = both.map(({ estimate, runs }) => {
    if (estimate === null) return 0
    // further starts do not reduce what a trend may hide; of one start everything counts, its allowance too
    const parts = estimate.parts.filter((part) => runs === 1 || Number.isFinite(part.degrees))
    return Math.sqrt(parts.reduce((sum, part) => sum + part.variance, 0) * runs) / estimate.mean
  })
  return { runShare: Math.max(...shares), runs: Math.min(...both.map(({ runs }) => runs)) }
}
