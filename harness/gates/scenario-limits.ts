import type { Scenario } from '../scenario/schema.ts'
import { appliesTo, gateEntries } from './table.ts'
import { isBeyond, limitText, type Threshold } from './threshold.ts'

/** A limit of a gate that the scenario of a run may set itself. */
export interface ScenarioLimit {
  /** Gate that uses it. */
  readonly gate: string
  readonly what: string
  /** Field of the scenario. */
  readonly field: string
  /** Value in force, value without the field, and loosest value of a quotable run, each with its unit. */
  readonly inForce: string
  readonly usual: string
  readonly loosest: string
  /** Looser than it would be without the field. */
  readonly isLoosened: boolean
  /** Too loose for a quote. */
  readonly isTooLoose: boolean
}

/** The limits that a scenario may set, as they are in force for it, in the order of the gates. */
export const scenarioLimits = (scenario: Scenario): ScenarioLimit[] =>
  gateEntries.flatMap(([id, gate]) =>
    appliesTo(gate, scenario.kind)
      ? Object.values<Threshold>(gate.thresholds).flatMap((threshold) => limitOf(id, threshold, scenario))
      : [],
  )

function limitOf(gate: string, threshold: Threshold, scenario: Scenario): ScenarioLimit[] {
  const { what, setBy, looseness } = threshold
  if (setBy === undefined || looseness === undefined) return []
  const { loosest, unit } = looseness
  const [inForce, usual] = [looseness.inForce(scenario), looseness.usual(scenario)]
  const text = (value: number): string => limitText({ value, unit })
  // the value in force is to the loosest one as a measured value is to its limit
  const isLooserThan = (limit: number): boolean => isBeyond({ ...threshold, value: limit }, inForce)
  return [
    {
      gate,
      what,
      field: setBy,
      inForce: text(inForce),
      usual: text(usual),
      loosest: text(loosest),
      isLoosened: isLooserThan(usual),
      isTooLoose: isLooserThan(loosest),
    },
  ]
}

/** Why the limits of a scenario keep its runs from a quote, whatever they measure: one line each. */
export const tooLoose = (scenario: Scenario): string[] =>
  scenarioLimits(scenario)
    .filter((limit) => limit.isTooLoose)
    .map(
      ({ gate, what, field, inForce, loosest }) =>
        `${gate} limit: the scenario accepts ${inForce} (\`${field}\`: ${what}); the loosest limit of a quotable run is ${loosest}`,
    )
