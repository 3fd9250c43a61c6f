import { mean } from 'simple-statistics'
import { comparedMetric } from '../../metrics/catalogue.ts'
import { mixSeed } from '../../plan/random.ts'
import type { FleetCell, FleetMetric, UnitMetric } from '../../verdict/fleet/fleet-values.ts'
import { judgeFleet } from '../../verdict/fleet/fleet-verdict.ts'
import { heldAgainstOthers } from '../../verdict/siblings.ts'
import { type FleetTruth, type fleetKeys, simulateFleet, trueRatio } from './fleet-noise.ts'

/** Counts over simulated fleets of one kind. */
export interface FleetStudy {
  readonly fleets: number
  /** Fleets in which anything is regressed or a card is below its siblings: a false alarm where nothing was lost. */
  readonly alarms: number
  readonly fleetAlarms: number
  readonly ownAlarms: number
  readonly siblingAlarms: number
  /** Fleets in which the first box is found by its own baseline, and by its siblings. */
  readonly boxFound: number
  readonly boxBelowSiblings: number
  /** Fleets in which another box than the first was named. */
  readonly otherBox: number
  /** Throughput of the fleet by verdict, over all scenarios. */
  readonly equivalent: number
  readonly regressed: number
  readonly judged: number
  /** Intervals of the fleet and of single boxes that cover the truth. */
  readonly fleetIntervals: number
  readonly fleetCovered: number
  readonly boxIntervals: number
  readonly boxCovered: number
}

/** Usual spread between healthy servers of one card: that of throughput in reports/box/quantities.ts. */
const USUAL_SPREAD = 0.015
/** Figures that are held against siblings. */
const siblingKeys = ['outputTokensPerS', 'tpotMsP50'] as const
const HEADLINE = 'outputTokensPerS'

/** Simulates fleets of one kind and judges each as `fleet compare` does. */
export function studyFleets(fleets: number, truth: FleetTruth, seed: number): FleetStudy {
  const counts = {
    alarms: 0,
    fleetAlarms: 0,
    ownAlarms: 0,
    siblingAlarms: 0,
    boxFound: 0,
    boxBelowSiblings: 0,
    otherBox: 0,
  }
  const verdicts = { equivalent: 0, regressed: 0, judged: 0 }
  const covers = { fleetIntervals: 0, fleetCovered: 0, boxIntervals: 0, boxCovered: 0 }
  for (let at = 0; at < fleets; at += 1) {
    const { cells, losses } = simulateFleet(truth, mixSeed(seed, at))
    const { groups, cells: units } = judgeFleet(cells)
    const fleet = groups.flatMap(({ metrics }) => metrics)
    const own = units.map((metrics) => metrics.some(isLoss))
    const low = belowSiblings(cells)
    const named = (flags: readonly boolean[], isFirst: boolean) =>
      flags.some((flag, index) => flag && (cells[index]!.box === 'box-0') === isFirst)
    const isFleet = fleet.some(isLoss)
    counts.fleetAlarms += Number(isFleet)
    counts.ownAlarms += Number(own.includes(true))
    counts.siblingAlarms += Number(low.includes(true))
    counts.alarms += Number(isFleet || own.includes(true) || low.includes(true))
    counts.boxFound += Number(named(own, true))
    counts.boxBelowSiblings += Number(named(low, true))
    counts.otherBox += Number(named(own, false) || named(low, false))
    for (const metric of fleet) {
      // the typical box: what it costs the first one besides is no part of it
      const held = isWithin(trueRatio(metric.key as (typeof fleetKeys)[number], truth.fleetLoss) - 1, metric)
      covers.fleetIntervals += 1
      covers.fleetCovered += Number(held)
      if (metric.key !== HEADLINE) continue
      verdicts.judged += 1
      verdicts.equivalent += Number(metric.verdict === 'equivalent')
      verdicts.regressed += Number(metric.verdict === 'regressed')
    }
    for (const [index, metrics] of units.entries()) {
      const before = truth.weakBefore && cells[index]!.box === 'box-0' ? truth.boxLoss : 0
      const loss = 1 - (1 - losses[Math.floor(index / groups.length)]!) / (1 - before)
      for (const metric of metrics) {
        covers.boxIntervals += 1
        covers.boxCovered += Number(isWithin(trueRatio(metric.key as (typeof fleetKeys)[number], loss) - 1, metric))
      }
    }
  }
  return { fleets, ...counts, ...verdicts, ...covers }
}

const isLoss = ({ key, verdict }: UnitMetric | FleetMetric): boolean =>
  verdict === 'regressed' && comparedMetric(key).comparison.decides

const isWithin = (value: number, { change }: UnitMetric | FleetMetric): boolean =>
  change !== null && change.ci95[0] <= value + 1e-12 && value <= change.ci95[1] + 1e-12

/** Which cells are lower than their siblings after the change, as the report judges them. */
function belowSiblings(cells: readonly FleetCell[]): boolean[] {
  const low = cells.map(() => false)
  const groups = [...Map.groupBy(cells.keys(), (index) => cells[index]!.group).values()]
  const tests = cells.length * siblingKeys.length
  for (const indices of groups) {
    for (const key of siblingKeys) {
      const values = indices.map((index) => mean(cells[index]!.candidate[key]!.flat().map(Number)))
      const held = heldAgainstOthers(values, USUAL_SPREAD, tests) ?? []
      for (const [at, { reference, margin }] of held.entries()) {
        const worse = key === 'tpotMsP50' ? values[at]! / reference - 1 : 1 - values[at]! / reference
        if (worse > margin) low[indices[at]!] = true
      }
    }
  }
  return low
}
