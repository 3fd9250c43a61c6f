import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { SmiGpu } from '../smi/state.ts'
import type { SensorFaultName } from './names.ts'

/** What nvidia-smi gets in place of a reading: a failure, or a wait of so many ms before it. */
export type Silence = 'dead' | number

/** Faults that come with the load begin after this much of it, so that whoever looked before has seen a good card. */
const AFTER_BUSY_MS = 300
const HANG_MS = 10_000
const GAP_CYCLE_MS = 2000
const GAP_MS = 1500
const HOT_C = 91
const LIMIT_SHARE = 0.8
const CORRECTED_ERRORS = 12
const OTHER_PROCESS = { pid: 4_000_001, name: '/opt/other/bin/trainer', usedMiB: 512 } as const

/** The faults of the card that serves. The cards beside it are well. */
export class SensorFaults {
  readonly #names: readonly SensorFaultName[]
  #sinceMs: number | null = null
  #frozen: Pick<SmiGpu['power'], 'drawW' | 'instantW'> | null = null

  constructor(names: readonly SensorFaultName[]) {
    this.#names = names
  }

  /** The limit that is enforced, given the board's own. */
  powerLimitW(defaultW: number): number {
    return this.#has('wrong-power-limit') ? Math.round(defaultW * LIMIT_SHARE) : defaultW
  }

  /** Whether nvidia-smi is to be left without an answer at this moment; 0 when it is not. */
  silence(nowMs: number, busyMs: number): Silence {
    const sinceMs = this.#began(nowMs, busyMs)
    if (sinceMs === null) return 0
    if (this.#has('dies')) return 'dead'
    if (this.#has('hangs')) return Math.max(0, sinceMs + HANG_MS - nowMs)
    if (!this.#has('gaps')) return 0
    const inCycleMs = (nowMs - sinceMs) % GAP_CYCLE_MS
    return Math.max(0, GAP_MS - inCycleMs)
  }

  /** What the driver says of the card that serves, given what is true. */
  distort(gpu: SmiGpu, nowMs: number, busyMs: number): SmiGpu {
    let shown = gpu
    if (this.#has('other-process')) {
      const { usedMiB } = OTHER_PROCESS
      const memory = { ...gpu.memory, usedMiB: gpu.memory.usedMiB + usedMiB, freeMiB: gpu.memory.freeMiB - usedMiB }
      shown = { ...shown, memory, processes: [...gpu.processes, OTHER_PROCESS] }
    }
    if (this.#has('ecc-errors')) shown = { ...shown, eccMode: 'Enabled' }
    const sinceMs = this.#began(nowMs, busyMs)
    if (sinceMs === null) return shown
    if (this.#has('frozen-value')) {
      this.#frozen ??= { drawW: gpu.power.drawW, instantW: gpu.power.instantW }
      shown = { ...shown, power: { ...shown.power, ...this.#frozen } }
    }
    if (this.#has('ecc-errors')) shown = { ...shown, eccCorrected: CORRECTED_ERRORS, eccUncorrected: 1 }
    return this.#has('throttled') ? slowedByHeat(shown, busyMs) : shown
  }

  #began(nowMs: number, busyMs: number): number | null {
    if (busyMs >= AFTER_BUSY_MS) this.#sinceMs ??= nowMs
    return this.#sinceMs
  }

  #has(name: SensorFaultName): boolean {
    return this.#names.includes(name)
  }
}

/** The counter runs while the card works; an idle card is not held back, and its reasons say so. */
function slowedByHeat(gpu: SmiGpu, busyMs: number): SmiGpu {
  const hwThermalUs = Math.round((busyMs - AFTER_BUSY_MS) * 1000)
  if (gpu.utilization.gpuPct === 0) return { ...gpu, hwThermalUs }
  const smMHz = Math.round(gpu.clocks.smMHz / 2)
  const eventReasons = gpu.eventReasons | eventReasonBits.hwSlowdown | eventReasonBits.hwThermalSlowdown
  return { ...gpu, hwThermalUs, eventReasons, temperatureC: HOT_C, clocks: { ...gpu.clocks, smMHz } }
}
