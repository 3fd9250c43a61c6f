import { comparedMetric, type MetricKey } from '../../metrics/catalogue.ts'
import { holmAdjust } from '../../stats/holm.ts'
import { counted } from '../../units.ts'
import { SMALLEST_EFFECT } from '../verdict.ts'
import type { FleetCell, FleetMetric, FleetOptions, FleetVerdict, UnitMetric } from './fleet-values.ts'
import { changeReason } from './fleet-words.ts'
import { judgeChange, type LogChange, logChange, pOfChange } from './judge-change.ts'
import { familyLevels, SMALLEST_FLEET_EFFECT } from './levels.ts'
import { type Basis, type SideLevels, sideLevels, startPriors, unitChange } from './unit-change.ts'
import { spreadsOf, type UnitInFleet, wholeFleet } from './whole-fleet.ts'

/** One metric of one cell before its verdict. */
interface CellMetric {
  readonly index: number
  readonly key: MetricKey
  readonly baseline: SideLevels
  readonly candidate: SideLevels
  readonly change: (LogChange & { readonly basis: Basis }) | null
}

/** One metric of one group before its verdict. */
interface GroupMetric {
  readonly group: string
  readonly key: MetricKey
  readonly cells: readonly CellMetric[]
  readonly units: readonly UnitInFleet[]
  readonly whole: LogChange | null
  /** Mean of the baselines' levels, for thresholds in the unit of the metric. */
  readonly baselineLevel: number | null
}

/**
 * Judges a change on many boxes: the fleet as a whole by scenario and card, and each card against its own baseline.
 *
 * The model of the logarithm of a trial: level of the scenario + level of the card + change of the fleet + how differently this
 * box reacts + start + trial. The last three are random effects, independent of each other, with variances of their own; the
 * level of a card is anything, because each is compared with itself. What all boxes share besides the change, such as a warmer
 * room, is taken for the change.
 * - fleet: `wholeFleet`, tested at 2.5 % over all groups and metrics (Holm);
 * - card: `unitChange`, tested at 1.5 % over all cards, groups and metrics (Holm).
 * Metrics that share a hypothesis count once, with the larger p.
 */
export function judgeFleet(cells: readonly FleetCell[], options: FleetOptions = {}): FleetVerdict {
  const groups = [...Map.groupBy(cells.keys(), (index) => cells[index]!.group)]
  const metrics = groups.flatMap(([group, indices]) =>
    keysOf(indices.map((index) => cells[index]!)).map((key) => groupMetric(group, key, indices, cells)),
  )
  const whole = adjusted(metrics, ({ group, key, whole: change }) => [`${group}/${hypothesisOf(key)}`, change])
  const all = metrics.flatMap((each) => each.cells)
  const own = adjusted(all, ({ index, key, change }) => [`${index}/${hypothesisOf(key)}`, change])
  const units: UnitMetric[][] = cells.map(() => [])
  for (const metric of metrics) {
    for (const cell of metric.cells) units[cell.index]!.push(unitMetric(cell, own(cell), options))
  }
  return {
    groups: groups.map(([group]) => ({
      group,
      metrics: metrics
        .filter((metric) => metric.group === group)
        .map((metric) => fleetMetric(metric, whole(metric), options)),
    })),
    cells: units,
  }
}

const keysOf = (cells: readonly FleetCell[]): MetricKey[] => [
  ...new Set(cells.flatMap(({ baseline, candidate }) => Object.keys({ ...baseline, ...candidate }) as MetricKey[])),
]

const hypothesisOf = (key: MetricKey): string => comparedMetric(key).comparison.hypothesis

/** Holm's adjusted p of each item, over the hypotheses of all; null where nothing could be tested. */
function adjusted<Item>(
  items: readonly Item[],
  of: (item: Item) => readonly [hypothesis: string, change: LogChange | null],
): (item: Item) => number | null {
  const largest = new Map<string, number>()
  for (const item of items) {
    const [hypothesis, change] = of(item)
    if (change !== null) largest.set(hypothesis, Math.max(pOfChange(change), largest.get(hypothesis) ?? 0))
  }
  const p = holmAdjust([...largest.values()])
  const byName = new Map([...largest.keys()].map((name, at) => [name, p[at]!]))
  return (item) => {
    const [hypothesis, change] = of(item)
    return change === null ? null : byName.get(hypothesis)!
  }
}

function groupMetric(
  group: string,
  key: MetricKey,
  indices: readonly number[],
  cells: readonly FleetCell[],
): GroupMetric {
  const sides = indices.map((index) => {
    const { baseline, candidate } = cells[index]!
    return { index, baseline: sideLevels(baseline[key] ?? []), candidate: sideLevels(candidate[key] ?? []) }
  })
  const both = sides.flatMap(({ index, baseline, candidate }) =>
    baseline.starts === null || candidate.starts === null ? [] : [{ index, baseline, candidate }],
  )
  const priors = startPriors(both)
  const changes = new Map(both.map((each) => [each.index, unitChange(each, priors)]))
  const units = both.flatMap(({ index, baseline, candidate }) =>
    cells[index]!.inFleet
      ? [{ box: cells[index]!.box, change: changes.get(index)!.estimate.mean, sides: [baseline, candidate] }]
      : [],
  )
  const estimate = wholeFleet(units)
  const levels = both.flatMap(({ baseline }) => baseline.starts)
  return {
    ...{ group, key, units },
    cells: sides.map(({ index, baseline, candidate }) => {
      const change = changes.get(index)
      const found = change === undefined ? null : { ...logChange(change.estimate), basis: change.basis }
      return { index, key, baseline, candidate, change: found }
    }),
    whole: estimate === null ? null : logChange(estimate),
    baselineLevel: levels.length === 0 ? null : Math.exp(meanOf(levels)),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** A threshold as a share: that of the caller, or the smallest difference of the metric that matters, in its unit. */
const marginOf = (key: MetricKey, smallest: number, level: number): number =>
  Math.min(0.99, Math.max(smallest, comparedMetric(key).comparison.floor / level))

const untested = { change: null, p: null, pAdjusted: null, pEquivalence: null, verdict: 'inconclusive' } as const

function fleetMetric(metric: GroupMetric, pAdjusted: number | null, options: FleetOptions): FleetMetric {
  const { key, units, whole, baselineLevel } = metric
  const smallest = options.smallestFleetEffect ?? SMALLEST_FLEET_EFFECT
  const boxes = new Set(units.map(({ box }) => box)).size
  const spreads = units.length === 0 ? { boxes: null, starts: null, trials: null } : spreadsOf(units)
  const head = { key, boxes, units: units.length, spreads }
  if (whole === null || pAdjusted === null || baselineLevel === null) {
    const reason = boxes === 1 ? 'one server: no spread between servers' : 'no server has this metric on both sides'
    return { ...head, ...untested, margin: smallest, reason }
  }
  const rule = { pAdjusted, level: familyLevels.fleet, basis: 'starts' } as const
  const judged = judgeChange(key, whole, { ...rule, margin: marginOf(key, smallest, baselineLevel) })
  const { change, margin, pEquivalence, verdict } = judged
  const reason = changeReason(judged, pAdjusted, `over ${counted(boxes, 'server')}`)
  return { ...head, change, margin, p: pOfChange(whole), pAdjusted, pEquivalence, verdict, reason }
}

function unitMetric(cell: CellMetric, pAdjusted: number | null, options: FleetOptions): UnitMetric {
  const { key, baseline, candidate, change: found } = cell
  const smallest = options.smallestEffect ?? SMALLEST_EFFECT
  const side = (levels: SideLevels) =>
    levels.starts === null
      ? { mean: null, starts: 0 }
      : { mean: Math.exp(meanOf(levels.starts)), starts: levels.starts.length }
  const head = { key, baseline: side(baseline), candidate: side(candidate) }
  if (found === null || pAdjusted === null) {
    const why = baseline.starts === null ? `baseline: ${baseline.reason}` : null
    const reason = why ?? (candidate.starts === null ? `candidate: ${candidate.reason}` : 'not tested')
    return { ...head, ...untested, margin: smallest, reason }
  }
  const margin = marginOf(key, smallest, head.baseline.mean!)
  const rule = { pAdjusted, level: familyLevels.ownBaseline, margin, basis: found.basis }
  const judged = judgeChange(key, found, rule)
  const { change, pEquivalence, verdict } = judged
  const on = `against its own baseline${found.basis === 'starts' ? '' : ', of one start per side'}`
  const reason = changeReason(judged, pAdjusted, on)
  return { ...head, change, margin, p: pOfChange(found), pAdjusted, pEquivalence, verdict, reason }
}
