import { isKnown, type Measured, measured, missing, quotient } from '../record/measured.ts'
import type { CounterRow, GpuRow } from '../record/rows.ts'
import type { ActiveIdleSpan, CardTrial, GpuTelemetry } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { type CardLoad, cardLoads } from './card-loads.ts'
import { cardOverWindow } from './card-window.ts'
import { counterEnergy, disagreement } from './counter.ts'
import { activeIdle, netOfIdle } from './idle.ts'
import { paddedEnergy } from './padded.ts'
import { type PowerCeilings, plausibleRows } from './plausible.ts'
import type { Span } from './power-series.ts'
import { energyOverWindow } from './window-energy.ts'

/** The rows of a run and which of its GPUs serve. */
export interface CardRows {
  readonly gpuRows: readonly GpuRow[]
  readonly counterRows: readonly CounterRow[]
  readonly servingUuids: readonly string[]
  /** Highest power of the cards; readings above are dropped. */
  readonly ceilings?: PowerCeilings
}

/**
 * The telemetry of a run with the values computed from its rows: active idle and, per trial, energy by the counter, the
 * padded cross-check, energy above idle and the state of the cards. A pure function of the rows.
 */
export function withCardValues(telemetry: GpuTelemetry, trials: readonly Trial[], read: CardRows): GpuTelemetry {
  const ceilings: PowerCeilings = read.ceilings ?? new Map()
  const rows = { ...read, gpuRows: plausibleRows(read.gpuRows, ceilings) }
  const idle = idleOf(telemetry.idle, rows)
  const loadsIn = (window: Span) => cardLoads({ gpuRows: read.gpuRows, trials, ceilings }, read.servingUuids, window)
  const counterReason = telemetry.counter.reason
  return { ...telemetry, idle, trials: trials.map((trial) => cardTrial(trial, rows, { idle, counterReason, loadsIn })) }
}

/** Inputs from the whole run for the values of each trial. */
interface WholeRun {
  readonly idle: ActiveIdleSpan
  readonly counterReason: string | undefined
  readonly loadsIn: (window: Span) => CardLoad[]
}

function idleOf(span: ActiveIdleSpan, { gpuRows, servingUuids }: CardRows): ActiveIdleSpan {
  const { startMs, endMs } = span
  if (startMs === null || endMs === null) return span
  const { powerW, pstates, reason } = activeIdle(gpuRows, servingUuids, { startMs, endMs })
  return { startMs, endMs, powerW, pstates: [...pstates], ...(reason === undefined ? {} : { reason }) }
}

function cardTrial(trial: Trial, rows: CardRows, { idle, counterReason, loadsIn }: WholeRun): CardTrial {
  const { gpuRows, counterRows, servingUuids } = rows
  const padded = paddedOf(trial, rows)
  const { index, windowStartMs, windowEndMs } = trial
  if (!isKnown(windowStartMs) || !isKnown(windowEndMs)) {
    const none = missing('the trial has no steady window')
    const sources = { counterEnergyJ: none, counterApart: none, instantEnergyJ: none, instantApart: none }
    const values = { ...sources, netEnergyJ: none, netTokensPerJ: none }
    return { trial: index, window: none, ...values, ...padded }
  }
  const span = { startMs: windowStartMs, endMs: windowEndMs }
  const instantEnergyJ = instantEnergyOf(trial, rows, span)
  const counted = counterEnergy(counterRows, servingUuids, windowStartMs, windowEndMs)
  const counterEnergyJ = measured(counted.energyJ, counterReason ?? counted.reason ?? 'the counter was not read')
  const netEnergyJ = netEnergyOf(trial.energyJ, idle, windowEndMs - windowStartMs)
  const outputTokens: Measured =
    trial.kind === 'text' ? trial.outputTokens : missing(`a run of kind ${trial.kind} streams no tokens`)
  return {
    trial: index,
    window: { ...cardOverWindow(gpuRows, servingUuids, index, span), cards: loadsIn(span) },
    counterEnergyJ,
    counterApart: apartOf(trial.energyJ, counterEnergyJ),
    instantEnergyJ,
    instantApart: apartOf(trial.energyJ, instantEnergyJ),
    netEnergyJ,
    netTokensPerJ: quotient(outputTokens, netEnergyJ, 'the energy above idle is not positive'),
    ...padded,
  }
}

/** The energy of a window by `power.draw.instant`: a second source where the trial's own is `power.draw`. */
function instantEnergyOf(trial: Trial, { gpuRows, servingUuids }: CardRows, span: Span): Measured {
  if (trial.energy.source === 'smi-instant-trapezoid') return missing('the energy itself is from power.draw.instant')
  const { energyJ, reason, energy } = energyOverWindow(gpuRows, servingUuids, span, { useInstant: true })
  if (energyJ !== null && energy.source !== 'smi-instant-trapezoid')
    return missing('the driver does not report power.draw.instant')
  return measured(energyJ, reason ?? 'no energy')
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
