import type { Card } from '../../catalogue/types.ts'
import { SIMULATED_DRIVER } from '../card/identity.ts'
import { type Conditions, CUDA_VERSION, type PlaceServer, type ServingCards, settingsOf } from '../card/machine.ts'
import type { Cap, CardChange } from '../card/simulated-card.ts'
import type { StepCost } from '../engine/step-work.ts'
import type { SmiProcess, SmiState } from '../smi/state.ts'
import { BoxCard, type BoxCardOptions } from './box-card.ts'
import type { FaultsOfCards } from './faults.ts'

export interface BoxCardsOptions extends Pick<BoxCardOptions, 'card' | 'seed' | 'nowMs' | 'deadAfterMs' | 'fadePerS'> {
  readonly gpus: number
  readonly faults: FaultsOfCards
  /** Power in W that the supply of the box can give to all cards together; null = enough. */
  readonly powerBudgetW: number | null
}

/** A card counts as working for this long after its last step, in ms. */
const STILL_WORKING_MS = 50

/**
 * The cards of one box, which share its power supply: where all of them together demand more than it gives, it brakes all
 * of them at once (the power brake signal of PCIe), each by the same share of what it demands above idle. A real supply
 * brakes in jolts; here the power settles at the budget.
 */
export class BoxCards {
  readonly cards: readonly BoxCard[]
  readonly #budgetW: number | null
  readonly #demandsW = new Map<BoxCard, number>()
  readonly #processes = new Map<BoxCard, SmiProcess[]>()

  constructor({ gpus, faults, powerBudgetW, ...options }: BoxCardsOptions) {
    const ecc = [...faults.values()].some((names) => names.includes('ecc-errors'))
    this.cards = Array.from(
      { length: gpus },
      (_, index) => new BoxCard({ ...options, index, ecc, faults: faults.get(index) ?? [] }),
    )
    this.#budgetW = powerBudgetW
  }

  /** Puts a server on some of the cards; the returned function takes its process away again. */
  placing(cards: readonly BoxCard[], pid: number): { readonly place: PlaceServer; leave(nowMs: number): void } {
    return {
      place: (_options: unknown, _card: Card, process, nowMs): ServingCards => {
        if (process !== null) this.#add(cards, { pid, name: process.processName, usedMiB: process.usedMiB }, nowMs)
        return {
          work: (startMs, endMs, cost) => this.#work(cards, startMs, endMs, cost),
          conditions: (atMs) => this.#conditions(cards, atMs),
          smiState: (atMs) => this.smiState(atMs),
          set: (index, change) => this.set(index, change),
          smiNoAnswer: () => 0,
          trueEnergyJ: (fromMs, toMs) => this.cards.map((card) => card.trueEnergyJ(fromMs, toMs)),
        }
      },
      leave: (nowMs) => {
        for (const card of cards)
          this.#keep(
            card,
            this.processesOf(card).filter((each) => each.pid !== pid),
            nowMs,
          )
      },
    }
  }

  processesOf(card: BoxCard): readonly SmiProcess[] {
    return this.#processes.get(card) ?? []
  }

  /** Sets the card of this number from its next step on. */
  set(index: number, change: CardChange): void {
    this.cards[index]?.set(change)
  }

  smiState(nowMs: number): SmiState {
    return {
      atMs: nowMs,
      driverVersion: SIMULATED_DRIVER,
      cudaVersion: CUDA_VERSION,
      gpus: this.cards.map((card) => card.read(nowMs)),
      lines: this.cards.flatMap((card) => card.lines(nowMs)),
    }
  }

  #add(cards: readonly BoxCard[], process: SmiProcess, nowMs: number): void {
    for (const card of cards) this.#keep(card, [...this.processesOf(card), process], nowMs)
  }

  #keep(card: BoxCard, processes: SmiProcess[], nowMs: number): void {
    this.#processes.set(card, processes)
    card.setProcesses(processes, nowMs)
  }

  #work(cards: readonly BoxCard[], startMs: number, endMs: number, cost: StepCost): void {
    for (const card of cards) {
      // two servers on one card take turns; a span of one that overlaps the other's counts from its end
      const fromMs = Math.max(startMs, card.workedUntilMs)
      if (fromMs >= endMs) continue
      this.#demandsW.set(card, card.demandW(cost))
      card.work(fromMs, endMs, cost, this.#capOf(card, startMs))
    }
  }

  /** The slowest card of a server decides: they wait for each other. */
  #conditions(cards: readonly BoxCard[], nowMs: number): Conditions {
    const { limitW, clockShare } = settingsOf(cards)
    const caps = [
      ...cards.flatMap((card) => this.#capOf(card, nowMs)?.limitW ?? []),
      ...(limitW === null ? [] : [limitW]),
    ]
    return {
      limitW: caps.length === 0 ? null : Math.min(...caps),
      clockShare,
      speedShare: Math.min(...cards.map((card) => card.speedShare(nowMs))),
    }
  }

  #capOf(card: BoxCard, nowMs: number): Cap | null {
    const caps = [card.heatCap(nowMs), this.#brake(card, nowMs)].filter((cap) => cap !== null)
    return caps.toSorted((a, b) => a.limitW - b.limitW)[0] ?? null
  }

  #brake(card: BoxCard, nowMs: number): Cap | null {
    if (this.#budgetW === null) return null
    const above = (each: BoxCard) => Math.max(0, this.#demandNowW(each, nowMs) - each.idleW)
    const idleW = sum(this.cards.map((each) => each.idleW))
    const share = (this.#budgetW - idleW) / sum(this.cards.map(above))
    // the first step of a card is not held: what it demands is not known yet
    return share >= 1 || above(card) === 0 ? null : { limitW: card.idleW + share * above(card), reason: 'power-brake' }
  }

  #demandNowW(card: BoxCard, nowMs: number): number {
    if (nowMs > card.workedUntilMs + STILL_WORKING_MS) return card.idleW
    const demandW = this.#demandsW.get(card) ?? card.idleW
    return Math.min(demandW, card.heatCap(nowMs)?.limitW ?? demandW)
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
