import { mean } from 'simple-statistics'
import { gatesAgainst } from '../../../harness/gates/quotable.ts'
import { comparedMetric, type MetricKey } from '../../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import { numberOf } from '../../../harness/record/measured.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { type CardHistory, cardHistory } from '../../../harness/verdict/history/card-history.ts'
import type { HistoryPoint, HistoryStep, SeriesHistory } from '../../../harness/verdict/history/history-values.ts'
import { seriesHistory } from '../../../harness/verdict/history/series-history.ts'
import { isUsable } from '../../compare/pair.ts'
import { startsOf } from '../../compare/starts-of-runs.ts'
import { type Unit, unitOf, unitsOf } from '../boxes.ts'
import { type Column, columnOf, columnsOf } from '../matrix.ts'
import { settings } from '../settings.ts'

/** One unit in one scenario over time, by its headline metric. */
export interface UnitHistory {
  readonly unit: Unit
  readonly points: readonly HistoryPoint[]
  readonly found: SeriesHistory
}

/** All units of one model of card in one scenario over time. */
export interface ColumnHistory {
  readonly column: Column
  readonly card: string
  readonly metric: MetricKey
  readonly units: readonly UnitHistory[]
  readonly whole: CardHistory
}

/** A fleet over time. */
export interface FleetHistory {
  readonly columns: readonly ColumnHistory[]
  /** The time of day 0. */
  readonly since: string
  /** Level at which a trend of one unit counts: a share of 5 %. */
  readonly trendLevel: number
  readonly simulated: boolean
}

/** The chance of any false step, and of any false ageing, over all units and scenarios. */
const LEVEL = 0.05
const MS_PER_DAY = 86_400_000

/**
 * The history of every unit in every scenario, and of every model of card. Runs that did not end, and those in which a required
 * gate failed, are no part of it. Null for no run.
 */
export function fleetHistory(records: readonly RunRecord[]): FleetHistory | null {
  const sound = records.filter((run) => isUsable(run) && gatesAgainst(run).length === 0)
  if (sound.length === 0) return null
  const since = sound.reduce((first, { startedAt }) => (startedAt < first ? startedAt : first), sound[0]!.startedAt)
  const [units, columns] = [unitsOf(sound), columnsOf(sound)]
  const byCell = Map.groupBy(sound, (run) => `${unitOf(run)} ${columnOf(run).id}`)
  const level = LEVEL / byCell.size
  const found = columns.flatMap((column) =>
    [...Map.groupBy(units, ({ card }) => card)].flatMap(([card, own]) => {
      const series = own.flatMap((unit) => {
        const runs = byCell.get(`${unit.id} ${column.id}`)
        return runs === undefined ? [] : [{ unit, runs }]
      })
      if (series.length === 0) return []
      const metric = headlineMetric(series[0]!.runs[0]!.scenario)
      const histories = series.map(({ unit, runs }): UnitHistory => {
        const points = pointsOf(runs, metric, since)
        return { unit, points, found: seriesHistory(points, { level }) }
      })
      const whole = cardHistory(histories.map(({ unit, points }) => ({ unit: unit.id, box: unit.box, points })))
      return [{ column, card, metric, units: histories, whole }]
    }),
  )
  const simulated = sound.some(({ source }) => source === 'simulated')
  return { columns: found, since, trendLevel: level, simulated }
}

/** One point for each start of the server: the mean of its trials. */
function pointsOf(runs: readonly RunRecord[], metric: MetricKey, since: string): HistoryPoint[] {
  return startsOf(runs).flatMap((start) => {
    const values = start.flatMap(({ trials }) =>
      trials.flatMap((trial) => numberOf(comparedMetric(metric).of(trial)) ?? []),
    )
    const value = values.length === 0 ? 0 : mean(values)
    if (!(value > 0)) return []
    const atDays = (Date.parse(start[0]!.startedAt) - Date.parse(since)) / MS_PER_DAY
    return [{ atDays, value, settings: Object.fromEntries(settings.map(({ label, of }) => [label, of(start[0]!)])) }]
  })
}

/** Whether a step of one unit is that of all cards: the same settings, and no other loss. */
export const isOfAll = ({ settings, change }: HistoryStep, whole: CardHistory): boolean =>
  settings.length > 0 &&
  whole.steps.some(
    (step) =>
      JSON.stringify(step.settings) === JSON.stringify(settings) &&
      change.ci95[0] <= step.change.value &&
      step.change.value <= change.ci95[1],
  )
