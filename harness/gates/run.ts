import { headlineMetric } from '../metrics/headline.ts'
import { relativeHalfWidth } from '../metrics/result.ts'
import type { Gate } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { type GateInput, type GateResult, gateResult, limitPercent, notMeasured, percent } from './gate.ts'

/** All gates, in the order in which they are shown. A `required` one must have been measured for a result to be quotable. */
export const gateRules = {
  'live-source': { required: true },
  'endpoint-model': { required: true },
  'card-match': { required: true },
  'gpu-exclusive': { required: false },
  'client-headroom': { required: true },
  'error-rate': { required: true },
  'token-audit': { required: true },
  'prompt-shape': { required: false },
  'cache-clean': { required: false },
  speculation: { required: false },
  'steady-state': { required: true },
  precision: { required: false },
  'energy-coverage': { required: true },
  'energy-agreement': { required: false },
  throttle: { required: false },
  'thermal-soak': { required: false },
  ecc: { required: false },
  'power-limit': { required: false },
  'physical-limit': { required: true },
  clock: { required: false },
} as const
export type GateId = keyof typeof gateRules

/** Lists every gate once, in order; one that nobody judged is `not-measured`. */
export function gatesFrom(verdicts: Partial<Record<GateId, GateResult>>): Gate[] {
  return (Object.keys(gateRules) as GateId[]).map((id) => ({
    id,
    required: gateRules[id].required,
    ...(verdicts[id] ?? notMeasured('not looked at in this run')),
  }))
}

/** Fails when any part of the run was simulated or replayed. */
export function liveSource(record: GateInput): GateResult {
  if (record.source === 'live') return gateResult('pass', 'no part wore the stamp of the stand-in')
  return gateResult('fail', `SIMULATED: ${record.sourceEvidence.join('; ')}`)
}

/** Fails when more than the scenario's share of requests failed. */
export function errorRate(record: GateInput): GateResult {
  const sent = sum(record.trials, (trial) => trial.requests)
  if (sent === 0) return notMeasured('no request was sent')
  const failed = sent - sum(record.trials, (trial) => trial.requestsOk)
  const kinds = [...new Set(record.trials.flatMap((trial) => Object.keys(trial.outcomes)))].filter(
    (kind) => kind !== 'ok',
  )
  const named = kinds.map((kind) => `${kind} ${sum(record.trials, (trial) => trial.outcomes[kind] ?? 0)}`).join(', ')
  const evidence = `${failed} of ${sent} requests failed${named ? ` (${named})` : ''}; allowed ${percent(record.scenario.maxErrorRate)}`
  return gateResult(failed / sent > record.scenario.maxErrorRate ? 'fail' : 'pass', evidence)
}

/**
 * Fails when a trial has no steady window of the scenario's minimum length; warns when the server preempted requests:
 * their work was thrown away and done again, so the load was more than its KV cache holds.
 */
export function steadyState(record: GateInput): GateResult {
  if (record.trials.length === 0) return notMeasured('no trial was run')
  const { seconds, minWindowSeconds } = record.scenario.trial
  const neededS = minWindowSeconds ?? seconds / 2
  const lengths = record.trials.map((trial) => windowSeconds(trial))
  const shortest = Math.min(...lengths)
  const without = record.trials.find((trial) => trial.windowStartMs === null)
  const evidence = without
    ? `trial ${without.index}: ${without.reasons['outputTokensPerS'] ?? 'no steady window'}`
    : `shortest steady window ${shortest.toFixed(1)} s; needed ${neededS} s`
  if (without || shortest < neededS) return gateResult('fail', evidence)
  const preempted = sum(record.trials, (trial) => trial.server?.preemptions ?? 0)
  return preempted > 0
    ? gateResult('warn', `${evidence}; the server preempted ${preempted} requests`)
    : gateResult('pass', evidence)
}

/** The client may be wrong by this much against an exact server, at its 99th percentile, and be believed. */
const TTFT_ERROR_LIMIT_MS = 5
/** Share of its certified ceiling at which a client is near enough to be suspect. */
const CEILING_SHARE = 0.5
/** What the client may show of strain and still be believed: event-loop delay p99, CPU per worker, requests sent late. */
const DELAY_LIMIT_MS = 5
const CPU_LIMIT_SHARE = 0.8
const LATE_LIMIT_SHARE = 0.001

/**
 * Fails when the client was strained (event-loop delay, CPU, requests sent late or dropped: metrics section 7), and by its
 * certificate: a TTFT error above its limit, or a run too near the most that the client can take.
 */
export function clientHeadroom(record: GateInput): GateResult {
  const delays = record.trials.map((trial) => trial.client.eventLoopDelayP99Ms).filter((value) => value !== null)
  const shares = record.trials.map((trial) => trial.client.cpuShareOfCore).filter((value) => value !== null)
  if (delays.length === 0 || shares.length === 0) return notMeasured('the client did not watch itself')
  const delayMs = Math.max(...delays)
  const share = Math.max(...shares)
  const late = sum(record.trials, (trial) => trial.client.lateSends)
  const dropped = sum(record.trials, (trial) => trial.client.dropped)
  const sent = sum(record.trials, (trial) => trial.requests)
  const watched = `event-loop delay p99 ${delayMs.toFixed(1)} ms (limit ${DELAY_LIMIT_MS}), CPU ${percent(share)} of a core a worker (limit ${limitPercent(CPU_LIMIT_SHARE)}), ${late} of ${sent} requests sent late, ${dropped} dropped`
  const strained = delayMs > DELAY_LIMIT_MS || share > CPU_LIMIT_SHARE || late > sent * LATE_LIMIT_SHARE || dropped > 0
  const { certificate } = record
  if (certificate === null)
    return gateResult(strained ? 'fail' : 'warn', `${watched}; the client was not tried against an exact server`)
  const fastest = Math.max(0, ...record.trials.map((trial) => trial.outputTokensPerS ?? 0))
  const certified = `certificate: TTFT error p99 ${certificate.ttftErrorMs.p99.toFixed(2)} ms (limit ${TTFT_ERROR_LIMIT_MS}), gap error p50 ${certificate.gapErrorMs.p50.toFixed(3)} ms, ceiling ${Math.round(certificate.highestTokensPerS)} tokens/s`
  const untrue =
    certificate.ttftErrorMs.p99 > TTFT_ERROR_LIMIT_MS || fastest > certificate.highestTokensPerS * CEILING_SHARE
  return gateResult(strained || untrue ? 'fail' : 'pass', `${watched}; ${certified}`)
}

/** Fails when the interval of the headline metric is wider than the scenario's target. */
export function precision(record: GateInput): GateResult {
  const key = headlineMetric(record.scenario)
  const half = relativeHalfWidth(record.result[key])
  const target = record.scenario.certainty.target
  if (half === null) return notMeasured(`${key}: an interval needs two trials; there are ${record.trials.length}`)
  const evidence = `${key} ± ${percent(half)} over ${record.trials.length} trials; target ± ${percent(target)}`
  return gateResult(half <= target ? 'pass' : 'fail', evidence)
}

const windowSeconds = (trial: Trial): number =>
  trial.windowStartMs === null || trial.windowEndMs === null ? 0 : (trial.windowEndMs - trial.windowStartMs) / 1000

const sum = (trials: readonly Trial[], of: (trial: Trial) => number): number =>
  trials.reduce((total, trial) => total + of(trial), 0)
