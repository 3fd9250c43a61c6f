import { comparedMetric, type MetricKey } from '../metrics/catalogue.ts'
import { FIXED_QUANTILE } from '../metrics/result.ts'
import { SEQUENTIAL_QUANTILE } from '../metrics/stopping.ts'
import { holmAdjust } from '../stats/holm.ts'
import { contrast, type Estimate, equivalenceP, intervalOf, pTwoSided } from '../stats/welch.ts'
import { estimateSide, RESTART_SHARE, RUNS_THAT_SHOW_RESTARTS, type SideEstimate, type SideValues } from './side.ts'
import { type DecisionPlan, type Settling, trialsToDecide } from './trials-needed.ts'

export const metricVerdicts = ['regressed', 'improved', 'equivalent', 'inconclusive'] as const
export type MetricVerdict = (typeof metricVerdicts)[number]

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
  /** The trials or runs needed to decide an inconclusive one. */
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
}

/** Default practical threshold (docs/metrics.md#repeats-and-certainty). */
export const SMALLEST_EFFECT = 0.03
const LEVEL = 0.05

/** A metric before the verdict: estimates of both sides, or why there are none. */
interface Tested {
  readonly key: MetricKey
  readonly sides: { readonly baseline: SideEstimate; readonly candidate: SideEstimate }
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
 * - `inconclusive`: neither, with the trials or runs needed to decide.
 * Equivalence tests are not adjusted for their number: equivalence of a suite requires every single test to pass
 * (intersection-union, Berger 1982, Technometrics 24). Metrics that share a hypothesis count once, with the larger p.
 */
export function compareSuite(scenarios: readonly ScenarioValues[], options: CompareOptions = {}): MetricComparison[][] {
  const tested = scenarios.map((values, index) => keysOf(values).map((key) => testMetric(key, values, index)))
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

function testMetric(key: MetricKey, values: ScenarioValues, scenario: number): Tested {
  const sides = {
    baseline: estimateSide(values.baseline[key] ?? []),
    candidate: estimateSide(values.candidate[key] ?? []),
  }
  const confidence = 2 * (values.looked ? SEQUENTIAL_QUANTILE : FIXED_QUANTILE) - 1
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
  const verdict: MetricVerdict =
    isSignificant && isLarge
      ? isWorse
        ? 'regressed'
        : 'improved'
      : pEquivalence <= level
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
    reason: reasonOf(verdict, { pAdjusted, pEquivalence, margin, isLarge, isSignificant }, sides),
    settling:
      verdict === 'inconclusive'
        ? trialsToDecide({
            distanceShare: isLarge ? Math.abs(relative.value) : margin - Math.abs(relative.value),
            ...spreads(sides),
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

function reasonOf(
  verdict: MetricVerdict,
  numbers: {
    readonly pAdjusted: number
    readonly pEquivalence: number
    readonly margin: number
    readonly isLarge: boolean
    readonly isSignificant: boolean
  },
  sides: Tested['sides'],
): string {
  const notes = (['baseline', 'candidate'] as const).flatMap((side) => {
    const estimate = sides[side]
    return estimate.estimate === null ? [] : estimate.notes.map((note) => `${side}: ${note}`)
  })
  const { pAdjusted, pEquivalence, margin, isLarge, isSignificant } = numbers
  const effect = `${(margin * 100).toFixed(1)} %`
  const open = isLarge
    ? `${effect} or more, but not significant (${pText(pAdjusted)})`
    : isSignificant
      ? `there is a difference, but whether it reaches ${effect} is not decided`
      : `no significant difference, and ${effect} is not excluded (${pText(pEquivalence)})`
  const words = {
    regressed: `worse by ${effect} or more (${pText(pAdjusted)})`,
    improved: `better by ${effect} or more (${pText(pAdjusted)})`,
    equivalent: `within ±${effect} (${pText(pEquivalence)})`,
    inconclusive: open,
  } as const
  return [words[verdict], ...notes].join('; ')
}

const pText = (p: number): string =>
  p < 0.0001 ? 'p\u00a0<\u00a00.0001' : `p\u00a0=\u00a0${p.toFixed(p < 0.001 ? 4 : 3)}`

const sideResult = ({ estimate, trials, runs }: SideEstimate): SideResult => ({
  mean: estimate?.mean ?? null,
  trials,
  runs,
})

/** Spread between trials and between starts, of the side that varies more; trials per side, of the side with fewer. */
function spreads(sides: Tested['sides']): Pick<DecisionPlan, 'trialShare' | 'restartShare' | 'trials' | 'unit'> {
  const both = [sides.baseline, sides.candidate]
  const showRestarts = both.every(({ runs }) => runs >= RUNS_THAT_SHOW_RESTARTS)
  const shares = both.map(({ estimate, runs, trials }) => {
    if (estimate === null) return 0
    const estimated = estimate.parts.filter((part) => Number.isFinite(part.degrees))
    const variance = estimated.reduce((sum, part) => sum + part.variance, 0)
    return Math.sqrt(variance * (runs >= RUNS_THAT_SHOW_RESTARTS ? runs : trials)) / estimate.mean
  })
  return {
    trialShare: Math.max(...shares),
    restartShare: showRestarts ? 0 : RESTART_SHARE,
    trials: Math.min(...both.map(({ runs, trials }) => (showRestarts ? runs : trials))),
    unit: showRestarts ? 'runs' : 'trials',
  }
}
