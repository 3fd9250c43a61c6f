import type { CardWindow } from '../energy/card-window.ts'
import { AGREEMENT } from '../energy/counter.ts'
import { COVERAGE_INVALID, COVERAGE_WARN } from '../energy/window-energy.ts'
import type { Gpu } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import type { CardHealthPart } from './card.ts'
import { type GateResult, gateResult, limitPercent, notMeasured, percent } from './gate.ts'

/** Fails under 95 % of covered window, warns under 99 % (metrics section 4.3). */
export function energyCoverage(
  trials: readonly Trial[],
  gpus: readonly Gpu[],
  gpusReason: string | undefined,
): GateResult {
  if (gpus.length === 0) return notMeasured(gpusReason ?? 'no GPU could be read')
  const windows = trials.filter((trial) => trial.windowStartMs !== null)
  if (windows.length === 0) return notMeasured('no trial has a steady window')
  const without = windows.find((trial) => trial.energyJ === null)
  if (without) return gateResult('fail', `trial ${without.index}: ${without.reasons['energyJ'] ?? 'no energy'}`)
  const least = Math.min(...windows.map((trial) => trial.energy.coverage ?? 0))
  const stale = windows.flatMap((trial) => trial.energy.findings).find((finding) => finding.includes('stale'))
  const evidence = `power samples cover ${percent(least)} of the worst window${stale ? `; ${stale}` : ''}`
  if (least < COVERAGE_INVALID) return gateResult('fail', evidence)
  return gateResult(least < COVERAGE_WARN || stale ? 'warn' : 'pass', evidence)
}

/** One window's energy from both sources. */
export interface EnergyPair {
  readonly trial: number
  readonly trapezoidJ: number | null
  readonly counterJ: number | null
  /** Why the counter gave none. */
  readonly reason?: string
}

/** Fails when the trapezoid and the energy counter differ by more than 5 % in a window (metrics section 4.2). */
export function energyAgreement(pairs: readonly EnergyPair[]): GateResult {
  const both = pairs.flatMap(({ trial, trapezoidJ, counterJ }) =>
    trapezoidJ !== null && counterJ !== null && counterJ > 0 ? [{ trial, apart: trapezoidJ / counterJ - 1 }] : [],
  )
  if (both.length === 0) return notMeasured(`no energy counter: ${pairs[0]?.reason ?? 'it was not read'}`)
  const worst = both.reduce((most, pair) => (Math.abs(pair.apart) > Math.abs(most.apart) ? pair : most))
  const evidence = `nvidia-smi's energy is ${signed(worst.apart)} off the NVML counter in trial ${worst.trial} (limit ${limitPercent(AGREEMENT)}, ${both.length} windows)`
  return gateResult(Math.abs(worst.apart) > AGREEMENT ? 'fail' : 'pass', evidence)
}

/** Microseconds in which the cards were held back during the run, by reason, from the driver's own counters. */
export type ThrottledUs = Readonly<Record<string, number>>

const SOFT_THERMAL_SHARE = 0.01

/**
 * Fails on hardware slowdown (thermal, power brake) in a window, or on software thermal slowdown for over 1 % of it.
 * Software power cap is the normal state of a card at its limit: its share is reported, never judged.
 */
export function throttle(windows: readonly CardWindow[], throttledUs: ThrottledUs | null, runMs: number): GateResult {
  const shares = windows.flatMap(({ reasonShares }) => reasonShares ?? [])
  if (shares.length === 0) return notMeasured('the driver tells no clock event reasons')
  const most = (name: keyof (typeof shares)[number]) => Math.max(...shares.map((share) => share[name]))
  const hardware = Math.max(most('hwSlowdown'), most('hwThermalSlowdown'), most('hwPowerBrakeSlowdown'))
  const softThermal = most('swThermalSlowdown')
  const countedMs = (name: string) => (throttledUs?.[name] ?? 0) / 1000
  const hardwareMs = countedMs('hw_thermal_slowdown') + countedMs('hw_power_brake_slowdown')
  const softMs = countedMs('sw_thermal_slowdown')
  const counters = throttledUs
    ? `; counters over the run: hardware ${(hardwareMs / 1000).toFixed(1)} s, thermal ${(softMs / 1000).toFixed(1)} s`
    : '; the driver has no counters'
  const evidence = `of the worst window: hardware slowdown ${percent(hardware)}, thermal slowdown ${percent(softThermal)}, at the power cap ${percent(most('swPowerCap'))} (normal)${counters}`
  const fails =
    hardware > 0 || hardwareMs > 0 || softThermal > SOFT_THERMAL_SHARE || softMs > SOFT_THERMAL_SHARE * runMs
  if (fails) return gateResult('fail', evidence)
  return gateResult(softThermal > 0 || softMs > 0 ? 'warn' : 'pass', evidence)
}

/** Time of each reason between two readings of the counters, over all cards; null where one is missing or was reset. */
export function throttledBetween(
  before: readonly CardHealthPart[],
  after: readonly CardHealthPart[],
): ThrottledUs | null {
  const sums: Record<string, number> = {}
  for (const end of after) {
    const start = before.find(({ uuid }) => uuid === end.uuid)
    if (!start?.throttleUs || !end.throttleUs) return null
    for (const [name, value] of Object.entries(end.throttleUs)) {
      const passed = value - (start.throttleUs[name] ?? 0)
      if (passed < 0) return null
      sums[name] = (sums[name] ?? 0) + passed
    }
  }
  return after.length === 0 ? null : sums
}

/** A clock that sagged or a die that warmed by this much between first and last third is not at rest. */
const CLOCK_DRIFT = 0.02
const TEMPERATURE_DRIFT_C = 5
const TEMPERATURE_WARN_C = 3

/** Fails when clocks or temperature were still drifting between the first and the last third of a window. */
export function thermalSoak(windows: readonly CardWindow[]): GateResult {
  const clocks = windows.flatMap(({ smClockMHz }) => smClockMHz ?? [])
  const temperatures = windows.flatMap(({ temperatureC }) => temperatureC ?? [])
  if (clocks.length === 0 && temperatures.length === 0)
    return notMeasured('neither clocks nor temperature could be read')
  const clock = Math.max(0, ...clocks.map(({ first, last }) => Math.abs(last / first - 1)))
  const degrees = Math.max(0, ...temperatures.map(({ first, last }) => Math.abs(last - first)))
  const evidence = `first to last third of the worst window: SM clock ${percent(clock)} (limit ${limitPercent(CLOCK_DRIFT)}), temperature ${degrees.toFixed(1)} C (limit ${TEMPERATURE_DRIFT_C})`
  if (clock > CLOCK_DRIFT || degrees > TEMPERATURE_DRIFT_C) return gateResult('fail', evidence)
  return gateResult(degrees > TEMPERATURE_WARN_C ? 'warn' : 'pass', evidence)
}

/** A step near a window's edge bends it as well: the sensor's mean and the offset's own settling reach a second. */
const NEAR_MS = 1000

/** Fails when the wall clock stepped in a window. `steps` is null when nobody watched the clock. */
export function clockSteps(
  steps: readonly { readonly atMs: number; readonly stepMs: number }[] | null,
  windows: readonly Pick<Trial, 'index' | 'windowStartMs' | 'windowEndMs'>[],
): GateResult {
  if (steps === null) return notMeasured('the clock was not watched')
  for (const { index, windowStartMs, windowEndMs } of windows) {
    if (windowStartMs === null || windowEndMs === null) continue
    const hit = steps.find(({ atMs }) => atMs >= windowStartMs - NEAR_MS && atMs <= windowEndMs + NEAR_MS)
    if (hit)
      return gateResult(
        'fail',
        `the wall clock stepped by ${Math.round(hit.stepMs)} ms in the window of trial ${index}`,
      )
  }
  return gateResult(
    'pass',
    steps.length === 0 ? 'no step of the wall clock' : `${steps.length} steps of the wall clock, none in a window`,
  )
}

const signed = (share: number): string => `${share >= 0 ? '+' : '-'}${percent(Math.abs(share))}`
