import { mean, sampleVariance } from 'simple-statistics'
import { isKnown, knownOf, numberOf } from '../record/measured.ts'
import { TOKEN_BIN_MS, type TokenRow } from '../record/rows.ts'
import type { Drift, DriftCheck } from '../record/schema/result.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import { correlatedMean } from '../stats/correlated-mean.ts'
import { holmAdjust } from '../stats/holm.ts'
import { trendOf } from '../stats/kendall.ts'
import { studentTQuantile } from '../stats/student-t.ts'
import { type Contrast, contrast, type Estimate, pTwoSided } from '../stats/welch.ts'

/** A smaller change between the first and the last third is not drift, however certain it is. */
export const DRIFT_SHARE = 0.01
const LEVEL = 0.05
/** Minimum number of blocks per third of a window to estimate its spread. */
const BLOCKS_A_THIRD = 2
const SHORTEST_BLOCK_MS = 1000

/** The fields of a trial that the drift check reads. */
export type DriftTrial = Pick<TextTrial, 'index' | 'windowStartMs' | 'windowEndMs' | 'outputTokensPerS' | 'e2eMs'>

/** How blocks of a window are taken: correlated with their neighbours, or, in older records, as independent. */
export interface DriftRule {
  readonly correlatedBlocks: boolean
}

/**
 * Tests a run's throughput for drift: within each trial (first against last third of its window) and from trial to trial.
 * A trial drifts if the change is at least 1 % and significant at 5 %, Holm-adjusted for the number of trials. Clocks and
 * temperature are tested by the gate thermal-soak.
 */
export function findDrift(
  trials: readonly DriftTrial[],
  tokens: readonly TokenRow[],
  rule: DriftRule = { correlatedBlocks: false },
): Drift {
  const ofTrial = Map.groupBy(tokens, (row) => row.trial)
  const test = { ...rule, level: LEVEL / trials.length }
  const checks = trials.map((trial) => thirds(trial, ofTrial.get(trial.index) ?? [], test))
  const known = checks.filter((check) => check.p !== null)
  const adjusted = holmAdjust(known.map((check) => check.p!))
  const named = checks.map((check) => {
    const place = known.indexOf(check)
    return place < 0 ? check : { ...check, drifts: isDrift(check.changeShare!, adjusted[place]!) }
  })
  const trend = trendCheck(trials)
  const findings = [
    ...named.flatMap((check, index) => (check.drifts ? [trialFinding(trials[index]!.index, check.changeShare!)] : [])),
    ...(trend.drifts ? [trendFinding(trend.changeShare!, trials.length)] : []),
  ]
  const [first, last] = [named[0], named.at(-1)]
  const burst = first?.firstTokensPerS ?? null
  const sustained = last?.lastTokensPerS ?? null
  return {
    trials: named.map((check, index) => ({ index: trials[index]!.index, ...check })),
    trend,
    coldBurstTokensPerS: burst,
    soakedTokensPerS: sustained,
    findings,
  }
}

/**
 * First against last third of a window by batch means (Conway 1963; Law 2015, "Simulation Modeling and Analysis",
 * section 9.5.3): a closed loop sends in waves as long as a request, so a block is one median request long, and at
 * least a second. Welch's test on the blocks; slow noise makes neighbouring blocks alike, which is no drift.
 */
function thirds(
  trial: DriftTrial,
  tokens: readonly TokenRow[],
  { correlatedBlocks, level }: DriftRule & { readonly level: number },
): Check {
  const { windowStartMs: startMs, windowEndMs: endMs } = trial
  if (!isKnown(startMs) || !isKnown(endMs)) return unknown('no steady window')
  const blockMs = Math.ceil(Math.max(SHORTEST_BLOCK_MS, numberOf(trial.e2eMs.p50) ?? 0) / TOKEN_BIN_MS) * TOKEN_BIN_MS
  const blocks = Math.floor((endMs - startMs) / 3 / blockMs)
  if (blocks < BLOCKS_A_THIRD) {
    const needed = (3 * BLOCKS_A_THIRD * blockMs) / 1000
    return unknown(
      `not testable: lengthen the trial to a window of about ${needed.toFixed(0)} s or more, because requests take about ${(blockMs / 1000).toFixed(1)} s`,
    )
  }
  const first = rates(tokens, startMs, blockMs, blocks)
  const last = rates(tokens, endMs - blocks * blockMs, blockMs, blocks)
  const [early, late] = [mean(first), mean(last)]
  if (early === 0) return unknown('no tokens in the first third of the window')
  const estimate = correlatedBlocks ? correlatedEstimate : estimateOf
  const change = contrast(estimate(last), estimate(first))
  const check = { changeShare: late / early - 1, p: pTwoSided(change), drifts: false }
  // older records lack it
  const detectable = correlatedBlocks ? { detectableShare: detectableChange(change, level) / early } : {}
  return { ...check, ...detectable, firstTokensPerS: early, lastTokensPerS: late }
}

/** The change that the test at this level finds in 80 of 100 cases: (t(1 - level/2) + t(0.8)) standard errors. */
const detectableChange = ({ standardError, degrees }: Contrast, level: number): number =>
  (studentTQuantile(1 - level / 2, degrees) + studentTQuantile(0.8, degrees)) * standardError

type Check = Omit<Drift['trials'][number], 'index'>

const unknown = (reason: string): Check => ({
  changeShare: null,
  p: null,
  drifts: false,
  firstTokensPerS: null,
  lastTokensPerS: null,
  reason,
})

/** Tokens per second in consecutive blocks. */
function rates(tokens: readonly TokenRow[], fromMs: number, blockMs: number, blocks: number): number[] {
  const sums = new Array<number>(blocks).fill(0)
  for (const { binStartMs, tokens: count } of tokens) {
    const block = Math.floor((binStartMs - fromMs) / blockMs)
    if (block >= 0 && block < blocks) sums[block]! += count
  }
  return sums.map((sum) => (sum * 1000) / blockMs)
}

const estimateOf = (values: readonly number[]): Estimate => ({
  mean: mean([...values]),
  parts: [{ variance: sampleVariance([...values]) / values.length, degrees: values.length - 1 }],
})

/** The same with blocks that are like their neighbours. */
const correlatedEstimate = (values: readonly number[]): Estimate => ({
  mean: mean([...values]),
  parts: [{ variance: correlatedMean(values)?.variance ?? 0, degrees: values.length - 1 }],
})

/** Minimum number of trials whose order can show a trend at 5 % (exact: 2/5! = 1.7 %; for four, 2/4! = 8.3 %). */
const TRIALS_FOR_TREND = 5

function trendCheck(trials: readonly DriftTrial[]): DriftCheck {
  const values = knownOf(trials.map((trial) => trial.outputTokensPerS))
  if (values.length < trials.length || trials.length < TRIALS_FOR_TREND) {
    return {
      changeShare: null,
      p: null,
      drifts: false,
      reason: `not testable: a trend from trial to trial requires ${TRIALS_FOR_TREND} trials or more`,
    }
  }
  const trend = trendOf(values)
  const centre = mean(values)
  if (trend === null || centre === 0) return { changeShare: null, p: null, drifts: false, reason: 'no tokens' }
  const changeShare = (trend.slope * (values.length - 1)) / centre
  return { changeShare, p: trend.p, drifts: isDrift(changeShare, trend.p) }
}

const isDrift = (changeShare: number, p: number): boolean => Math.abs(changeShare) >= DRIFT_SHARE && p <= LEVEL

const signed = (share: number): string => `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)} %`

const trialFinding = (index: number, share: number): string =>
  `trial ${index + 1} drifts: ${signed(share)} tokens/s from its first third to its last`

const trendFinding = (share: number, trials: number): string =>
  `the trials drift: ${signed(share)} tokens/s from trial 1 to trial ${trials}`
