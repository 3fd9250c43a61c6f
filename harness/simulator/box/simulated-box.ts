import { systemClock } from '../../clock.ts'
import { findCard } from '../hardware.ts'
import { BoxCards } from './box-cards.ts'
import type { BoxOptions } from './box-options.ts'
import { Containers } from './engine/containers.ts'
import type { FaultsOfCards } from './faults.ts'

/** Process ids of simulated servers begin here, above those of a usual machine. */
const FIRST_PID = 5_000_000

/** One machine: its cards, which share a power supply, and its container engine. */
export class SimulatedBox {
  readonly card: string
  readonly seed: number
  /** From `docker run` to a server that answers. */
  readonly startMs: number
  readonly cards: BoxCards
  readonly containers = new Containers()
  /** The simulated nvidia-smi of this box, once it is written. */
  nvidiaSmi = ''
  #lastPid = FIRST_PID

  constructor(options: BoxOptions, faults: FaultsOfCards) {
    const { card, seed, startMs, gpus, powerBudgetW, deadAfterMs, fadePerS } = options
    this.card = card
    this.seed = seed
    this.startMs = startMs
    const nowMs = systemClock.nowMs()
    this.cards = new BoxCards({ card: findCard(card), seed, gpus, faults, powerBudgetW, deadAfterMs, fadePerS, nowMs })
  }

  newPid(): number {
    this.#lastPid += 1
    return this.#lastPid
  }
}
