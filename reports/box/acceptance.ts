import { runLimit } from '../../harness/physics/run-limit.ts'
import { isKnown, numberOf, reasonOf } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { appliedBand, type Band, siblingBand, unseenLoss } from './band.ts'
import { type DoctorFinding, fastCauses, slowCauses } from './causes.ts'
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
/** Gates that show a fault of the server itself, whatever its rates are. */
const serverGates: ReadonlySet<string> = new Set(['card-health', 'ecc', 'throttle'])
/** Gates about the reading of power. */
const powerGates: ReadonlySet<string> = new Set(['power-plausible', 'energy-coverage', 'energy-agreement'])

/**
 * The figures of every scenario against healthy servers with the same card and edition: those of other GPUs that were
 * accepted, and until there are enough of them what is predicted (band.ts, references.ts). Several starts of one scenario
 * are one figure.
 */
export function acceptance(
  runs: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  findings: readonly DoctorFinding[],
): AcceptanceLine[] {
  const scenarios = Map.groupBy(runs, (run) => `${run.scenarioSha256} ${run.scenario.name}`)
  return [...scenarios.values()].flatMap((starts) => scenarioLines(starts, earlier, findings))
}

/** A server is accepted when at least one result was judged and every judged result passed. */
export function boxAccepted(lines: readonly AcceptanceLine[]): boolean {
  return lines.some((line) => line.verdict === 'pass') && lines.every((line) => line.verdict !== 'fail')
}

function scenarioLines(
  starts: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  findings: readonly DoctorFinding[],
): AcceptanceLine[] {
  const complete = starts.filter(({ status }) => status === 'complete')
  const first = complete[0] ?? starts[0]!
  const references = referencesOf(first, earlier)
  const expectation = expectationOf(first)
  const incomplete = starts.flatMap((run) =>
    run.status === 'complete' ? [] : [run.failure ?? `the run is ${run.status}`],
  )
  return quantityKeys.flatMap((key) => {
    const quantity: Quantity = quantities[key]
    const value = meanOverStarts(quantity, complete.length > 0 ? complete : starts)
    // the throughput has a line in any case, so that no scenario is without one
    if (value === null && key !== 'outputTokensPerS') return []
    const judged: Judged = { key, quantity, runs: complete, references, expectation, findings }
    const base = {
      scenario: first.scenario.name,
      starts: starts.length,
      metric: key,
      measured: complete.length === 0 || value === null ? null : numberOf(value),
    }
    if (base.measured === null) {
      if (key !== 'outputTokensPerS' && complete.length === 0) return []
      const why = incomplete[0] ?? (value === null || isKnown(value) ? 'not measured' : reasonOf(value)!)
      return [{ ...base, ...nothing, why: [why] }]
    }
    return [lineOf(base, base.measured, judged)]
  })
}

const nothing = {
  low: null,
  high: null,
  basis: 'none',
  verdict: 'not-measured',
  unseenLoss: null,
  remarks: [],
} as const

interface Judged {
  readonly key: QuantityKey
  readonly quantity: Quantity
  /** The complete runs, one per start. */
  readonly runs: readonly RunRecord[]
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
  const history = ownHistory(quantity, measured, references.own)
  if (band === null) {
    const reason = 'reason' in predicted ? predicted.reason : 'no band'
    return { ...base, ...nothing, why: [reason], remarks: history }
  }
  const { low, high, basis } = band
  const shown = { ...base, low, high, basis, unseenLoss: unseenLoss(quantity, band) }
  const beyondLimit = isBeyondLimit(key, measured, run)
  const isWorse = quantity.worse === 'lower' ? low !== null && measured < low : high !== null && measured > high
  // a fault of the server has one line per scenario, that of the throughput
  const shownFaults = key === 'outputTokensPerS' ? runs.flatMap(serverFaults) : []
  const faults = isWorse ? runs.flatMap((each) => slowCauses(each, findings)) : shownFaults
  const remarks = [
    ...remarkOnBetter(quantity, measured, band, beyondLimit),
    ...startRemarks(quantity, runs),
    ...history,
  ]
  const isBad = beyondLimit || isWorse || faults.length > 0
  const why = beyondLimit ? fastCauses(run) : [...new Set(faults)]
  if (runs.some(({ source }) => source === 'simulated')) {
    const word = isBad ? 'fail' : 'pass'
    const stamp = `SIMULATED: proves nothing about this server; a real one would ${word} with this figure`
    return { ...shown, verdict: 'not-measured', simulated: word, why: [stamp, ...why], remarks }
  }
  const doubts = isBad ? [] : [...new Set(runs.flatMap((each) => failedGates(each, quantity)))]
  if (doubts.length > 0) return { ...shown, verdict: 'not-measured', unseenLoss: null, why: doubts, remarks }
  return { ...shown, verdict: isBad ? 'fail' : 'pass', why, remarks }
}

function knownMean(quantity: Quantity, runs: readonly RunRecord[]): number | null {
  const value = meanOverStarts(quantity, runs)
  return value === null ? null : numberOf(value)
}

/** Faults that reject a server at any speed. */
const serverFaults = (run: RunRecord): string[] =>
  run.gates.flatMap(({ id, status, evidence }) =>
    status === 'fail' && serverGates.has(id) ? [`${id}: ${evidence}`] : [],
  )

/** Required gates that failed: the figure is not known to be that of this server. Those of power concern power only. */
const failedGates = (run: RunRecord, { shows }: Quantity): string[] =>
  run.gates.flatMap(({ id, status, required, evidence }) =>
    status === 'fail' && required && (!powerGates.has(id) || shows === 'power' || shows === 'energy efficiency')
      ? [`not judged, ${id} failed: ${evidence}`]
      : [],
  )

function isBeyondLimit(key: QuantityKey, measured: number, run: RunRecord): boolean {
  const limit = runLimit(run)
  if ('reason' in limit || limit.kind !== 'text') return false
  if (key === 'outputTokensPerS') return measured > limit.value
  if (key === 'decodeTokensPerS') return measured > limit.streamTokensPerS
  return key === 'ttftMsP50' && measured < limit.firstTokenMs
}

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
