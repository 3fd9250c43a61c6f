import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { Card } from '../../catalogue/types.ts'
import type { StepCost } from '../engine/step-work.ts'
import type { SmiGpu, SmiProcess } from '../smi/state.ts'
import { ActivityLog } from './activity-log.ts'
import { type Board, boardOf } from './board.ts'
import { SIMULATED_NAME_SUFFIX, simulatedBusId, simulatedUuid } from './identity.ts'
import { type CardPower, cardPower } from './power-model.ts'
import { readSensor, type SensorReading } from './sensor.ts'
import { type Cooling, ThermalModel } from './thermal.ts'

export interface SimulatedCardOptions {
  readonly card: Card
  readonly seed: number
  readonly index: number
  /** The server's process on this card; null on a card that serves nothing. */
  readonly process: SmiProcess | null
  /** The enforced power limit at the start, where it is not the default. */
  readonly powerLimitW?: number
  /** Share of the usual SM clock under load. */
  readonly clockShare: number
  /** Cooling that is not the usual. */
  readonly cooling?: Cooling | undefined
  readonly nowMs: number
}

/** What holds a card below the power that its work demands, besides its own power limit. */
export interface Cap {
  readonly limitW: number
  readonly reason: 'heat' | 'power-brake'
}

/** What a person sets on a card, by nvidia-smi. */
export type CardChange =
  | { readonly kind: 'limit'; readonly watts: number }
  | { readonly kind: 'lock'; readonly minMHz: number; readonly maxMHz: number }
  | { readonly kind: 'unlock' }

/** A driver uses a few MiB of an idle card. */
const IDLE_USED_MIB = 2

/** One card: its activity, sensor readings and identity. */
export class SimulatedCard {
  readonly #options: SimulatedCardOptions
  readonly #board: Board
  readonly #log: ActivityLog
  readonly #thermal: ThermalModel
  #processes: readonly SmiProcess[]
  /** The limit that was set by nvidia-smi; null before that. */
  #setLimitW: number | null = null
  #lockedAtMHz: number | null = null
  #power: CardPower
  /** What a limit that was set leaves of the clock. */
  #limitedShare = 1
  #cap: (Cap & { readonly clockShare: number }) | null = null
  readonly #heldUs = { heat: 0, 'power-brake': 0 }

  constructor(options: SimulatedCardOptions) {
    const { card, process, nowMs, cooling } = options
    this.#options = options
    this.#board = boardOf(card)
    this.#power = cardPower(card, this.limitW)
    this.#processes = process === null ? [] : [process]
    this.#log = new ActivityLog(this.idleW, nowMs)
    this.#thermal = new ThermalModel(card.tdpW.value, this.idleW, nowMs, cooling)
  }

  /** Power without load: a process keeps the card out of its deep idle state. */
  get idleW(): number {
    return this.#processes.length === 0 ? this.#board.deepIdleW : this.#power.idleW
  }

  /** The processes on this card from now on. */
  setProcesses(processes: readonly SmiProcess[], nowMs: number): void {
    this.#processes = processes
    this.#log.setIdle(nowMs, this.idleW)
  }

  /** What the work would draw under the card's own limit, in W. */
  demandW(cost: StepCost): number {
    return this.#power.loadOf(cost).powerW
  }

  /** Runs a step of the engine on this card; `cap` where it is held below what the step demands. */
  work(startMs: number, endMs: number, cost: StepCost, cap: Cap | null = null): void {
    const { powerW, capped, clockShare } = this.#power.loadOf(cost)
    this.#limitedShare = this.#setLimitW === null ? 1 : clockShare
    const held = cap !== null && cap.limitW < powerW
    this.#cap = held ? { ...cap, clockShare: Math.sqrt(aboveIdle(cap.limitW, powerW, this.idleW)) } : null
    if (held) this.#heldUs[cap.reason] += Math.round((endMs - startMs) * 1000)
    const drawnW = held ? cap.limitW : powerW
    this.#log.add(startMs, endMs, { powerW: drawnW, memoryShare: cost.memoryShare, capped: capped && !held })
  }

  /** The enforced power limit now. */
  get limitW(): number {
    return this.#setLimitW ?? this.#options.powerLimitW ?? this.#options.card.tdpW.value
  }

  /** The limit that was set since the start; null: the one that the card came with. */
  get setLimitW(): number | null {
    return this.#setLimitW
  }

  /** Share of its clock under load at which it is locked; 1 without a lock, or one above. */
  get lockedShare(): number {
    const loadMHz = this.#board.clocks.loadSmMHz * this.#options.clockShare
    return this.#lockedAtMHz === null ? 1 : Math.min(1, this.#lockedAtMHz / loadMHz)
  }

  /** Sets a limit or a clock: it holds from the next step on. */
  set(change: CardChange): void {
    if (change.kind === 'limit') this.#setLimitW = change.watts
    else this.#lockedAtMHz = change.kind === 'lock' ? change.maxMHz : null
    this.#power = cardPower(this.#options.card, this.limitW, this.lockedShare)
  }

  /** Temperature of the chip. */
  temperatureC(nowMs: number): number {
    return this.#thermal.advance(nowMs, (fromMs, toMs) => this.#log.meanPowerW(fromMs, toMs))
  }

  /** End of the last step. */
  get workedUntilMs(): number {
    return this.#log.endMs
  }

  /** True energy between two times, in J. */
  trueEnergyJ(fromMs: number, toMs: number): number {
    return this.#log.between(fromMs, toMs).energyJ
  }

  /** Time with a kernel running since the start of the machine. */
  busyMs(nowMs: number): number {
    return this.#log.between(this.#options.nowMs, nowMs).busyMs
  }

  /** The state as reported by the driver now. */
  read(nowMs: number): SmiGpu {
    const { card, index, seed, nowMs: startedMs } = this.#options
    const processes = this.#processes
    const board = this.#board
    const sensor = readSensor(this.#log, nowMs, startedMs)
    const totalMiB = board.totalMiB
    const usedMiB = processes.reduce((sum, process) => sum + process.usedMiB, 0) || IDLE_USED_MIB
    const busy = sensor.gpuPct > 0
    const defaultLimitW = card.tdpW.value
    return {
      index,
      uuid: simulatedUuid(seed, index),
      name: card.smiName + SIMULATED_NAME_SUFFIX,
      architecture: card.architecture.replace(/ \w+$/, ''),
      computeCapability: card.computeCapability,
      vbiosVersion: board.vbiosVersion,
      pci: {
        busId: simulatedBusId(index),
        deviceId: board.pciDeviceId,
        subDeviceId: board.pciSubDeviceId,
        // an idle link drops to generation 1
        gen: busy ? card.pcie.value.gen : 1,
        genMax: card.pcie.value.gen,
        width: card.pcie.value.lanes,
        widthMax: card.pcie.value.lanes,
      },
      memory: { totalMiB, reservedMiB: board.reservedMiB, usedMiB, freeMiB: totalMiB - board.reservedMiB - usedMiB },
      bar1MiB: board.bar1MiB,
      power: {
        drawW: sensor.drawW,
        instantW: sensor.instantW,
        limitW: this.limitW,
        defaultLimitW,
        minLimitW: card.minPowerLimitW?.value ?? Math.round(defaultLimitW / 2),
        maxLimitW: card.maxPowerLimitW?.value ?? defaultLimitW,
      },
      utilization: { gpuPct: sensor.gpuPct, memoryPct: sensor.memoryPct },
      clocks: this.#clocks(sensor),
      temperatureC: Math.round(this.temperatureC(nowMs)),
      fanPct: board.fan === null ? null : busy ? board.fan.loadPct : board.fan.idlePct,
      pstate: busy ? board.loadPstate : processes.length === 0 ? 'P8' : 'P0',
      eventReasons: busy
        ? (sensor.cappedPct > 0 ? eventReasonBits.swPowerCap : 0) | (this.#cap ? capBits[this.#cap.reason] : 0)
        : eventReasonBits.gpuIdle,
      powerCapUs: Math.round(this.#log.between(startedMs, nowMs).cappedMs * 1000),
      hwThermalUs: this.#heldUs.heat,
      hwPowerBrakeUs: this.#heldUs['power-brake'],
      eccMode: eccMode(card),
      eccCorrected: 0,
      eccUncorrected: 0,
      migMode: null,
      virtualization: 'None',
      processes,
    }
  }

  #clocks(sensor: SensorReading): SmiGpu['clocks'] {
    const { clocks } = this.#board
    const busy = sensor.gpuPct > 0
    const isActive = busy || this.#processes.length > 0
    const held = busy ? (this.#cap?.clockShare ?? this.#limitedShare) : 1
    const clockShare = this.#options.clockShare * this.lockedShare * held
    return {
      smMHz: isActive ? Math.round(clocks.loadSmMHz * clockShare) : clocks.idleSmMHz,
      memoryMHz: isActive ? clocks.loadMemoryMHz : clocks.idleMemoryMHz,
      videoMHz: clocks.videoMHz,
      maxSmMHz: clocks.maxSmMHz,
      maxMemoryMHz: clocks.maxMemoryMHz,
    }
  }
}

/** The reasons that nvidia-smi shows: a slowdown of the hardware, and what asked for it. */
const capBits = {
  heat: eventReasonBits.hwSlowdown | eventReasonBits.hwThermalSlowdown,
  'power-brake': eventReasonBits.hwSlowdown | eventReasonBits.hwPowerBrakeSlowdown,
} as const

/** Share that a limit leaves of the power above idle. */
const aboveIdle = (limitW: number, demandW: number, idleW: number): number =>
  Math.max(0.05, (limitW - idleW) / (demandW - idleW))

function eccMode(card: Card): SmiGpu['eccMode'] {
  const { value } = card.ecc
  if (value === 'none') return null
  return value === 'toggle-off' ? 'Disabled' : 'Enabled'
}
