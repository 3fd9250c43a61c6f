import { exitCodes } from '../../harness/errors.ts'
import type { Campaign, CampaignBox } from '../../harness/fleet/state.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { compareFleet, type FleetComparison } from '../../reports/fleet/fleet-comparison.ts'
import { fleetOutcome, fleetSentence } from '../../reports/fleet/outcome.ts'
import type { CommandIo } from '../support/io.ts'
import { baselineRuns, campaignRuns, onSameCards } from './campaign-runs.ts'

/** Whether the fleet may go on after its canary, and why. */
export interface CanaryVerdict {
  readonly goOn: boolean
  readonly reason: string
}

/** Judges the boxes of a canary: by the exit codes of their own runs and, where this machine compares, by that comparison. */
export async function judgeCanary(
  fleet: Fleet,
  campaign: Campaign,
  out: string,
  io: CommandIo,
): Promise<CanaryVerdict> {
  const boxes = campaign.boxes.filter(({ part }) => part === 'canary')
  const rule = fleet.canary?.goOn ?? 'no-regression'
  const own = byExitCodes(boxes, rule)
  if (!own.goOn || rule === 'always' || campaign.against === null || campaign.against === 'baseline') return own
  const after = await campaignRuns(campaign, out, boxes)
  const before = await baselineRuns(campaign, out, fleet, io)
  const comparison = compareFleet(onSameCards(before?.records ?? [], after.records), after.records, {})
  const outcome = fleetOutcome(comparison)
  const isGood =
    outcome === 'improved' || outcome === 'equivalent' || (outcome === 'inconclusive' && rule === 'no-regression')
  return {
    goOn: isGood,
    reason: outcome === 'not-comparable' ? notComparable(comparison) : `${outcome}. ${fleetSentence(comparison)}`,
  }
}

/** Why single units could not be judged. */
function notComparable({ cells, units }: FleetComparison): string {
  const nameOf = (id: string) => units.find((unit) => unit.id === id)?.name ?? id
  const reasons = cells.flatMap(({ kind, unit, reason }) =>
    kind === 'not-judged' ? [`${nameOf(unit)}: ${reason}`] : [],
  )
  return `not comparable: ${[...new Set(reasons)].join('; ')}`
}

/** By the exit codes alone: 0 is good, 4 (inconclusive) shows no loss. Pure. */
function byExitCodes(boxes: readonly CampaignBox[], rule: NonNullable<Fleet['canary']>['goOn']): CanaryVerdict {
  const failed = boxes.filter(({ state }) => state !== 'measured')
  if (failed.length > 0) {
    return {
      goOn: false,
      reason: failed.map(({ box, reason, state }) => `${box} was not measured: ${reason ?? state}`).join('; '),
    }
  }
  const accepted: readonly (number | null)[] =
    rule === 'equivalent' ? [exitCodes.done] : [exitCodes.done, exitCodes.inconclusive]
  const bad = rule === 'always' ? [] : boxes.filter(({ exitCode }) => !accepted.includes(exitCode))
  if (bad.length === 0) return { goOn: true, reason: `measured: ${boxes.map(({ box }) => box).join(', ')}` }
  return {
    goOn: false,
    reason: bad.map(({ box, exitCode }) => `${box} ended with exit code ${exitCode}: ${meaning(exitCode)}`).join('; '),
  }
}

const meaning = (code: number | null): string =>
  code === exitCodes.negativeResult
    ? 'a loss, or rejected'
    : code === exitCodes.inconclusive
      ? 'inconclusive'
      : code === exitCodes.notComparable
        ? 'not comparable'
        : 'no answer'
