import { comparedMetric } from '../../harness/metrics/catalogue.ts'
import { counted } from '../../harness/units.ts'
import type { FleetMetric } from '../../harness/verdict/fleet/fleet-values.ts'
import type { Outcome } from '../compare/outcome.ts'
import type { FleetComparison, FleetGroup } from './fleet-comparison.ts'
import { changesText } from './settings.ts'

/** Units by what became of them, each counted once. */
export interface UnitCounts {
  readonly regressed: readonly string[]
  /** Below their siblings, and not shown to have been so before the change. */
  readonly newlyLow: readonly string[]
  readonly lowBefore: readonly string[]
  readonly notJudged: readonly string[]
}

/** Which units have what, by their names. */
export function unitCounts({ units, cells, low }: FleetComparison): UnitCounts {
  const named = (ids: Iterable<string>) => {
    const set = new Set(ids)
    return units.filter(({ id }) => set.has(id)).map(({ name }) => name)
  }
  const isNew = low.filter(({ wasBefore }) => !wasBefore).map(({ unit }) => unit)
  return {
    regressed: named(cells.filter(({ verdict }) => verdict === 'regressed').map(({ unit }) => unit)),
    newlyLow: named(isNew),
    lowBefore: named(low.map(({ unit }) => unit).filter((unit) => !isNew.includes(unit))),
    notJudged: named(cells.filter(({ kind }) => kind === 'not-judged').map(({ unit }) => unit)),
  }
}

/**
 * What a comparison of a fleet comes to: `regressed` for the fleet or any unit, or a unit that is newly below its siblings;
 * `not-comparable` where a unit could not be judged, because what was not judged is no success; else that of the fleet.
 */
export function fleetOutcome(comparison: FleetComparison): Outcome {
  const { regressed, newlyLow, notJudged } = unitCounts(comparison)
  const groups = comparison.groups.map(({ verdict }) => verdict)
  if (groups.includes('regressed') || regressed.length + newlyLow.length > 0) return 'regressed'
  if (notJudged.length > 0) return 'not-comparable'
  if (groups.includes('inconclusive') || groups.length === 0) return 'inconclusive'
  return groups.includes('improved') ? 'improved' : 'equivalent'
}

/** The answer in one paragraph: the fleet first, then single units, then what is missing. */
export function fleetSentence(comparison: FleetComparison): string {
  const { groups, units, changes, columns } = comparison
  const counts = unitCounts(comparison)
  const change = changes.length === 0 ? 'Nothing that is recorded changed' : `After ${changesText(changes)}`
  const judged = [
    `${change}: ${fleetPart(groups)}.`,
    counts.regressed.length === 0
      ? `None of ${counted(units.length, 'unit')} is shown to have lost by itself.`
      : `${counted(counts.regressed.length, 'unit')} of ${units.length} lost by ${counts.regressed.length === 1 ? 'itself' : 'themselves'}: ${list(counts.regressed)}.`,
  ]
  return [
    // what changed, and who lost, is known of judged units alone
    ...(groups.length === 0 ? [nothingJudged(comparison)] : judged),
    ...(counts.newlyLow.length > 0
      ? [`Below ${counts.newlyLow.length === 1 ? 'its' : 'their'} siblings: ${list(counts.newlyLow)}.`]
      : []),
    ...(counts.lowBefore.length > 0 ? [`Below siblings as before the change: ${list(counts.lowBefore)}.`] : []),
    ...(counts.notJudged.length > 0
      ? [`Not judged in at least one of ${counted(columns.length, 'scenario')}: ${list(counts.notJudged)}.`]
      : []),
  ].join(' ')
}

/** Why no unit is judged: none was measured on both sides, or what was measured must not be compared. */
function nothingJudged({ cells }: FleetComparison): string {
  const measured = cells.filter(({ baselineRuns }) => baselineRuns.length > 0)
  if (measured.length === 0) return 'No unit was measured on both sides, so nothing is judged.'
  const [reason, ...others] = new Set(measured.map((cell) => cell.reason))
  const more = others.length === 0 ? '' : `; and ${counted(others.length, 'more reason')}`
  return `${counted(new Set(measured.map(({ unit }) => unit)).size, 'unit')} could not be judged: ${reason}${more}.`
}

const MOST_NAMES = 5
const list = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`

function fleetPart(groups: readonly FleetGroup[]): string {
  const worse = groups.flatMap((group) => changed(group, 'regressed'))
  if (worse.length > 0) return `the fleet is slower: ${worse.slice(0, 1).join('; ')}${more(worse)}`
  const open = groups.filter(({ verdict }) => verdict === 'inconclusive')
  const better = groups.flatMap((group) => changed(group, 'improved'))
  const gains = better.length > 0 ? `; it is better: ${better.slice(0, 1).join('; ')}${more(better)}` : ''
  if (open.length === 0) return `no loss of the fleet is shown${gains}`
  return `no loss of the fleet is shown, and in ${open.length} of ${counted(groups.length, 'scenario')} it is not excluded either${gains}`
}

const more = (all: readonly unknown[]): string =>
  all.length > 1 ? `, and ${counted(all.length - 1, 'more figure')}` : ''

/** The metrics of a group with this verdict, its headline first; of those that are one quantity in two forms, one. */
function changed({ column, card, headline, metrics }: FleetGroup, verdict: FleetMetric['verdict']): string[] {
  const own = metrics
    .filter((metric) => metric.verdict === verdict && comparedMetric(metric.key).comparison.decides)
    .toSorted((a, b) => Number(b.key === headline) - Number(a.key === headline))
  const first = [...Map.groupBy(own, ({ key }) => comparedMetric(key).comparison.hypothesis).values()].map(
    ([one]) => one!,
  )
  return first.map(({ key, change, boxes }) => {
    const { value, ci95 } = change!
    // an interval that is narrower than the last digit needs one more
    const digits = ci95[1] - ci95[0] < 0.002 ? 2 : 1
    const [at, low, high] = [value, ...ci95].map(
      (share) => `${share < 0 ? '-' : '+'}${Math.abs(100 * share).toFixed(digits)}`,
    )
    return `${at} % in ${comparedMetric(key).label} (95 %: ${low} to ${high} %) on ${counted(boxes, 'server')} with ${card} in ${column.title}`
  })
}
