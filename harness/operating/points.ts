import type { MetricKey } from '../metrics/catalogue.ts'
import { metrics, summaryMetrics } from '../metrics/catalogue.ts'
import { gbpPerUnits, type MoneyInputs } from '../metrics/cost.ts'
import { headlineMetric } from '../metrics/headline.ts'
import { reasonOfResult } from '../metrics/result.ts'
import { type WorkloadUnit, workloadUnit } from '../metrics/workload-unit.ts'
import type { MetricResult } from '../record/schema/result.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { BlockValue } from '../stats/blocked-fit.ts'
import { type CountedRun, countedRuns, type LeftOut } from './counted-runs.ts'
import { type Figure, figureOf, type Relative, relativeOf } from './figure.ts'
import { byPoint, pointKey, pointLabel, type TunePoint } from './point.ts'
import { type PointSlo, pointSlo } from './point-slo.ts'
import { type TestLevels, testLevels } from './test-levels.ts'

/** A point of a tuning with what was measured there. */
export interface PointRow extends TunePoint {
  readonly key: string
  readonly label: string
  /** Its place in the rows, by which the figures know it. */
  readonly place: number
  /** Limit in W per GPU: as asked, or as it was found. Null where the driver reports none. */
  readonly limitW: number | null
  /** Limit in W per GPU that the cards enforced, as read back. */
  readonly enforcedW: number | null
  /** Locked SM clock as read under load; null where none was locked or it could not be read. */
  readonly readClockMHz: number | null
  /** Blocks with a run that counts. */
  readonly blocks: readonly number[]
  readonly runs: readonly string[]
  /** Every metric that the summary of a run shows, over the blocks. */
  readonly figures: Readonly<Partial<Record<MetricKey, MetricResult>>>
  /** GBP per `unit.priced`: a million output tokens, 1,000 images. */
  readonly gbp: MetricResult
  /** Headline metric against that of the reference of its concurrency, as a share; null for the reference and without a spread. */
  readonly vsReference: Relative | null
  readonly slo: PointSlo
  /** Why the point has no figure at all; null if it has. */
  readonly reason: string | null
}

/** The points of a tuning of one scenario. */
export interface PointTable {
  readonly scenario: RunRecord['scenario']
  /** By concurrency, then from the highest limit and clock down. */
  readonly rows: readonly PointRow[]
  readonly leftOut: readonly LeftOut[]
  readonly unit: WorkloadUnit
  readonly headline: MetricKey
  /** Units per joule, or joules per unit: what "most efficient" compares. */
  readonly efficiency: MetricKey
  readonly figures: ReadonlyMap<MetricKey, Figure>
  readonly cost: Figure
  /** Blocks with a run that counts, and those that were planned. */
  readonly blocks: number
  readonly plannedBlocks: number
  readonly levels: TestLevels
}

/**
 * The inputs of the costs, or why there are none. `priceGbp` is of all cards that serve; `idleW` of them, or of the whole server
 * where its measured power is what costs.
 */
export type Money = (MoneyInputs & { readonly powerOf?: CostedPower }) | { readonly reason: string }

/** Whose electricity is in the costs; the boards unless given. */
export type CostedPower = 'boards' | 'server'

const powerMetric = { boards: 'meanPowerW', server: 'serverPowerW' } as const satisfies Record<CostedPower, MetricKey>

/** A point that was tried and left no record, and why. */
export interface FailedPoint {
  readonly point: TunePoint
  readonly block: number
  readonly reason: string
}

/**
 * The points of one tuning: one row per setting and concurrency. `records` are the runs of one scenario in one tuning; runs that
 * no tuning set are ignored. The unit of repetition is the block, a time in which every point was measured once: a figure of a
 * point is the mean over its blocks, with an interval from the spread between them; a difference between points is taken within
 * blocks (`blockedFit` in harness/stats says how, also where blocks are incomplete). Runs that are not complete, and runs whose
 * gates failed, do not count (`leftOut` has the reason); a point of which none counts is a row with the reason. Throws RangeError
 * if no record is of a tuning and none failed.
 */
export function pointsOf(records: readonly RunRecord[], money: Money, failed: readonly FailedPoint[] = []): PointTable {
  const ofTuning = records.filter(({ setting }) => setting !== undefined)
  const first = ofTuning[0]
  if (first === undefined) throw new RangeError('no record is of a tuning')
  const { counted, leftOut: refused } = countedRuns(ofTuning)
  const leftOut = [...refused, ...failed.map((each) => ({ id: '', key: pointKey(each.point), ...each }))]
  const points = [...new Map([...counted, ...leftOut].map(({ key, point }) => [key, point])).values()].toSorted(byPoint)
  const placeOf = new Map(points.map((point, place) => [pointKey(point), place]))
  const at = counted.map((run) => ({ ...run, place: placeOf.get(run.key)! }))
  const whyNone = (key: string) => {
    const mine = leftOut.filter((each) => each.key === key)
    return mine.length === 0 ? null : mine.at(-1)!.reason
  }

  const { scenario } = first
  const unit = workloadUnit(scenario.kind)
  const headline = headlineMetric(scenario)
  const efficiency = scenario.kind === 'text' ? 'tokensPerJ' : unit.energy
  const results = at.map(({ record }) => record.result)
  const summary = summaryMetrics(scenario, results)
  const keys = [...new Set<MetricKey>([headline, unit.rate, efficiency, 'meanPowerW', ...summary])]
  const figures = new Map(keys.map((key) => [key, metricFigure(key, at)]))
  const cost = costFigure(at, unit, money)
  const plannedBlocks = Math.max(...ofTuning.map(({ setting }) => setting!.blocks))
  const levels = testLevels(plannedBlocks)
  const { confidence } = levels

  const bare = points.map((point, place) => {
    const key = pointKey(point)
    const mine = at.filter((run) => run.place === place)
    const enforced = mine.flatMap(({ record }) => record.setting?.powerLimitW.enforced ?? [])
    const found = ofTuning.flatMap(({ setting }) => setting?.powerLimitW.found ?? [])
    return {
      ...point,
      key,
      label: pointLabel(point),
      place,
      limitW: point.setting.powerLimitW ?? found[0] ?? null,
      enforcedW: enforced[0] ?? null,
      readClockMHz: mine.flatMap(({ record }) => record.setting?.smClockMHz?.read ?? [])[0] ?? null,
      blocks: mine.map(({ block }) => block).toSorted((a, b) => a - b),
      runs: mine.map(({ record }) => record.id),
      figures: Object.fromEntries([...figures].map(([name, figure]) => [name, figure.result(place, confidence)])),
      gbp: cost.result(place, confidence),
      slo: pointSlo(
        scenario,
        mine.map(({ record }) => record),
      ),
      reason: mine.length === 0 ? (whyNone(key) ?? 'not measured') : null,
    }
  })
  const rows = bare.map((row): PointRow => {
    const reference = referenceOf(bare, row.concurrency)
    const isReference = reference === null || reference.key === row.key
    const contrast = isReference ? null : figures.get(headline)!.logRatio(row.place, reference.place)
    return { ...row, vsReference: contrast === null ? null : relativeOf(contrast, confidence) }
  })
  const blocks = new Set(counted.map(({ block }) => block)).size
  return { scenario, rows, leftOut, unit, headline, efficiency, figures, cost, blocks, plannedBlocks, levels }
}

/**
 * The row that losses of a concurrency are counted from: of those with a run the highest limit, and there the highest clock; a
 * free clock is higher than any lock. Null without one.
 */
export function referenceOf<Row extends Pick<PointRow, 'concurrency' | 'setting' | 'limitW' | 'blocks'>>(
  rows: readonly Row[],
  concurrency: number | null,
): Row | null {
  const mine = rows.filter((row) => row.concurrency === concurrency && row.blocks.length > 0)
  const isHigher = (a: Row, b: Row) => limitOf(a) > limitOf(b) || (limitOf(a) === limitOf(b) && clockOf(a) > clockOf(b))
  return mine.reduce<Row | null>((top, row) => (top === null || isHigher(row, top) ? row : top), null)
}

/** A free clock is higher than any that is locked. */
export const clockOf = ({ setting }: Pick<PointRow, 'setting'>): number =>
  setting.smClockMHz ?? Number.POSITIVE_INFINITY

/** A limit that nobody knows is that of the card. */
export const limitOf = ({ limitW }: Pick<PointRow, 'limitW'>): number => limitW ?? Number.POSITIVE_INFINITY

type Placed = CountedRun & { readonly place: number }

function metricFigure(key: MetricKey, runs: readonly Placed[]): Figure {
  const reasons = new Map<number, string>()
  const values = runs.flatMap(({ record, place, block }): BlockValue[] => {
    const value = record.result[key]?.mean ?? null
    if (value === null) reasons.set(place, reasonOfResult(record.result[key]) ?? 'not in the record')
    return value === null ? [] : [{ treatment: place, block, value }]
  })
  return figureOf(values, { unit: metrics[key].unit, better: metrics[key].better, reasons })
}

function costFigure(runs: readonly Placed[], { rate, count, priced }: WorkloadUnit, money: Money): Figure {
  const reasons = new Map<number, string>()
  const values = runs.flatMap(({ record, place, block }): BlockValue[] => {
    const powerOf = 'reason' in money ? 'boards' : (money.powerOf ?? 'boards')
    const [perS, watts] = [record.result[rate], record.result[powerMetric[powerOf]]]
    const known = perS?.mean != null && watts?.mean != null
    const value = known && !('reason' in money) ? gbpPerUnits(perS.mean, count, watts.mean, money) : null
    if (value !== null) return [{ treatment: place, block, value }]
    const why = 'reason' in money ? money.reason : (reasonOfResult(perS) ?? reasonOfResult(watts))
    reasons.set(place, why ?? 'divides by zero: check throughput, utilisation and years')
    return []
  })
  return figureOf(values, { unit: `GBP per ${priced}`, better: 'lower', reasons })
}
