import type { Card } from '../../catalogue/types.ts'
import type { StepCost } from '../engine/step-work.ts'
import { type NoAnswer, SensorFaults } from '../faults/sensor-faults.ts'
import type { SimulatorOptions } from '../options.ts'
import type { SmiState } from '../smi/state.ts'
import { SIMULATED_DRIVER } from './identity.ts'
import { type CardChange, SimulatedCard } from './simulated-card.ts'

export const CUDA_VERSION = '13.0'

/** The process of a server on its cards. */
export interface ServerProcess {
  readonly processName: string
  /** Memory used on each of its cards. */
  readonly usedMiB: number
}

/** What holds cards below their usual speed at a moment. */
export interface Conditions {
  /** Power limit in W that holds them; null: the one that they came with. */
  readonly limitW: number | null
  /** Share of the SM clock at which they are locked. */
  readonly clockShare: number
  /** Share of their speed that a fault leaves them. */
  readonly speedShare: number
}

/** The cards of a server, as the server and nvidia-smi use them. */
export interface ServingCards {
  /** Runs a step on all of them. Steps must be in order and must not overlap. */
  work(startMs: number, endMs: number, cost: StepCost): void
  conditions(nowMs: number): Conditions
  /** What nvidia-smi prints at a moment, now or in the past that the cards remember. */
  smiState(nowMs: number): SmiState
  /** Sets the card of this number from the next step on. */
  set(index: number, change: CardChange): void
  /** Whether nvidia-smi gets no answer now. */
  smiNoAnswer(nowMs: number): NoAnswer
  /** True energy of each card over a span, in J. */
  trueEnergyJ(fromMs: number, toMs: number): number[]
}

/** The cards of a server with this process on them, from `nowMs` on. */
export type PlaceServer = (
  options: SimulatorOptions,
  card: Card,
  process: ServerProcess | null,
  nowMs: number,
) => ServingCards

/** A machine of its own for each server. */
export const ownMachine: PlaceServer = (options, card, process, nowMs) => new Machine(options, card, process, nowMs)

/** The machine with its cards as shown by nvidia-smi. The first cards serve the model, the others are idle. */
export class Machine implements ServingCards {
  readonly #cards: readonly SimulatedCard[]
  readonly #serving: readonly SimulatedCard[]
  readonly #faults: SensorFaults

  constructor(options: SimulatorOptions, known: Card, serverProcess: ServerProcess | null, nowMs: number) {
    // another name is that of a card which the catalogue does not know
    const card = options.smiName === null ? known : { ...known, smiName: options.smiName }
    this.#faults = new SensorFaults(options.sensorFaults, options.sensorFaultAfterMs)
    const server = serverProcess && {
      pid: process.pid,
      name: serverProcess.processName,
      usedMiB: serverProcess.usedMiB,
    }
    const serving = options.tensorParallel
    const cardAt = (index: number): SimulatedCard => {
      const powerLimitW = index === 0 ? this.#faults.powerLimitW(card.tdpW.value) : card.tdpW.value
      return new SimulatedCard({
        card,
        powerLimitW,
        clockShare: options.clockShare,
        seed: options.seed,
        index,
        process: index < serving ? server : null,
        nowMs,
      })
    }
    this.#cards = Array.from({ length: Math.max(options.gpus, serving) }, (_, index) => cardAt(index))
    this.#serving = this.#cards.slice(0, serving)
  }

  work(startMs: number, endMs: number, cost: StepCost): void {
    for (const card of this.#serving) card.work(startMs, endMs, cost)
  }

  /** The slowest card of a server decides: they wait for each other. */
  conditions(): Conditions {
    return { ...settingsOf(this.#serving), speedShare: 1 }
  }

  set(index: number, change: CardChange): void {
    this.#cards[index]?.set(change)
  }

  #busyMs(nowMs: number): number {
    return this.#cards[0]?.busyMs(nowMs) ?? 0
  }

  smiState(nowMs: number): SmiState {
    const busyMs = this.#busyMs(nowMs)
    const gpus = this.#cards.map((card, index) => {
      const gpu = card.read(nowMs)
      return index === 0 ? this.#faults.distort(gpu, nowMs, busyMs) : gpu
    })
    const [first] = gpus
    const lines = first === undefined ? [] : this.#faults.lines(first, nowMs, busyMs)
    return { atMs: nowMs, driverVersion: SIMULATED_DRIVER, cudaVersion: CUDA_VERSION, gpus, lines }
  }

  smiNoAnswer(nowMs: number): NoAnswer {
    return this.#faults.silence(nowMs, this.#busyMs(nowMs))
  }

  trueEnergyJ(fromMs: number, toMs: number): number[] {
    return this.#cards.map((card) => card.trueEnergyJ(fromMs, toMs))
  }
}

/** The lowest limit that was set on one of these cards, and the lowest clock at which one is locked. */
export function settingsOf(
  cards: readonly Pick<SimulatedCard, 'setLimitW' | 'lockedShare'>[],
): Pick<Conditions, 'limitW' | 'clockShare'> {
  const limits = cards.flatMap(({ setLimitW }) => setLimitW ?? [])
  return {
    limitW: limits.length === 0 ? null : Math.min(...limits),
    clockShare: Math.min(1, ...cards.map(({ lockedShare }) => lockedShare)),
  }
}
