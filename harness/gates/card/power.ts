import { AGREEMENT, INSTANT_AGREEMENT } from '../../energy/counter.ts'
import { errorBar } from '../../energy/error-bar.ts'
import { COVERAGE_INVALID, COVERAGE_WARN } from '../../energy/window-energy.ts'
import { isKnown, numberOf, reasonOf } from '../../record/measured.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import type { Trial } from '../../record/schema/trial.ts'
import { counted } from '../../units.ts'
import { defineGate, everyKind, type GateInput, type GateResult, gateResult, notMeasured } from '../gate.ts'
import {
  failsAbove,
  failsBelow,
  isBeyond,
  limitText,
  percent,
  relativeDifference,
  type Threshold,
  warnsBelow,
} from '../threshold.ts'
import { notWatched } from './watched.ts'

const covered = { what: 'part of the steady window that power samples cover', unit: 'share' }
const coverage = failsBelow({ ...covered, value: COVERAGE_INVALID })
const fullCoverage = warnsBelow({ ...covered, value: COVERAGE_WARN })

/** Without power samples there is no energy. */
export const energyCoverage = defineGate({
  question: 'Do power samples cover the steady windows, so that their energy is known?',
  kinds: everyKind,
  required: true,
  thresholds: { coverage, fullCoverage },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Time covered by power samples (long gaps between samples do not count) / length of the window; the trial with the lowest coverage counts. A trial without energy fails. A sensor whose value does not change while the GPU load changes warns.',
  evidence: 'Lowest coverage of a window, or why a trial has no energy; stale sensors.',
  usualCauses:
    'nvidia-smi that answers late, because persistence mode is off, because many programs poll it, or because the machine has no free processor core; a driver that was reset.',
  whatToDo:
    'Let nvidia-smi run undisturbed: persistence mode on (`sudo nvidia-smi -pm 1`), no other heavy polling, free CPU for the sampler. If a sensor is stale, reload the driver.',
  evaluate: ({ trials, gpus, gpusReason }) => checkCoverage(trials, gpus, gpusReason),
})

/** Fails or warns by the lowest coverage of a window, and warns of a stale sensor. */
export function checkCoverage(trials: readonly Trial[], gpus: readonly Gpu[], gpusReason: string | undefined) {
  if (gpus.length === 0) return notMeasured(gpusReason ?? 'no GPU could be read')
  const windows = trials.filter((trial) => isKnown(trial.windowStartMs))
  if (windows.length === 0) return notMeasured('no trial has a steady window')
  const without = windows.find((trial) => !isKnown(trial.energyJ))
  if (without) return gateResult('fail', `trial ${without.index}: ${reasonOf(without.energyJ) ?? 'no energy'}`)
  const lowest = Math.min(...windows.map((trial) => trial.energy.coverage ?? 0))
  const stale = windows.flatMap((trial) => trial.energy.findings).find((finding) => finding.includes('stale'))
  const evidence = `power samples cover ${percent(lowest)} of the worst window${stale ? `; ${stale}` : ''}`
  if (isBeyond(coverage, lowest)) return gateResult('fail', evidence)
  return gateResult(isBeyond(fullCoverage, lowest) || stale ? 'warn' : 'pass', evidence)
}

const disagreement = failsAbove({
  what: 'difference between the energy by power samples and by the energy counter',
  value: AGREEMENT,
  unit: 'share',
})

const instantDisagreement = failsAbove({
  what: 'difference between the energy by power.draw and by power.draw.instant, if the counter was not read',
  value: INSTANT_AGREEMENT,
  unit: 'share',
})

/** If two sources of one energy differ, neither is preferred: the gate fails. */
export const energyAgreement = defineGate({
  question: 'Do the power samples agree with a second source of the energy?',
  kinds: everyKind,
  required: false,
  thresholds: { disagreement, instantDisagreement },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'Energy of the steady window by the trapezoid over power samples, less its random error, and by the NVML energy counter at both edges of the window; if the counter cannot be read, by power.draw.instant. The trial with the largest difference counts.',
  evidence:
    'The largest difference with its trial, and the number of windows compared; or why there is no second source.',
  usualCauses:
    'Windows so short that the delay of the sensor weighs; `power.draw` that is an average over one second while the load changes; a sensor that is wrong for this card and driver.',
  whatToDo:
    'Use longer trials, so that edges weigh less. If the difference stays, the power sensor of this card or driver is wrong: do not quote the energy of the run. If the counter was not read, install the optional package koffi.',
  evaluate: (record) => (record.telemetry ? compareEnergy(pairsOf(record, record.telemetry)) : notWatched(record)),
})

const pairsOf = ({ trials }: GateInput, telemetry: GpuTelemetry): EnergyPair[] =>
  telemetry.trials.map(({ trial, counterEnergyJ, instantEnergyJ }) => ({
    trial,
    instantJ: instantEnergyJ === undefined ? null : numberOf(instantEnergyJ),
    trapezoidJ: energyOf(trials, trial),
    randomJ: randomErrorOf(trials, trial),
    counterJ: numberOf(counterEnergyJ),
    ...(isKnown(counterEnergyJ) ? {} : { reason: counterEnergyJ.reason }),
  }))

/** The energy of one window from both sources. */
export interface EnergyPair {
  readonly trial: number
  readonly trapezoidJ: number | null
  /** Random error of the trapezoid: edges of the window, sampling, gaps. 0 unless given. */
  readonly randomJ?: number
  readonly counterJ: number | null
  /** Energy by `power.draw.instant`, if the driver reports it beside `power.draw`. */
  readonly instantJ?: number | null
  /** Why the counter has no energy. */
  readonly reason?: string
}

/** Fails when the trapezoid and its second source differ too much in any window: the counter, else `power.draw.instant`. */
export function compareEnergy(pairs: readonly EnergyPair[]): GateResult<'pass' | 'fail' | 'not-measured'> {
  const counted = comparedWith(pairs, ({ counterJ }) => counterJ)
  if (counted.length > 0) return judgeEnergy(counted, { source: 'the NVML counter', limit: disagreement, note: '' })
  const why = `no energy counter: ${pairs[0]?.reason ?? 'it was not read'}`
  const instant = comparedWith(pairs, ({ instantJ }) => instantJ ?? null)
  if (instant.length === 0) return notMeasured(why)
  return judgeEnergy(instant, { source: 'power.draw.instant', limit: instantDisagreement, note: `; ${why}` })
}

interface Compared {
  readonly trial: number
  readonly isHigh: boolean
  readonly apart: number
}

const comparedWith = (pairs: readonly EnergyPair[], otherOf: (pair: EnergyPair) => number | null): Compared[] =>
  pairs.flatMap((pair) => {
    const { trial, trapezoidJ, randomJ = 0 } = pair
    const otherJ = otherOf(pair)
    if (trapezoidJ === null || otherJ === null || otherJ <= 0) return []
    // what the edges of a short window and sparse samples can do is no disagreement of the sensors
    const beyondErrorJ = Math.max(0, Math.abs(trapezoidJ - otherJ) - randomJ)
    const isHigh = trapezoidJ >= otherJ
    const nearest = isHigh ? otherJ + beyondErrorJ : otherJ - beyondErrorJ
    return [{ trial, isHigh, apart: relativeDifference(nearest, otherJ) }]
  })

function judgeEnergy(
  compared: readonly Compared[],
  { source, limit, note }: { readonly source: string; readonly limit: Threshold; readonly note: string },
): GateResult<'pass' | 'fail'> {
  const largest = compared.reduce((max, pair) => (pair.apart > max.apart ? pair : max))
  const signed = `${largest.isHigh ? '+' : '-'}${percent(largest.apart)}`
  const evidence = `the energy by nvidia-smi differs by ${signed} from ${source} in trial ${largest.trial} (limit ${limitText(limit)}, ${counted(compared.length, 'window')})${note}`
  return gateResult(isBeyond(limit, largest.apart) ? 'fail' : 'pass', evidence)
}

function randomErrorOf(trials: GateInput['trials'], index: number): number {
  const trial = trials.find((each) => each.index === index)
  return trial === undefined ? 0 : errorBar(trial.energy.errorTermsJ).randomJ
}

function energyOf(trials: GateInput['trials'], index: number): number | null {
  const trial = trials.find((each) => each.index === index)
  return trial === undefined ? null : numberOf(trial.energyJ)
}
