import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { Card } from '../../catalogue/types.ts'
import type { StepCost } from '../engine/step-work.ts'
import type { SmiGpu, SmiProcess } from '../smi/state.ts'
import { ActivityLog } from './activity-log.ts'
import { type Board, boardOf } from './board.ts'
import { SIMULATED_NAME_SUFFIX, simulatedBusId, simulatedUuid } from './identity.ts'
import type { CardPower } from './power-model.ts'
import { readSensor, type SensorReading } from './sensor.ts'
import { ThermalModel } from './thermal.ts'

export interface SimulatedCardOptions {
  readonly card: Card
  readonly power: CardPower
  readonly seed: number
  readonly index: number
  /** The server's process on this card; null on a card that serves nothing. */
  readonly process: SmiProcess | null
  /** The enforced power limit, where it is not the default. */
  readonly powerLimitW?: number
  /** Share of the usual SM clock under load. */
  readonly clockShare: number
  readonly nowMs: number
}

/** A driver uses a few MiB of an idle card. */
const IDLE_USED_MIB = 2

/** One card: its activity, sensor readings and identity. */
export class SimulatedCard {
  readonly #options: SimulatedCardOptions
  readonly #board: Board
  readonly #log: ActivityLog
  readonly #thermal: ThermalModel

  constructor(options: SimulatedCardOptions) {
    const { card, power, process, nowMs } = options
    this.#options = options
    this.#board = boardOf(card)
    const idleW = process === null ? this.#board.deepIdleW : power.idleW
    this.#log = new ActivityLog(idleW, nowMs)
    this.#thermal = new ThermalModel(card.tdpW.value, idleW, nowMs)
  }

  /** Runs a step of the engine on this card. */
  work(startMs: number, endMs: number, cost: StepCost): void {
    const { powerW, capped } = this.#options.power.loadOf(cost)
    this.#log.add(startMs, endMs, { powerW, memoryShare: cost.memoryShare, capped })
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
    const { card, index, seed, process, nowMs: startedMs } = this.#options
    const board = this.#board
    const sensor = readSensor(this.#log, nowMs, startedMs)
    const totalMiB = board.totalMiB
    const usedMiB = process?.usedMiB ?? IDLE_USED_MIB
    const busy = sensor.gpuPct > 0
    const defaultLimitW = card.tdpW.value
    const limitW = this.#options.powerLimitW ?? defaultLimitW
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
        limitW,
        defaultLimitW,
        minLimitW: card.minPowerLimitW?.value ?? defaultLimitW,
        maxLimitW: card.maxPowerLimitW?.value ?? defaultLimitW,
      },
      utilization: { gpuPct: sensor.gpuPct, memoryPct: sensor.memoryPct },
      clocks: this.#clocks(sensor),
      temperatureC: Math.round(this.#thermal.advance(nowMs, (fromMs, toMs) => this.#log.meanPowerW(fromMs, toMs))),
      fanPct: board.fan === null ? null : busy ? board.fan.loadPct : board.fan.idlePct,
      pstate: busy ? board.loadPstate : process === null ? 'P8' : 'P0',
      eventReasons: busy ? (sensor.cappedPct > 0 ? eventReasonBits.swPowerCap : 0) : eventReasonBits.gpuIdle,
      powerCapUs: Math.round(this.#log.between(startedMs, nowMs).cappedMs * 1000),
      hwThermalUs: 0,
      eccMode: eccMode(card),
      eccCorrected: 0,
      eccUncorrected: 0,
      migMode: null,
      virtualization: 'None',
      processes: process === null ? [] : [process],
    }
  }

  #clocks(sensor: SensorReading): SmiGpu['clocks'] {
    const { clocks } = this.#board
    const busy = sensor.gpuPct > 0
    const isActive = busy || this.#options.process !== null
    return {
      smMHz: isActive ? Math.round(clocks.loadSmMHz * this.#options.clockShare) : clocks.idleSmMHz,
      memoryMHz: isActive ? clocks.loadMemoryMHz : clocks.idleMemoryMHz,
      videoMHz: clocks.videoMHz,
      maxSmMHz: clocks.maxSmMHz,
      maxMemoryMHz: clocks.maxMemoryMHz,
    }
  }
}

function eccMode(card: Card): SmiGpu['eccMode'] {
  const { value } = card.ecc
  if (value === 'none') return null
  return value === 'toggle-off' ? 'Disabled' : 'Enabled'
}
