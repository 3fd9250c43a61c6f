import { runLimit } from '../../harness/physics/run-limit.ts'
import { isKnown, numberOf } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { appliedBand, type Band, siblingBand, unseenLoss } from './band.ts'
import { type DoctorFinding, failedMeasurement, fastCauses, serverFaults, slowCauses } from './causes.ts'
import { linkRemarks } from './link-remarks.ts'
import { ownHistory } from './own-history.ts'
import { type Expectation, expectationOf, predictedBand } from './predicted-band.ts'
import { meanOverStarts, type Quantity, type QuantityKey, quantities, quantityKeys } from './quantities.ts'
import { type EarlierRun, type References, referencesOf } from './references.ts'

/** One figure of a server against the range of healthy servers with this card. */
export interface AcceptanceLine {
  readonly scenario: string
  /** Starts of the server that the figure is the mean of. */
  readonly starts: number
  readonly metric: QuantityKey
  readonly measured: number | null
  readonly low: number | null
  readonly high: number | null
  /** The value of an average healthy server; null without a band. */
  readonly expected: number | null
  /** The source of the band. */
  readonly basis: string
  readonly verdict: 'pass' | 'fail' | 'not-measured'
  /** What a simulated server would get: it is never accepted. */
  readonly simulated?: 'pass' | 'fail'
  /** Share of its value that an average healthy server could lose unseen; null where nothing was judged. */
  readonly unseenLoss: number | null
  /** Likely causes where it is outside the band, most specific first; or why it was not judged. */
  readonly why: readonly string[]
  /** What does not decide: faster than expected, starts that differ, earlier values of the same GPUs. */
  readonly remarks: readonly string[]
}

/** Starts of one server that differ by more than this, largest - smallest over the mean, are remarked on. */
const START_RANGE = 0.05

/**
 * The figures of every scenario against healthy servers with the same card and edition: those of other GPUs that were
 * accepted, and until there are enough of them what is predicted (band.ts, references.ts). Several starts of one scenario
 * are one figure. A copy within the memory, `copyGBs`, narrows the predictions: by default the one that these runs have.
 */
export function acceptance(
  runs: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  findings: readonly DoctorFinding[],
  copyGBs: number | null = copyOf(runs),
): AcceptanceLine[] {
  const scenarios = Map.groupBy(runs, (run) => `${run.scenarioSha256} ${run.scenario.name}`)
  return [...scenarios.values()].flatMap((starts) => scenarioLines(starts, earlier, { findings, copyGBs }))
}

/** What a copy within the memory of the GPUs of these runs reached, in GB/s; null where no run says. */
export const copyOf = (runs: readonly RunRecord[]): number | null => knownMean(quantities.copyBandwidthGBs, runs)

/** A server is accepted when at least one result was judged and every judged result passed. */
export function boxAccepted(lines: readonly AcceptanceLine[]): boolean {
  return lines.some((line) => line.verdict === 'pass') && lines.every((line) => line.verdict !== 'fail')
}

function scenarioLines(
  starts: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  { findings, copyGBs }: { readonly findings: readonly DoctorFinding[]; readonly copyGBs: number | null },
): AcceptanceLine[] {
  const complete = starts.filter(({ status }) => status === 'complete')
  const first = complete[0] ?? starts[0]!
  const shared = {
    references: referencesOf(first, earlier),
    expectation: expectationOf(first, copyGBs),
    findings,
  }
  return quantityKeys.flatMap((key) => {
    const quantity: Quantity = quantities[key]
    // a fault of the server has one line per scenario, that of the throughput
    const faults = key === 'outputTokensPerS' ? complete.flatMap(serverFaults) : []
    const value = meanOverStarts(quantity, complete)
    const trusted = complete.filter((run) => whyNotCounted(run, quantity) === null)
    const measured = knownMean(quantity, trusted)
    const notCounted = starts.flatMap((run) => whyNotCounted(run, quantity) ?? [])
    const base = { scenario: first.scenario.name, starts: trusted.length, metric: key, measured }
    if (measured !== null) {
      const remarks =
        notCounted.length === 0 ? [] : [`remark: ${notCounted.length} of ${starts.length} starts: ${notCounted[0]}`]
      return [lineOf(base, measured, { key, quantity, runs: trusted, faults, remarks, ...shared })]
    }
    if (faults.length > 0) return [{ ...base, ...nothing, verdict: 'fail', why: [...new Set(faults)] }]
    // the throughput has a line in any case, so that no scenario is without one
    if (value === null && key !== 'outputTokensPerS') return []
    const reason = value === null || isKnown(value) ? 'not measured' : value.reason
    return [{ ...base, ...nothing, why: notCounted.length > 0 ? [...new Set(notCounted)] : [reason] }]
  })
}

/** Why a figure of a run does not count, or null; a simulated one is never accepted, whatever its gates are. */
export function whyNotCounted(run: RunRecord, { shows }: Quantity): string | null {
  if (run.status !== 'complete') return run.failure ?? `the run is ${run.status}`
  if (run.source === 'simulated') return null
  return failedMeasurement(run, shows === 'power' || shows === 'energy efficiency')[0] ?? null
}

const nothing = {
  low: null,
  high: null,
  expected: null,
  basis: 'none',
  verdict: 'not-measured',
  unseenLoss: null,
  remarks: [],
} as const

interface Judged {
  readonly key: QuantityKey
  readonly quantity: Quantity
  /** The runs that count, one per start. */
  readonly runs: readonly RunRecord[]
  /** Faults of the server that reject it at any speed. */
  readonly faults: readonly string[]
  readonly remarks: readonly string[]
  readonly references: References
  readonly expectation: Expectation
  readonly findings: readonly DoctorFinding[]
}

type LineBase = Pick<AcceptanceLine, 'scenario' | 'starts' | 'metric' | 'measured'>

function lineOf(base: LineBase, measured: number, judged: Judged): AcceptanceLine {
  const { key, quantity, runs, references, expectation, findings } = judged
  const run = runs[0]!
  const values = references.siblings.flatMap((server) => knownMean(quantity, server) ?? [])
  const siblings = values.length === 0 ? null : siblingBand(quantity, values)
  const predicted = predictedBand(key, run, expectation)
  const band = appliedBand(quantity, siblings, values.length, 'reason' in predicted ? null : predicted)
  const history = [...judged.remarks, ...ownHistory(quantity, measured, references.own)]
  if (band === null) {
    const reason = 'reason' in predicted ? predicted.reason : 'no band'
    const isFaulty = judged.faults.length > 0
    return {
      ...base,
      ...nothing,
      ...(isFaulty ? { verdict: 'fail' } : {}),
      why: [...judged.faults, reason],
      remarks: history,
    }
  }
  const { low, high, expected, basis } = band
  const shown = { ...base, low, high, expected, basis, unseenLoss: unseenLoss(quantity, band) }
  const beyondLimit = isBeyondLimit(key, measured, run)
  const isWorse = quantity.worse === 'lower' ? low !== null && measured < low : high !== null && measured > high
  const causes = isWorse
    ? [...memoryCause(key, expectation), ...runs.flatMap((each) => slowCauses(each, findings))]
    : []
  const remarks = [
    ...remarkOnBetter(quantity, measured, band, beyondLimit),
    ...startRemarks(quantity, runs),
    ...(key === 'copyBandwidthGBs' ? [...shortOfUsual(expectation), ...runs.flatMap(linkRemarks)] : []),
    ...history,
  ]
  const isBad = beyondLimit || isWorse || judged.faults.length > 0
  const why = [...new Set([...judged.faults, ...(beyondLimit ? fastCauses(run) : causes)])]
  if (run.source === 'simulated') {
    const word = isBad ? 'fail' : 'pass'
    const stamp = `SIMULATED: proves nothing about this server; a real one would ${word} with this figure`
    return { ...shown, verdict: 'not-measured', simulated: word, why: [stamp, ...why], remarks }
  }
  return { ...shown, verdict: isBad ? 'fail' : 'pass', why, remarks }
}

function knownMean(quantity: Quantity, runs: readonly RunRecord[]): number | null {
  const value = meanOverStarts(quantity, runs)
  return value === null ? null : numberOf(value)
}

function isBeyondLimit(key: QuantityKey, measured: number, run: RunRecord): boolean {
  const limit = runLimit(run)
  if ('reason' in limit || limit.kind !== 'text') return false
  if (key === 'outputTokensPerS') return measured > limit.value
  if (key === 'decodeTokensPerS') return measured > limit.streamTokensPerS
  return key === 'ttftMsP50' && measured < limit.firstTokenMs
}

/** A copy that reaches less than this part of what it usually does explains the figures that depend on the memory. */
const SHORT_COPY = 0.95

const shortOfUsual = ({ copyShare }: Expectation): string[] =>
  copyShare !== null && copyShare < SHORT_COPY
    ? [`the memory reaches ${percent(copyShare)} of the copy rate that is usual for this card`]
    : []

const memoryCause = (key: QuantityKey, expectation: Expectation): string[] =>
  key === 'copyBandwidthGBs' || key === 'smClockMHz' || key === 'kvCapacityTokens' ? [] : shortOfUsual(expectation)

function remarkOnBetter({ worse, unit }: Quantity, measured: number, band: Band, beyondLimit: boolean): string[] {
  if (beyondLimit) return []
  const { low, high } = band
  if (worse === 'lower') {
    if (high === null || measured <= high) return []
    return [`remark: ${percent(measured / high - 1)} above the range (${unit}), and below the physical limit: no fault`]
  }
  if (low === null || measured >= low) return []
  return [`remark: ${percent(1 - measured / low)} below the range (${unit}): no fault`]
}

function startRemarks(quantity: Quantity, runs: readonly RunRecord[]): string[] {
  const values = runs.flatMap((run) => knownMean(quantity, [run]) ?? [])
  const mean = knownMean(quantity, runs)
  if (values.length < 2 || mean === null || mean === 0) return []
  const range = (Math.max(...values) - Math.min(...values)) / mean
  if (range <= START_RANGE) return []
  const each = values.map((value) => value.toFixed(quantity.digits)).join(', ')
  return [`remark: its starts differ by ${percent(range)}: ${each}`]
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
