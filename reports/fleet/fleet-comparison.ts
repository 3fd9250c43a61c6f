import { comparedMetric, type MetricKey } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { FleetMetric, UnitMetric } from '../../harness/verdict/fleet/fleet-values.ts'
import { judgeFleet } from '../../harness/verdict/fleet/fleet-verdict.ts'
import { SMALLEST_FLEET_EFFECT } from '../../harness/verdict/fleet/levels.ts'
import { SMALLEST_EFFECT } from '../../harness/verdict/verdict.ts'
import type { MetricVerdict } from '../../harness/verdict/verdict-words.ts'
import { pairValues } from '../compare/comparison.ts'
import type { Pair } from '../compare/pair.ts'
import type { Unit } from './boxes.ts'
import { type Column, type MatrixCell, matrixOf } from './matrix.ts'
import { type Change, changesOf, changesText } from './settings.ts'
import { type SiblingFigure, siblingFigures } from './siblings.ts'

/** The whole fleet in one column, for one model of card. */
export interface FleetGroup {
  readonly column: Column
  readonly card: string
  readonly headline: MetricKey
  readonly metrics: readonly FleetMetric[]
  readonly verdict: MetricVerdict
}

/** One unit in one column, judged or with its reason. */
export interface FleetCellResult {
  readonly unit: string
  readonly column: string
  readonly kind: MatrixCell['kind']
  /** Null where it is not judged. */
  readonly verdict: MetricVerdict | null
  /** The metric that is shown for it: the one that regressed most, else the headline. */
  readonly lead: UnitMetric | null
  readonly headline: MetricKey | null
  readonly metrics: readonly UnitMetric[]
  /** Why it is not judged, or what else there is to know. */
  readonly reason: string | null
  /** Whether it is in the figure of the fleet. */
  readonly inFleet: boolean
  /** The runs of both sides, also where they cannot be judged; empty where one side has none. */
  readonly baselineRuns: readonly string[]
  readonly candidateRuns: readonly string[]
}

/** A comparison of many boxes as plain data, the source of every format. */
export interface FleetComparison {
  readonly smallestEffect: number
  readonly smallestFleetEffect: number
  readonly units: readonly Unit[]
  readonly columns: readonly Column[]
  readonly groups: readonly FleetGroup[]
  readonly cells: readonly FleetCellResult[]
  /** Figures that are below those of the siblings after the change; `wasBefore` for those that were before it too. */
  readonly low: readonly (SiblingFigure & { readonly wasBefore: boolean })[]
  /** What changed on most boxes. */
  readonly changes: readonly Change[]
  /** What is to be known besides: what could not be read. */
  readonly notes: readonly string[]
  readonly records: readonly RunRecord[]
  readonly simulated: boolean
}

export interface FleetComparisonOptions {
  /** Practical threshold of one card, as a share. */
  readonly smallestEffect?: number
  /** Practical threshold of the fleet as a whole. */
  readonly smallestFleetEffect?: number
  readonly notes?: readonly string[]
}

/** Compares two sides of runs of many boxes. Pure. */
export function compareFleet(
  baseline: readonly RunRecord[],
  candidate: readonly RunRecord[],
  { smallestEffect = SMALLEST_EFFECT, smallestFleetEffect = SMALLEST_FLEET_EFFECT, notes = [] }: FleetComparisonOptions,
): FleetComparison {
  const { units, columns, cells } = matrixOf(baseline, candidate)
  const paired = cells.flatMap((cell) => (cell.kind === 'pair' ? [cell] : []))
  const changes = changesByUnit(paired)
  const usual = mostCommon([...changes.values()])
  const judged = judgeFleet(
    paired.map((cell) => ({
      ...{ unit: cell.unit.id, box: cell.unit.box, group: groupId(cell) },
      ...pairValues(cell.pair),
      inFleet: changesText(changes.get(cell.unit.id)!) === changesText(usual),
    })),
    { smallestEffect, smallestFleetEffect },
  )
  const results = cells.map((cell): FleetCellResult => {
    const at = paired.indexOf(cell as (typeof paired)[number])
    return at < 0 ? unjudged(cell) : judgedCell(paired[at]!, judged.cells[at]!, changes.get(cell.unit.id)!, usual)
  })
  const records = [...baseline, ...candidate]
  const before = lowIn(siblingFigures(baseline, units))
  return {
    ...{ smallestEffect, smallestFleetEffect, units, columns, records, notes, changes: usual },
    groups: judged.groups.map(({ group, metrics }) => {
      const { column, unit, pair } = paired.find((cell) => groupId(cell) === group)!
      const headline = headlineMetric(pair.baseline[0]!.scenario)
      return { column, card: unit.card, headline, metrics, verdict: worst(metrics) }
    }),
    cells: results,
    low: lowIn(siblingFigures(candidate, units)).map((figure) => ({
      ...figure,
      wasBefore: before.some(
        ({ unit, column, metric }) => unit === figure.unit && column === figure.column && metric === figure.metric,
      ),
    })),
    simulated: records.some((run) => run.source === 'simulated'),
  }
}

const lowIn = (figures: readonly SiblingFigure[]): SiblingFigure[] => figures.filter(({ verdict }) => verdict === 'low')

const groupId = ({ column, unit }: PairCell): string => `${column.id} on ${unit.card}`

type PairCell = Extract<MatrixCell, { kind: 'pair' }>

/** What changed on each unit, over all of its scenarios. */
function changesByUnit(cells: readonly PairCell[]): Map<string, Change[]> {
  const byUnit = Map.groupBy(cells, ({ unit }) => unit.id)
  return new Map(
    [...byUnit].map(([unit, own]) => [
      unit,
      changesOf(
        own.flatMap(({ pair }) => pair.baseline),
        own.flatMap(({ pair }) => pair.candidate),
      ),
    ]),
  )
}

/** The changes that most units had. */
function mostCommon(all: readonly Change[][]): Change[] {
  const groups = [...Map.groupBy(all, changesText).values()].toSorted((a, b) => b.length - a.length)
  return groups[0]?.[0] ?? []
}

function unjudged(cell: MatrixCell): FleetCellResult {
  return {
    ...{ unit: cell.unit.id, column: cell.column.id, kind: cell.kind },
    ...{ verdict: null, lead: null, headline: null, metrics: [], inFleet: false },
    reason: cell.kind === 'not-judged' ? cell.reason : null,
    ...runsOf(cell.kind === 'not-judged' ? cell.pair : null),
  }
}

function judgedCell(
  { unit, column, pair }: PairCell,
  metrics: readonly UnitMetric[],
  changes: readonly Change[],
  usual: readonly Change[],
): FleetCellResult {
  const inFleet = changesText(changes) === changesText(usual)
  const headline = metrics.find(({ key }) => key === headlineMetric(pair.baseline[0]!.scenario)) ?? metrics[0]!
  const worse = metrics
    .filter((metric) => decides(metric) && metric.verdict === 'regressed')
    .toSorted((a, b) => Math.abs(b.change!.value) / b.margin - Math.abs(a.change!.value) / a.margin)
  return {
    ...{
      unit: unit.id,
      column: column.id,
      kind: 'pair',
      metrics,
      inFleet,
      lead: worse.includes(headline) ? headline : (worse[0] ?? headline),
      headline: headline.key,
    },
    verdict: worse.length > 0 ? 'regressed' : headline.verdict,
    reason: inFleet ? null : `another change than the fleet, and not in its figure: ${changesText(changes)}`,
    ...runsOf(pair),
  }
}

const runsOf = (pair: Pair | null): Pick<FleetCellResult, 'baselineRuns' | 'candidateRuns'> => ({
  baselineRuns: pair?.baseline.map(({ id }) => id) ?? [],
  candidateRuns: pair?.candidate.map(({ id }) => id) ?? [],
})

const decides = ({ key }: { readonly key: MetricKey }): boolean => comparedMetric(key).comparison.decides

/** The verdict of a group: a regression, then what is open, of the metrics that decide and that were measured. */
function worst(metrics: readonly FleetMetric[]): MetricVerdict {
  const verdicts = metrics.filter((metric) => decides(metric) && metric.units > 0).map(({ verdict }) => verdict)
  const order = ['regressed', 'inconclusive', 'improved', 'equivalent'] as const
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'inconclusive'
}
