import { cardByKey } from '../../harness/catalogue/cards.ts'
import { reasonOfResult } from '../../harness/metrics/result.ts'
import { enforcedPowerLimitW, servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { ServerStart } from '../../harness/record/schema/server.ts'
import { predictScenario } from '../predict/scenario.ts'

/** One result of a server against the expected range of this card. */
export interface AcceptanceLine {
  readonly scenario: string
  /** Absent where the server was running already. */
  readonly serverStart?: ServerStart
  readonly metric: 'outputTokensPerS'
  readonly measured: number | null
  readonly low: number | null
  readonly high: number | null
  /** The source of the band. */
  readonly basis: string
  readonly verdict: 'pass' | 'fail' | 'not-measured'
  /** Likely causes where it is outside the band, most specific first; or why it was not judged. */
  readonly why: readonly string[]
}

/** The doctor's findings, as far as the verdict uses them. */
export interface DoctorFinding {
  readonly id: string
  readonly status: string
  readonly read: string
}

/** Expected spread between servers with the same card; more than this is a finding. An assumption until there are many records. */
const SAME_CARD = 0.1

/**
 * Output tokens/s of each run against the band of its exact card and edition: earlier live runs of the same scenario
 * on the same card where there are some (their mean ± 10 %), otherwise the prediction for a healthy server.
 */
export function acceptance(
  runs: readonly RunRecord[],
  earlier: readonly RunRecord[],
  findings: readonly DoctorFinding[],
): AcceptanceLine[] {
  return runs.map((run) => {
    const measured = run.result['outputTokensPerS']?.mean ?? null
    const band = bandOf(run, earlier)
    const start = run.serverStart ? { serverStart: run.serverStart } : {}
    const base = { scenario: run.scenario.name, ...start, metric: 'outputTokensPerS', measured } as const
    if ('reason' in band) {
      return { ...base, low: null, high: null, basis: 'none', verdict: 'not-measured', why: [band.reason] }
    }
    if (measured === null || run.status !== 'complete') {
      const why = run.failure ?? reasonOfResult(run.result['outputTokensPerS']) ?? `the run is ${run.status}`
      return { ...base, ...band, verdict: 'not-measured', why: [why] }
    }
    if (run.source === 'simulated') {
      return { ...base, ...band, verdict: 'not-measured', why: ['SIMULATED: proves nothing about this server'] }
    }
    const inside = measured >= band.low && measured <= band.high
    const why = inside ? [] : measured < band.low ? slowCauses(run, findings) : fastCauses(run)
    return { ...base, ...band, verdict: inside ? 'pass' : 'fail', why }
  })
}

/** A server is accepted when at least one result was judged and every judged result passed. */
export function boxAccepted(lines: readonly AcceptanceLine[]): boolean {
  return lines.some((line) => line.verdict === 'pass') && lines.every((line) => line.verdict !== 'fail')
}

type Band = { readonly low: number; readonly high: number; readonly basis: string } | { readonly reason: string }

function bandOf(run: RunRecord, earlier: readonly RunRecord[]): Band {
  const comparable = earlier.filter(
    (other) =>
      other.id !== run.id &&
      other.source === run.source &&
      other.status === 'complete' &&
      other.card.key === run.card.key &&
      other.scenarioSha256 === run.scenarioSha256,
  )
  const rates = comparable
    .map((other) => other.result['outputTokensPerS']?.mean ?? null)
    .filter((rate) => rate !== null)
  if (rates.length > 0) {
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
    const low = Math.min(mean * (1 - SAME_CARD), ...rates)
    const high = Math.max(mean * (1 + SAME_CARD), ...rates)
    return { low, high, basis: `${rates.length} earlier runs on ${run.card.key}` }
  }
  const card = run.card.key === null ? null : cardByKey(run.card.key)
  if (card === null) return { reason: run.card.reason ?? 'the card is not in the catalogue' }
  const { prediction, reason, approximate } = predictScenario(run.scenario, card, enforcedPowerLimitW(run.gpus))
  if (prediction === null || approximate) return { reason: reason ?? 'no prediction for this load' }
  const { slow, fast } = prediction.band
  return { low: slow.outputTokensPerS, high: fast.outputTokensPerS, basis: `predicted for ${card.key}` }
}

/** Likely causes of a slow card, from the record and the doctor. */
function slowCauses(run: RunRecord, findings: readonly DoctorFinding[]): string[] {
  const serving = servingGpus(run.gpus)
  const card = run.card.key === null ? null : cardByKey(run.card.key)
  const gate = (id: string, cause: string) => {
    const found = run.gates.find((each) => each.id === id && (each.status === 'fail' || each.status === 'warn'))
    return found ? [`${cause}: ${found.evidence}`] : []
  }
  const causes = [
    ...serving.flatMap(({ powerLimitW: limit, powerDefaultLimitW: usual }) =>
      limit !== null && usual !== null && limit < usual ? [`lowered power limit: ${limit} of ${usual} W`] : [],
    ),
    ...gate('card-health', 'a fault of the card'),
    ...gate('serving-card', 'not the card that served, or not all of it'),
    ...gate('throttle', 'throttling'),
    ...gate('thermal-soak', 'temperature not stable'),
    ...gate('gpu-exclusive', 'other process on the card'),
    ...gate('token-audit', 'traffic from another client'),
    ...gate('client-headroom', 'client too slow'),
    ...gate('ecc', 'memory errors'),
    ...serving.flatMap(({ pcie: { widthCurrent, widthMax } }) =>
      widthCurrent !== null && widthMax !== null && widthCurrent < widthMax
        ? [`narrow PCIe link: x${widthCurrent} of x${widthMax}`]
        : [],
    ),
    ...serving.flatMap(({ eccMode }) =>
      eccMode === 'Enabled' && card?.ecc.value === 'toggle-off'
        ? ['ECC is enabled and reduces the memory bandwidth by some per cent']
        : [],
    ),
    ...findings
      .filter((finding) => finding.status === 'fail' || finding.status === 'warn')
      .map((finding) => `doctor, ${finding.id}: ${finding.read}`),
  ]
  return causes.length > 0 ? causes : ['no cause found; check the driver, the server settings and the card']
}

/** Likely causes of a result above the band. */
function fastCauses(run: RunRecord): string[] {
  const failing = run.gates.filter((gate) => gate.status === 'fail').map((gate) => `${gate.id}: ${gate.evidence}`)
  return failing.length > 0
    ? failing
    : ['faster than expected: another edition, raised clocks, or an incorrect measurement']
}
