import type { Card } from '../../catalogue/types.ts'
import { type Cap, type CardChange, SimulatedCard } from '../card/simulated-card.ts'
import { type Cooling, removedW } from '../card/thermal.ts'
import type { StepCost } from '../engine/step-work.ts'
import { lostCard, xidLine } from '../faults/card-faults.ts'
import type { SmiGpu, SmiProcess } from '../smi/state.ts'
import type { BoxFaultName } from './faults.ts'

/** A chip whose cooler has lost contact: little mass takes up the heat, and little of it is carried away. */
const LOST_CONTACT: Cooling = { riseAtTdpC: 150, timeConstantMs: 1000 }
/** The hardware slows a chip down at this temperature. */
const SLOWDOWN_C = 90
const WEAK_BANDWIDTH_SHARE = 0.9
/** Errors and replays in a second of load. */
const CORRECTED_PER_S = 3
const REPLAYS_PER_S = 20
/** Least speed that a fading card keeps. */
const LEAST_SPEED = 0.5
/** How long nvidia-smi prints the line of an Xid. */
const XID_LINE_MS = 250

export interface BoxCardOptions {
  readonly card: Card
  readonly index: number
  readonly seed: number
  readonly nowMs: number
  readonly faults: readonly BoxFaultName[]
  /** Whether ECC is on: errors are counted only then. */
  readonly ecc: boolean
  /** Load in ms after which a card dies. */
  readonly deadAfterMs: number
  /** Share of its speed that a fading card loses in a second of load. */
  readonly fadePerS: number
}

/** One card of a box with its faults. It lives as long as the box; servers come and go. */
export class BoxCard {
  readonly #options: BoxCardOptions
  readonly #card: SimulatedCard
  #diedAtMs: number | null = null

  constructor(options: BoxCardOptions) {
    const { card, index, seed, nowMs } = options
    this.#options = options
    const cooling = this.has('hot') ? LOST_CONTACT : undefined
    this.#card = new SimulatedCard({
      card,
      seed,
      index,
      process: null,
      clockShare: 1,
      cooling,
      nowMs,
    })
  }

  get index(): number {
    return this.#options.index
  }

  has(fault: BoxFaultName): boolean {
    return this.#options.faults.includes(fault)
  }

  get bandwidthShare(): number {
    return this.has('weak') ? WEAK_BANDWIDTH_SHARE : 1
  }

  /** Lanes of its PCIe link. */
  get lanes(): number {
    const { lanes } = this.#options.card.pcie.value
    return this.has('narrow-link') ? lanes / 2 : lanes
  }

  get idleW(): number {
    return this.#card.idleW
  }

  get workedUntilMs(): number {
    return this.#card.workedUntilMs
  }

  get setLimitW(): number | null {
    return this.#card.setLimitW
  }

  get lockedShare(): number {
    return this.#card.lockedShare
  }

  set(change: CardChange): void {
    this.#card.set(change)
  }

  setProcesses(processes: readonly SmiProcess[], nowMs: number): void {
    this.#card.setProcesses(processes, nowMs)
  }

  demandW(cost: StepCost): number {
    return this.#card.demandW(cost)
  }

  work(startMs: number, endMs: number, cost: StepCost, cap: Cap | null): void {
    this.#card.work(startMs, endMs, cost, cap)
  }

  trueEnergyJ(fromMs: number, toMs: number): number {
    return this.#card.trueEnergyJ(fromMs, toMs)
  }

  /** Power that the slowdown by heat leaves now; null while the chip is cool enough. */
  heatCap(nowMs: number): Cap | null {
    if (!this.has('hot') || this.#card.temperatureC(nowMs) < SLOWDOWN_C - 1) return null
    return { limitW: removedW(LOST_CONTACT, this.#options.card.tdpW.value, SLOWDOWN_C), reason: 'heat' }
  }

  /** Share of its speed that the faults leave, apart from heat. */
  speedShare(nowMs: number): number {
    if (!this.has('fading')) return 1
    return Math.max(LEAST_SPEED, 1 - (this.#options.fadePerS * this.#card.busyMs(nowMs)) / 1000)
  }

  /** When it fell off the bus; null while it is there. */
  diedAtMs(nowMs: number): number | null {
    if (this.has('dead') && this.#card.busyMs(nowMs) >= this.#options.deadAfterMs) this.#diedAtMs ??= nowMs
    return this.#diedAtMs
  }

  /** What nvidia-smi shows of it. */
  read(nowMs: number): SmiGpu {
    const gpu = this.#card.read(nowMs)
    const busyS = this.#card.busyMs(nowMs) / 1000
    const shown: SmiGpu = {
      ...gpu,
      pci: { ...gpu.pci, width: this.lanes },
      eccMode: this.#options.ecc ? 'Enabled' : gpu.eccMode,
      eccCorrected: this.has('ecc-errors') ? Math.floor(CORRECTED_PER_S * busyS) : 0,
      pcieReplays: this.has('pcie-replays') ? Math.floor(REPLAYS_PER_S * busyS) : 0,
    }
    const diedAtMs = this.diedAtMs(nowMs)
    return diedAtMs !== null && nowMs >= diedAtMs ? lostCard(shown) : shown
  }

  /** Lines that nvidia-smi prints among its rows at this moment. */
  lines(nowMs: number): string[] {
    const diedAtMs = this.diedAtMs(nowMs)
    const isNew = diedAtMs !== null && nowMs >= diedAtMs && nowMs < diedAtMs + XID_LINE_MS
    return isNew ? [xidLine(this.#card.read(nowMs))] : []
  }
}
