import type { Scenario } from '../scenario/schema.ts'

/** A threshold of a gate, used by the gate, its evidence and docs/gates.md. */
export interface Threshold {
  /** The compared quantity, such as "event-loop delay, p99". */
  readonly what: string
  readonly value: number
  /** `share` is shown as a percentage. */
  readonly unit: string
  /** Direction of values beyond it. The threshold itself is not beyond. */
  readonly side: 'above' | 'below'
  /** Status of a value beyond it. */
  readonly beyond: 'fail' | 'warn' | 'ignored'
  /** Field of the scenario that replaces the value. */
  readonly setBy?: string
  /** How far that field may loosen the threshold. */
  readonly looseness?: Looseness
}

/** How far a scenario may loosen a threshold of its own measurement. */
export interface Looseness {
  /** Loosest value in force with which a run may be quoted. */
  readonly loosest: number
  /** Unit of the values below, as in `Threshold`. */
  readonly unit: string
  /** Value in force for a scenario. */
  inForce(scenario: Scenario): number
  /** Value that would be in force if the scenario did not set it. */
  usual(scenario: Scenario): number
}

type Bound = Omit<Threshold, 'side' | 'beyond'>
export const failsAbove = (bound: Bound): Threshold => ({ ...bound, side: 'above', beyond: 'fail' })
export const failsBelow = (bound: Bound): Threshold => ({ ...bound, side: 'below', beyond: 'fail' })
export const warnsAbove = (bound: Bound): Threshold => ({ ...bound, side: 'above', beyond: 'warn' })
export const warnsBelow = (bound: Bound): Threshold => ({ ...bound, side: 'below', beyond: 'warn' })

/** Whether a value is beyond a threshold. NaN is, because it must not pass. */
export const isBeyond = ({ side, value: limit }: Threshold, value: number): boolean =>
  side === 'above' ? !(value <= limit) : !(value >= limit)

/** The value of a threshold with its unit, as evidence and docs show it: "5 ms", "80 %". */
export const limitText = ({ value, unit }: Pick<Threshold, 'value' | 'unit'>): string =>
  unit === 'share' || unit.startsWith('share of ')
    ? `${Number((value * 100).toPrecision(3))} %${unit.slice('share'.length)}`
    : `${Number(value.toPrecision(4))} ${unit}`.trim()

/** The same threshold with the value that a scenario gives it. */
export const inForce = (threshold: Threshold, scenario: Scenario): Threshold => ({
  ...threshold,
  value: threshold.looseness?.inForce(scenario) ?? threshold.value,
})

/** A share as a percentage, with two decimals under 1 %. */
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 && share > 0 ? 2 : 1)} %`

/** How far `value` is from `reference`, as a share of the reference; 0 when both are 0. */
export const relativeDifference = (value: number, reference: number): number =>
  value === reference ? 0 : Math.abs(value - reference) / Math.abs(reference)
