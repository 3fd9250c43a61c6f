import { energyOverWindow } from '../energy/window-energy.ts'
import type { RequestTable } from '../record/request-table.ts'
import type { GapRow, GpuRow, StepRow, TokenRow } from '../record/rows.ts'
import type { Percentiles, Trial } from '../record/schema/trial.ts'
import { targetInFlight } from '../scenario/load-shape.ts'
import type { Scenario } from '../scenario/schema.ts'
import { percentilesOf } from '../stats/percentiles.ts'
import { ratio } from '../stats/ratio.ts'
import { gapFigures } from './gaps.ts'
import { goodputOf, indicesInside, latenciesOf, sloShareOf } from './latency.ts'
import { tokensInside, wholeTrialTokensPerS } from './throughput.ts'
import { type SteadyWindow, scheduledWindow, steadyWindow } from './window.ts'

/** Everything that was observed in one trial; times on the run's clock. */
export interface TrialObservations {
  readonly index: number
  readonly startMs: number
  readonly sendUntilMs: number
  readonly endMs: number
  readonly requests: RequestTable
  readonly tokens: readonly TokenRow[]
  readonly gaps: readonly GapRow[]
  readonly gpuRows: readonly GpuRow[]
  /** Lines of a training command. */
  readonly steps?: readonly StepRow[]
  /** GPUs that serve the model; empty when none could be read, with the reason. */
  readonly servingUuids: readonly string[]
  readonly gpuReason: string | null
  readonly client: Trial['client']
}

/** What a proxy that buffers the stream, or a client that is starved of CPU, leaves of an answer. */
const AT_ONE_MOMENT =
  'all output tokens of each request arrived at one moment: something between server and client buffers the stream'
const NO_POWER = 'the sensor reported no power in the whole window'

/** All figures of one trial (metrics sections 2 to 4). A figure that cannot be had is null, and `reasons` says why. */
export function trialFigures(scenario: Scenario, seen: TrialObservations): Trial {
  const { requests } = seen
  const reasons: Record<string, string> = {}
  const window = windowOf(scenario, seen)
  const counts = countOutcomes(requests)
  const shared = {
    index: seen.index,
    startMs: seen.startMs,
    sendUntilMs: seen.sendUntilMs,
    endMs: seen.endMs,
    windowStartMs: window.startMs,
    windowEndMs: window.endMs,
    requests: requests.length,
    requestsOk: counts.ok,
    outcomes: counts.outcomes,
    errorRate: requests.length > 0 ? (requests.length - counts.ok) / requests.length : null,
    wholeTrialOutputTokensPerS: wholeTrialTokensPerS(requests),
    chunkGapMs: gapFigures(seen.gaps),
    client: seen.client,
    reasons,
  }
  if (requests.length === 0) reasons['errorRate'] = 'no request was sent'
  if (window.startMs === null) return { ...shared, ...withoutWindow(window.reason, reasons) }

  const { startMs, endMs } = window
  const seconds = (endMs - startMs) / 1000
  const latencies = latenciesOf(requests, startMs, endMs)
  const outputTokens = tokensInside(seen.tokens, startMs, endMs)
  const power = energyOverWindow(seen.gpuRows, seen.servingUuids, startMs, endMs)
  const energyReason = seen.gpuReason ?? power.reason ?? 'no energy'
  const { energyJ } = power
  const inside = indicesInside(requests, startMs, endMs)
  if (energyJ === null) {
    for (const field of ['energyJ', 'tokensPerJ', 'joulesPerOutputToken', 'joulesPerRequest'])
      reasons[field] = energyReason
  } else if (!(energyJ > 0)) reasons['tokensPerJ'] = NO_POWER
  const powerFields = { meanPowerW: power.meanPowerW, p99PowerW: power.p99PowerW, peakPowerW: power.peakPowerW }
  for (const [field, value] of Object.entries({ ...powerFields, peakMemoryMiB: power.peakMemoryMiB })) {
    if (value === null) reasons[field] = energyReason
  }
  if (latencies.tpotMs.p50 === null) explainNoTpot(requests, inside, reasons)
  const promptTokens = sumOver(requests, 'promptTokens', inside)
  if (promptTokens === null) reasons['promptTokens'] = 'the server reported no prompt tokens for a successful request'
  if (!scenario.slo) {
    for (const field of ['goodputRequestsPerS', 'sloShare']) reasons[field] = 'the scenario states no SLO'
  }
  return {
    ...shared,
    promptTokens,
    outputTokens,
    outputTokensPerS: outputTokens / seconds,
    decodeTokensPerS: latencies.tpotMs.p50 === null ? null : ratio(1000, latencies.tpotMs.p50),
    ...latencies,
    energyJ,
    energy: power.energy,
    tokensPerJ: energyJ === null ? null : ratio(outputTokens, energyJ),
    joulesPerOutputToken: energyJ === null ? null : ratio(energyJ, outputTokens),
    joulesPerRequest: energyJ === null ? null : ratio(energyJ, inside.length),
    ...powerFields,
    peakMemoryMiB: power.peakMemoryMiB,
    goodputRequestsPerS: scenario.slo ? goodputOf(requests, startMs, endMs, scenario.slo) : null,
    sloShare: scenario.slo ? sloShareOf(requests, startMs, endMs, scenario.slo, seen.client.dropped) : null,
  }
}

/** Where the harness holds the number in flight, the span at full load; elsewhere the scheduled span less its head. */
export function windowOf(scenario: Scenario, seen: TrialObservations): SteadyWindow {
  const target = targetInFlight(scenario.load)
  if (target !== null) return steadyWindow(seen.requests, target)
  return scheduledWindow(seen.requests, seen.startMs, seen.sendUntilMs)
}

/** The fields of a trial that are null without a window, each with that reason. */
export function withoutWindow(reason: string, reasons: Record<string, string>) {
  const none: Percentiles = percentilesOf([])
  const nulls = {
    promptTokens: null,
    outputTokens: null,
    outputTokensPerS: null,
    decodeTokensPerS: null,
    energyJ: null,
    tokensPerJ: null,
    joulesPerOutputToken: null,
    joulesPerRequest: null,
    meanPowerW: null,
    p99PowerW: null,
    peakPowerW: null,
    peakMemoryMiB: null,
    goodputRequestsPerS: null,
    sloShare: null,
  }
  for (const field of Object.keys(nulls)) reasons[field] = `no steady window: ${reason}`
  return {
    ...nulls,
    ttftMs: none,
    ttftFirstChunkMs: none,
    ttftFromScheduleMs: none,
    tpotMs: none,
    e2eMs: none,
    energy: {
      source: 'unavailable' as const,
      coverage: null,
      perGpuJ: {},
      samples: 0,
      intervalMs: null,
      shiftMs: 0,
      errorTermsJ: {},
      findings: [],
    },
  }
}

export function countOutcomes(requests: RequestTable): { ok: number; outcomes: Record<string, number> } {
  const outcomes: Record<string, number> = {}
  for (let index = 0; index < requests.length; index += 1) {
    const outcome = requests.outcome(index)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  return { ok: outcomes['ok'] ?? 0, outcomes }
}

/** Sum of a count over some requests; null where one of them has none. */
function sumOver(requests: RequestTable, name: 'promptTokens', indices: Uint32Array): number | null {
  const values = requests.column(name)
  const sum = indices.reduce((total, index) => total + (values[index] as number), 0)
  return Number.isNaN(sum) ? null : sum
}

function explainNoTpot(requests: RequestTable, inside: Uint32Array, reasons: Record<string, string>): void {
  const outputTokens = requests.column('outputTokens')
  if (inside.some((index) => (outputTokens[index] as number) > 1)) {
    reasons['decodeTokensPerS'] = AT_ONE_MOMENT
    reasons['tpotMs'] = AT_ONE_MOMENT
  } else reasons['decodeTokensPerS'] = 'no successful request of more than one token lies wholly inside the window'
}
