import type { MetricKey } from '../../metrics/catalogue.ts'
import type { MetricValues, WithInterval } from '../verdict.ts'
import type { MetricVerdict } from '../verdict-words.ts'

/** One card (or set of cards that serve together) in one scenario, before and after a change. */
export interface FleetCell {
  /** UUIDs of its GPUs. */
  readonly unit: string
  /** The machine that it is in: cards of one machine are not independent of each other. */
  readonly box: string
  /** What is comparable: the scenario, the model of the card, and whether other cards were under load beside it. */
  readonly group: string
  readonly baseline: MetricValues
  readonly candidate: MetricValues
  /** Whether it had the change that the fleet had; others are judged by themselves and are not in the figure of the fleet. */
  readonly inFleet: boolean
}

/** Standard deviations of the parts of the model, as shares; null where there is no repetition that shows it. */
export interface Spreads {
  /** Between boxes: how differently they react to the change, beyond what their starts and trials explain. */
  readonly boxes: number | null
  /** Between starts of one server, beyond what their trials explain. */
  readonly starts: number | null
  /** Between trials of one start. */
  readonly trials: number | null
}

/** What every tested change has. */
interface Judged {
  readonly key: MetricKey
  /** Candidate / baseline - 1. */
  readonly change: WithInterval | null
  /** Practical threshold, as a share. */
  readonly margin: number
  readonly p: number | null
  /** Adjusted by Holm over every hypothesis of its family. */
  readonly pAdjusted: number | null
  readonly pEquivalence: number | null
  readonly verdict: MetricVerdict
  readonly reason: string
}

/** One metric of one scenario over the whole fleet. */
export interface FleetMetric extends Judged {
  /** Boxes and cards that are in it. */
  readonly boxes: number
  readonly units: number
  readonly spreads: Spreads
}

/** One metric of one card against its own baseline. */
export interface UnitMetric extends Judged {
  readonly baseline: { readonly mean: number | null; readonly starts: number }
  readonly candidate: { readonly mean: number | null; readonly starts: number }
}

/** The fleet as a whole by group, and each cell, in the order given. */
export interface FleetVerdict {
  readonly groups: readonly { readonly group: string; readonly metrics: readonly FleetMetric[] }[]
  readonly cells: readonly (readonly UnitMetric[])[]
}

export interface FleetOptions {
  /** Practical threshold of one card, as a share; 3 % unless given. */
  readonly smallestEffect?: number
  /** Practical threshold of the fleet as a whole; 1 % unless given. */
  readonly smallestFleetEffect?: number
}
