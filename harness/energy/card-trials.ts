import { isKnown, type Measured, missing, numberOf, reasonOf } from '../record/measured.ts'
import type { CounterRow, GpuRow } from '../record/rows.ts'
import type { ActiveIdleSpan, CardTrial, GpuTelemetry } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { cardOverWindow } from './card-window.ts'
import { counterEnergy, disagreement } from './counter.ts'
import { activeIdle, netOfIdle } from './idle.ts'
import { paddedEnergy } from './padded.ts'
import { energyOverWindow } from './window-energy.ts'

/** The rows of a run and which of its GPUs serve. */
export interface CardRows {
  readonly gpuRows: readonly GpuRow[]
  readonly counterRows: readonly CounterRow[]
  readonly servingUuids: readonly string[]
}

/**
 * The telemetry of a run with everything that its rows tell: active idle and, beside each trial's energy, the counter, the
 * padded cross-check, the energy above idle and how the cards fared. The same rows give the same figures at any time later.
 */
export function withCardFigures(seen: GpuTelemetry, trials: readonly Trial[], rows: CardRows): GpuTelemetry {
  const idle = idleOf(seen.idle, rows)
  return { ...seen, idle, trials: trials.map((trial) => cardTrial(trial, rows, idle, seen.counter.reason)) }
}

function idleOf(span: ActiveIdleSpan, { gpuRows, servingUuids }: CardRows): ActiveIdleSpan {
  const { startMs, endMs } = span
  if (startMs === null || endMs === null) return span
  const { powerW, pstates, reason } = activeIdle(gpuRows, servingUuids, startMs, endMs)
  return { startMs, endMs, powerW, pstates: [...pstates], ...(reason === undefined ? {} : { reason }) }
}

function cardTrial(trial: Trial, rows: CardRows, idle: ActiveIdleSpan, counterReason: string | undefined): CardTrial {
  const { gpuRows, counterRows, servingUuids } = rows
  const reasons: Record<string, string> = {}
  const padded = paddedOf(trial, rows, reasons)
  const { index, windowStartMs, windowEndMs } = trial
  if (!isKnown(windowStartMs) || !isKnown(windowEndMs)) {
    const none = { counterEnergyJ: null, counterApart: null, netEnergyJ: null, netTokensPerJ: null }
    for (const field of ['window', ...Object.keys(none)]) reasons[field] = 'the trial has no steady window'
    return { trial: index, window: null, ...none, ...padded, reasons }
  }
  const counted = counterEnergy(counterRows, servingUuids, windowStartMs, windowEndMs)
  const energyJ = numberOf(trial.energyJ)
  const counterApart = disagreement(energyJ, counted.energyJ)
  const noEnergy = reasonOf(trial.energyJ) ?? 'no energy'
  if (counted.energyJ === null) reasons['counterEnergyJ'] = counterReason ?? counted.reason ?? 'no reading'
  if (counterApart === null) reasons['counterApart'] = reasons['counterEnergyJ'] ?? noEnergy
  const netEnergyJ = netOfIdle(energyJ, idle.powerW, windowEndMs - windowStartMs)
  const outputTokens: Measured =
    trial.kind === 'text' ? trial.outputTokens : missing(`a run of kind ${trial.kind} streams no tokens`)
  const tokens = numberOf(outputTokens)
  const netTokensPerJ = netEnergyJ === null || tokens === null || netEnergyJ <= 0 ? null : tokens / netEnergyJ
  if (netEnergyJ === null) reasons['netEnergyJ'] = energyJ === null ? noEnergy : (idle.reason ?? 'no active idle')
  if (netTokensPerJ === null) {
    const noTokens = reasonOf(outputTokens) ?? 'the energy above idle is not positive'
    reasons['netTokensPerJ'] = reasons['netEnergyJ'] ?? noTokens
  }
  return {
    trial: index,
    window: cardOverWindow(gpuRows, servingUuids, index, windowStartMs, windowEndMs),
    counterEnergyJ: counted.energyJ,
    counterApart,
    netEnergyJ,
    netTokensPerJ,
    ...padded,
    reasons,
  }
}

/** The padded energy of the whole load and, for the same span, how far the shifted trapezoid is from it. */
function paddedOf(
  trial: Trial,
  { gpuRows, servingUuids }: CardRows,
  reasons: Record<string, string>,
): Pick<CardTrial, 'paddedEnergyJ' | 'paddedApart' | 'quietBeforeW' | 'quietAfterW'> {
  const { startMs, endMs } = trial
  const padded = paddedEnergy(gpuRows, servingUuids, startMs, endMs)
  const whole = energyOverWindow(gpuRows, servingUuids, startMs, endMs)
  const paddedApart = disagreement(whole.energyJ, padded.energyJ)
  if (padded.reason !== undefined) reasons['paddedEnergyJ'] = padded.reason
  if (paddedApart === null) reasons['paddedApart'] = padded.reason ?? whole.reason ?? 'no energy of the whole load'
  return {
    paddedEnergyJ: padded.energyJ,
    paddedApart,
    quietBeforeW: padded.beforeW,
    quietAfterW: padded.afterW,
  }
}
