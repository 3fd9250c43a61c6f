import type { CardWindow } from '../../energy/card-window.ts'
import { COVERAGE_INVALID } from '../../energy/window-energy.ts'
import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import { defineGate, everyKind, type GateResult, gateResult, notMeasured } from '../gate.ts'
import {
  failsAbove,
  isBeyond,
  limitText,
  percent,
  relativeDifference,
  type Threshold,
  warnsAbove,
} from '../threshold.ts'
import { leastCoverage, notWatched, servingHealth, windowsOf } from './watched.ts'

type Result = GateResult<'pass' | 'warn' | 'fail' | 'not-measured'>

const covered: Threshold = {
  what: 'part of the steady window that samples cover, for a result other than a failure',
  value: COVERAGE_INVALID,
  unit: 'share',
  side: 'below',
  beyond: 'ignored',
}

/** Without samples only a failure is a result: the card may have been slow in between. */
function whereCovered(telemetry: GpuTelemetry, result: Result): Result {
  const least = leastCoverage(telemetry)
  if (result.status === 'fail' || !isBeyond(covered, least)) return result
  return notMeasured(`samples cover ${percent(least)} of the worst window; ${limitText(covered)} is required`)
}

const hardwareSlowdown = failsAbove({
  what: 'time in hardware slowdown (thermal or power brake), in the worst window or by the counters over the run',
  value: 0,
  unit: 'share',
})
const softwareSlowdown = failsAbove({
  what: 'time in software thermal slowdown, in the worst window or by the counters over the run (less warns)',
  value: 0.01,
  unit: 'share',
})

/** A card slowed down by heat or by its power supply is below its normal performance. */
export const throttle = defineGate({
  question: 'Did the card run without being slowed down by heat or by its power supply?',
  kinds: everyKind,
  required: false,
  thresholds: { hardwareSlowdown, softwareSlowdown, covered },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Share of the power samples of each window in which the driver reports a reason for lower clocks, and the time by its own counters over the run. The software power cap is the normal state of a card at its limit: its share is shown but not compared.',
  evidence: 'Largest share of a window by reason, and the counters.',
  usualCauses:
    'Dust, a failed fan, a blocked air path or a hot room; a power cable that is missing or shared; a power supply that is too small; a power brake signal of the chassis.',
  whatToDo: 'Improve the cooling (fans, airflow, room temperature) and check the power cables and the power supply.',
  evaluate(record) {
    if (!record.telemetry) return notWatched(record)
    const { before, after } = record.telemetry
    const throttledUs = throttledBetween(servingHealth(record, before), servingHealth(record, after))
    const result = checkSlowdown(windowsOf(record.telemetry), throttledUs, after.atMs - before.atMs)
    return whereCovered(record.telemetry, result)
  },
})

/** Microseconds of reduced clocks during the run, by reason, from the counters of the driver. */
export type ThrottledUs = Readonly<Record<string, number>>

/** Compares the slowdowns in the samples of the windows, and by the counters over the whole run. */
export function checkSlowdown(windows: readonly CardWindow[], throttledUs: ThrottledUs | null, runMs: number): Result {
  const shares = windows.flatMap(({ reasonShares }) => reasonShares ?? [])
  if (shares.length === 0) return notMeasured('the driver does not report clock event reasons')
  const maxShare = (name: keyof (typeof shares)[number]) => Math.max(...shares.map((share) => share[name]))
  const hardware = Math.max(maxShare('hwSlowdown'), maxShare('hwThermalSlowdown'), maxShare('hwPowerBrakeSlowdown'))
  const softThermal = maxShare('swThermalSlowdown')
  const countedMs = (name: string) => (throttledUs?.[name] ?? 0) / 1000
  const hardwareMs = countedMs('hw_thermal_slowdown') + countedMs('hw_power_brake_slowdown')
  const softMs = countedMs('sw_thermal_slowdown')
  const counters = throttledUs
    ? `; counters over the run: hardware ${(hardwareMs / 1000).toFixed(1)} s, thermal ${(softMs / 1000).toFixed(1)} s`
    : '; the driver has no counters'
  const evidence = `of the worst window: hardware slowdown ${percent(hardware)}, thermal slowdown ${percent(softThermal)}, at the power cap ${percent(maxShare('swPowerCap'))} (normal)${counters}`
  const shareOfRun = (ms: number) => (ms === 0 ? 0 : ms / runMs)
  const isSlowed = [hardware, shareOfRun(hardwareMs)].some((share) => isBeyond(hardwareSlowdown, share))
  const isHot = [softThermal, shareOfRun(softMs)].some((share) => isBeyond(softwareSlowdown, share))
  if (isSlowed || isHot) return gateResult('fail', evidence)
  return gateResult(softThermal > 0 || softMs > 0 ? 'warn' : 'pass', evidence)
}

/** Time of reduced clocks between two readings of the counters of one card. */
interface ThrottleCounters {
  readonly uuid: string
  readonly throttleUs: ThrottledUs | null
}

/** Time of each reason between two readings of the counters, over all cards; null where one is missing or was reset. */
export function throttledBetween(
  before: readonly ThrottleCounters[],
  after: readonly ThrottleCounters[],
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

const change = 'change from the first to the last third of the worst window'
const clockChange = failsAbove({ what: `SM clock, ${change}`, value: 0.02, unit: 'share' })
const temperature = { what: `temperature, ${change}`, unit: '°C' }
const temperatureChange = failsAbove({ ...temperature, value: 5 })
const temperatureNote = warnsAbove({ ...temperature, value: 3 })

/** A card that is still warming up is faster than it will be later. */
export const thermalSoak = defineGate({
  question: 'Had clocks and temperature settled before the steady windows?',
  kinds: everyKind,
  required: false,
  thresholds: { clockChange, temperatureChange, temperatureNote, covered },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula: 'Medians of the first and of the last third of each window, of the GPU that changed most.',
  evidence: 'The largest change of the SM clock and of the temperature.',
  usualCauses:
    'A cold card whose fans and clocks settle after minutes; a short warm-up; a neighbour card that starts to heat during the run.',
  whatToDo: 'Warm up longer (`trial.warmupSeconds`) or make trials longer (`trial.seconds`).',
  evaluate: (record) =>
    record.telemetry ? whereCovered(record.telemetry, checkSoak(windowsOf(record.telemetry))) : notWatched(record),
})

/** Fails, or warns, when clocks or temperature still changed within a window. */
export function checkSoak(windows: readonly CardWindow[]): Result {
  const clocks = windows.flatMap(({ smClockMHz }) => smClockMHz ?? [])
  const temperatures = windows.flatMap(({ temperatureC }) => temperatureC ?? [])
  if (clocks.length === 0 && temperatures.length === 0)
    return notMeasured('neither clocks nor temperature could be read')
  const clock = Math.max(0, ...clocks.map(({ first, last }) => relativeDifference(last, first)))
  const degrees = Math.max(0, ...temperatures.map(({ first, last }) => Math.abs(last - first)))
  const evidence = `first to last third of the worst window: SM clock ${percent(clock)} (limit ${limitText(clockChange)}), temperature ${degrees.toFixed(1)} °C (limit ${limitText(temperatureChange)})`
  if (isBeyond(clockChange, clock) || isBeyond(temperatureChange, degrees)) return gateResult('fail', evidence)
  return gateResult(isBeyond(temperatureNote, degrees) ? 'warn' : 'pass', evidence)
}
