import { isKnown, type Measured, measured, missing, quotient } from '../record/measured.ts'
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
 * The telemetry of a run with the values computed from its rows: active idle and, per trial, energy by the counter, the
 * padded cross-check, energy above idle and the state of the cards. A pure function of the rows.
 */
export function withCardValues(telemetry: GpuTelemetry, trials: readonly Trial[], rows: CardRows): GpuTelemetry {
  const idle = idleOf(telemetry.idle, rows)
  return { ...telemetry, idle, trials: trials.map((trial) => cardTrial(trial, rows, idle, telemetry.counter.reason)) }
}

function idleOf(span: ActiveIdleSpan, { gpuRows, servingUuids }: CardRows): ActiveIdleSpan {
  const { startMs, endMs } = span
  if (startMs === null || endMs === null) return span
  const { powerW, pstates, reason } = activeIdle(gpuRows, servingUuids, { startMs, endMs })
  return { startMs, endMs, powerW, pstates: [...pstates], ...(reason === undefined ? {} : { reason }) }
}

function cardTrial(trial: Trial, rows: CardRows, idle: ActiveIdleSpan, counterReason: string | undefined): CardTrial {
  const { gpuRows, counterRows, servingUuids } = rows
  const padded = paddedOf(trial, rows)
  const { index, windowStartMs, windowEndMs } = trial
  if (!isKnown(windowStartMs) || !isKnown(windowEndMs)) {
    const none = missing('the trial has no steady window')
    const values = { counterEnergyJ: none, counterApart: none, netEnergyJ: none, netTokensPerJ: none }
    return { trial: index, window: none, ...values, ...padded }
  }
  const counted = counterEnergy(counterRows, servingUuids, windowStartMs, windowEndMs)
  const counterEnergyJ = measured(counted.energyJ, counterReason ?? counted.reason ?? 'the counter was not read')
  const netEnergyJ = netEnergyOf(trial.energyJ, idle, windowEndMs - windowStartMs)
  const outputTokens: Measured =
    trial.kind === 'text' ? trial.outputTokens : missing(`a run of kind ${trial.kind} streams no tokens`)
  return {
    trial: index,
    window: cardOverWindow(gpuRows, servingUuids, index, { startMs: windowStartMs, endMs: windowEndMs }),
    counterEnergyJ,
    counterApart: apartOf(trial.energyJ, counterEnergyJ),
    netEnergyJ,
    netTokensPerJ: quotient(outputTokens, netEnergyJ, 'the energy above idle is not positive'),
    ...padded,
  }
}

function netEnergyOf(energyJ: Measured, idle: ActiveIdleSpan, windowMs: number): Measured {
  if (!isKnown(energyJ)) return energyJ
  return measured(netOfIdle(energyJ, idle.powerW, windowMs), idle.reason ?? 'no active idle')
}

/** Relative difference of the trapezoid from another source; missing for the reason of the source or of the trapezoid. */
function apartOf(energyJ: Measured, otherJ: Measured): Measured {
  if (!isKnown(otherJ)) return otherJ
  if (!isKnown(energyJ)) return energyJ
  return measured(disagreement(energyJ, otherJ), 'the other source has no energy')
}

/** The padded energy of the whole load and, for the same span, the relative difference of the shifted trapezoid. */
function paddedOf(
  trial: Trial,
  { gpuRows, servingUuids }: CardRows,
): Pick<CardTrial, 'paddedEnergyJ' | 'paddedApart' | 'quietBeforeW' | 'quietAfterW'> {
  const { startMs, endMs } = trial
  const padded = paddedEnergy(gpuRows, servingUuids, { startMs, endMs })
  const whole = energyOverWindow(gpuRows, servingUuids, { startMs, endMs })
  const reason = padded.reason ?? 'no energy of the whole load'
  const paddedEnergyJ = measured(padded.energyJ, reason)
  return {
    paddedEnergyJ,
    paddedApart: apartOf(measured(whole.energyJ, whole.reason ?? reason), paddedEnergyJ),
    quietBeforeW: measured(padded.beforeW, reason),
    quietAfterW: measured(padded.afterW, reason),
  }
}
