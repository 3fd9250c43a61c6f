import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { SmiGpu } from '../smi/state.ts'
import { faultyCard, xidLine } from './card-faults.ts'
import { absurdPower, falsePower } from './false-power.ts'
import type { SensorFaultName } from './names.ts'

/** What nvidia-smi receives instead of a reading: a failure, or the reading after so many ms. */
export type NoAnswer = 'dead' | number

/** A single event comes when a steady window has begun. */
const ONCE_AFTER_MS = 2000
const HANG_MS = 10_000
const GAP_CYCLE_MS = 2000
const GAP_MS = 1500
const HOT_C = 91
const LIMIT_SHARE = 0.8
const CORRECTED_ERRORS = 12
const OTHER_PROCESS = { pid: 4_000_001, name: '/opt/other/bin/trainer', usedMiB: 512 } as const

/** The faults of the serving card. All other cards are healthy. */
export class SensorFaults {
  readonly #names: readonly SensorFaultName[]
  readonly #afterBusyMs: number
  #sinceMs: number | null = null
  #wasAbsurd = false
  #hasPrintedXid = false
  #frozen: Pick<SmiGpu['power'], 'drawW' | 'instantW'> | null = null

  /** Faults under load begin after this much busy time, so that readings before the load show a healthy card. */
  constructor(names: readonly SensorFaultName[], afterBusyMs: number) {
    this.#names = names
    this.#afterBusyMs = afterBusyMs
  }

  /** The enforced power limit, given the default of the board. */
  powerLimitW(defaultW: number): number {
    return this.#has('wrong-power-limit') ? Math.round(defaultW * LIMIT_SHARE) : defaultW
  }

  /** Whether nvidia-smi gets no answer now; 0 when it does. */
  silence(nowMs: number, busyMs: number): NoAnswer {
    const sinceMs = this.#began(nowMs, busyMs)
    if (sinceMs === null) return 0
    if (this.#has('dies')) return 'dead'
    if (this.#has('hangs')) return Math.max(0, sinceMs + HANG_MS - nowMs)
    if (!this.#has('gaps')) return 0
    const inCycleMs = (nowMs - sinceMs) % GAP_CYCLE_MS
    return Math.max(0, GAP_MS - inCycleMs)
  }

  /** The state of the serving card as reported by the driver, given its true state. */
  distort(gpu: SmiGpu, nowMs: number, busyMs: number): SmiGpu {
    let shown = gpu
    if (this.#has('other-process')) {
      const { usedMiB } = OTHER_PROCESS
      const memory = { ...gpu.memory, usedMiB: gpu.memory.usedMiB + usedMiB, freeMiB: gpu.memory.freeMiB - usedMiB }
      shown = { ...shown, memory, processes: [...gpu.processes, OTHER_PROCESS] }
    }
    if (this.#has('ecc-errors')) shown = { ...shown, eccMode: 'Enabled' }
    const sinceMs = this.#began(nowMs, busyMs)
    shown = falsePower(this.#names, shown, gpu.utilization.gpuPct > 0)
    shown = faultyCard(this.#names, shown, sinceMs !== null)
    if (sinceMs === null) return shown
    if (this.#has('absurd-power') && !this.#wasAbsurd && nowMs - sinceMs >= ONCE_AFTER_MS) {
      this.#wasAbsurd = true
      shown = absurdPower(shown)
    }
    if (this.#has('frozen-value')) {
      this.#frozen ??= { drawW: gpu.power.drawW, instantW: gpu.power.instantW }
      shown = { ...shown, power: { ...shown.power, ...this.#frozen } }
    }
    if (this.#has('ecc-errors')) shown = { ...shown, eccCorrected: CORRECTED_ERRORS, eccUncorrected: 1 }
    return this.#has('throttled') ? slowedByHeat(shown, busyMs - this.#afterBusyMs) : shown
  }

  /** Lines that nvidia-smi prints among its rows at this moment. */
  lines(gpu: SmiGpu, nowMs: number, busyMs: number): string[] {
    if (!this.#has('xid') || this.#hasPrintedXid || this.#began(nowMs, busyMs) === null) return []
    this.#hasPrintedXid = true
    return [xidLine(gpu)]
  }

  #began(nowMs: number, busyMs: number): number | null {
    if (busyMs >= this.#afterBusyMs) this.#sinceMs ??= nowMs
    return this.#sinceMs
  }

  #has(name: SensorFaultName): boolean {
    return this.#names.includes(name)
  }
}

/** Thermal slowdown: the counter increases under load, and an idle card shows no reason. */
function slowedByHeat(gpu: SmiGpu, hotMs: number): SmiGpu {
  const hwThermalUs = Math.round(hotMs * 1000)
  if (gpu.utilization.gpuPct === 0) return { ...gpu, hwThermalUs }
  const smMHz = Math.round(gpu.clocks.smMHz / 2)
  const eventReasons = gpu.eventReasons | eventReasonBits.hwSlowdown | eventReasonBits.hwThermalSlowdown
  return { ...gpu, hwThermalUs, eventReasons, temperatureC: HOT_C, clocks: { ...gpu.clocks, smMHz } }
}
