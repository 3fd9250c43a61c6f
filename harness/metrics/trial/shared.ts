import type { PowerCeilings } from '../../energy/plausible.ts'
import { energyOverWindow, noEnergy } from '../../energy/window-energy.ts'
import { measured, missing } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { GapRow, GpuRow, StepRow, TokenRow } from '../../record/rows.ts'
import type { SharedTrial, Trial } from '../../record/schema/trial.ts'
import { targetInFlight } from '../../scenario/load-shape.ts'
import type { EmbeddingsScenario, ImageScenario, TextScenario } from '../../scenario/schema.ts'
import { type SteadyWindow, scheduledWindow, steadyWindow } from './window.ts'

/** All observations of one trial; times on the run's clock. */
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
  /** What the cards can draw: power readings above are dropped and reported. */
  readonly ceilings?: PowerCeilings
  readonly client: Trial['client']
  /** Version of the definitions to compute by; the current ones unless given (definitions.ts). */
  readonly definitions?: number
}

/** How the units of a trial (requests, or lines of a command) ended. */
export interface Counts {
  readonly sent: number
  readonly ok: number
  readonly outcomes: Record<string, number>
}

/** The fields of a trial of any kind: times, counts, energy and power over its window. */
export function sharedTrial(observed: TrialObservations, window: SteadyWindow, counts: Counts): SharedTrial {
  return {
    index: observed.index,
    startMs: observed.startMs,
    sendUntilMs: observed.sendUntilMs,
    endMs: observed.endMs,
    windowStartMs: window.startMs ?? missing(window.reason),
    windowEndMs: window.endMs ?? missing(noWindow(window)),
    requests: counts.sent,
    requestsOk: counts.ok,
    outcomes: counts.outcomes,
    ...failuresOf(observed.requests),
    errorRate: counts.sent > 0 ? (counts.sent - counts.ok) / counts.sent : missing('no request was sent'),
    ...energyIn(observed, window),
    client: observed.client,
  }
}

function energyIn(observed: TrialObservations, window: SteadyWindow) {
  if (window.startMs === null) {
    const none = missing(noWindow(window))
    const power = { energyJ: none, meanPowerW: none, p99PowerW: none, peakPowerW: none, peakMemoryMiB: none }
    return { ...power, energy: noEnergy }
  }
  const span = { startMs: window.startMs, endMs: window.endMs }
  const ceilings = observed.ceilings === undefined ? {} : { ceilings: observed.ceilings }
  const found = energyOverWindow(observed.gpuRows, observed.servingUuids, span, ceilings)
  const reason = observed.gpuReason ?? found.reason ?? 'no energy'
  const isSampled = observed.gpuRows.some(
    ({ uuid, timeMs }) => observed.servingUuids.includes(uuid) && timeMs >= span.startMs && timeMs <= span.endMs,
  )
  const noMemory = isSampled && observed.gpuReason === null ? 'the driver does not report the memory used' : reason
  return {
    energyJ: measured(found.energyJ, reason),
    energy: found.energy,
    meanPowerW: measured(found.meanPowerW, reason),
    p99PowerW: measured(found.p99PowerW, reason),
    peakPowerW: measured(found.peakPowerW, reason),
    peakMemoryMiB: measured(found.peakMemoryMiB, noMemory),
  }
}

/** Why a value of the window is missing, for a trial without a window. */
export const noWindow = (window: SteadyWindow): string =>
  window.startMs === null ? `no steady window: ${window.reason}` : 'no steady window'

/** For a closed loop, the span at full load; otherwise the scheduled span without its ramp-up. */
export function windowFor(
  { load }: TextScenario | ImageScenario | EmbeddingsScenario,
  observed: TrialObservations,
): SteadyWindow {
  const target = targetInFlight(load)
  if (target !== null) return steadyWindow(observed.requests, target)
  return scheduledWindow(observed.requests, observed.startMs, observed.sendUntilMs)
}

/** How the requests of a trial ended, by outcome. */
export function countOutcomes(requests: RequestTable): Counts {
  const outcomes: Record<string, number> = {}
  for (let index = 0; index < requests.length; index += 1) {
    const outcome = requests.outcome(index)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  return { sent: requests.length, ok: outcomes['ok'] ?? 0, outcomes }
}

/** The most frequent message of each kind of failure, where there is one. */
function failuresOf(requests: RequestTable): Pick<SharedTrial, 'failures'> {
  const failures = requests.failures.mostFrequent()
  return Object.keys(failures).length === 0 ? {} : { failures }
}
