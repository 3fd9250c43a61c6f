import { mean } from 'simple-statistics'
import { type OperatingPoints, operatingPoints } from '../../harness/operating/operating-points.ts'
import { pointLabel } from '../../harness/operating/point.ts'
import {
  type FailedPoint,
  type Money,
  type PointRow,
  type PointTable,
  pointsOf,
} from '../../harness/operating/points.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { moneyOf } from '../comparison/card-money.ts'
import { wholePower } from '../comparison/power-basis.ts'
import type { Facts } from '../facts.ts'
import { caveatsOf, caveatText } from '../tables/caveats.ts'
import { type CardColumn, cardKeyOf, labelOf } from '../tables/selection.ts'

/** One scenario at several settings of the cards: what was measured, and what follows from it. */
export interface Tuning {
  /** The name of its folder. */
  readonly id: string
  readonly title: string
  readonly card: CardColumn
  /** Cards that served. */
  readonly gpus: number
  /** Power limit per GPU before anything was set; null where the driver reports none. */
  readonly foundW: number | null
  readonly money: Money
  readonly table: PointTable
  readonly operating: OperatingPoints
  /** Whether several numbers of requests in flight were measured. */
  readonly isGrid: boolean
  readonly simulated: boolean
  /** What must be known beside every figure: shortened trials, loosened limits. Null for most. */
  readonly caveat: string | null
}

/** The tuning of runs of one scenario that one tuning made, and of points that left no record. */
export function tuningOf(records: readonly RunRecord[], facts: Facts, failed: readonly FailedPoint[] = []): Tuning {
  const first = records[0]!
  const card = { key: cardKeyOf(first), label: labelOf(first, facts) }
  const gpus = Math.max(1, servingGpus(first.gpus).length)
  const money = tuningMoney(card, records, facts)
  const table = pointsOf(records, money, failed)
  const isGrid = new Set(table.rows.map(({ concurrency }) => concurrency)).size > 1
  const { title } = first.scenario
  return {
    id: first.setting!.tune,
    // the number of streams is the last part of the title of a run
    title: isGrid ? title.split(', ').slice(0, -1).join(', ') || title : title,
    card,
    gpus,
    foundW: first.setting!.powerLimitW.found,
    money,
    table,
    operating: operatingPoints(table),
    isGrid,
    simulated: records.some(({ source }) => source === 'simulated'),
    caveat: caveatText(records.flatMap(caveatsOf)),
  }
}

/**
 * The inputs of the costs of a tuning: of the whole server where its power was measured in every run, under load and idle, as in the
 * economics of a report; of the GPU boards otherwise. Points are compared, so that all have one basis.
 */
export function tuningMoney(card: CardColumn, records: readonly RunRecord[], facts: Facts): Money {
  const gpus = Math.max(1, servingGpus(records[0]?.gpus ?? []).length)
  const complete = records.filter(({ status }) => status === 'complete')
  const idleW = complete.map((record) => {
    const power = wholePower(record)
    return 'value' in power ? power.value.idleW : null
  })
  const known = idleW.filter((watts) => watts !== null)
  const isServer = known.length > 0 && known.length === complete.length
  const money = moneyOf(card, gpus, facts, isServer ? mean(known) : null)
  if ('reason' in money) return money
  return isServer ? { ...money.value, powerOf: 'server' } : money.value
}

/** The tunings among some runs, in the order in which they were made. Runs that no tuning set are left out. */
export function tuningsOf(runs: readonly RunRecord[], facts: Facts): Tuning[] {
  const tuned = runs
    .filter(({ setting }) => setting?.by === 'tune')
    .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  return [...Map.groupBy(tuned, ({ setting, card }) => `${setting!.tune} ${card.name}`).values()].map((records) =>
    tuningOf(records, facts),
  )
}

/** The name of a point within its tuning: the number of requests in flight only where it differs. */
export const pointName = ({ isGrid }: Pick<Tuning, 'isGrid'>, row: Pick<PointRow, 'setting' | 'concurrency'>): string =>
  pointLabel({ ...row, concurrency: isGrid ? row.concurrency : null })
