import { mean } from 'simple-statistics'
import { gatesAgainst } from '../../../harness/gates/quotable.ts'
import { comparedMetric, type MetricKey } from '../../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import { numberOf } from '../../../harness/record/measured.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { type CardHistory, cardHistories } from '../../../harness/verdict/history/card-history.ts'
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

/** All units of one model of card in one scenario over time: in one version of it, since others are other work. */
export interface ColumnHistory {
  /** Of no other one. */
  readonly id: string
  readonly column: Column
  /** That of the column, with the version of the scenario where there are several. */
  readonly title: string
  readonly scenarioSha256: string
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
 * The history of every unit in every version of every scenario, and of every model of card. Runs that did not end, and those in
 * which a required gate failed, are no part of it. Null for no run.
 */
export function fleetHistory(records: readonly RunRecord[]): FleetHistory | null {
  const sound = records.filter((run) => isUsable(run) && gatesAgainst(run).length === 0)
  if (sound.length === 0) return null
  const since = sound.reduce((first, { startedAt }) => (startedAt < first ? startedAt : first), sound[0]!.startedAt)
  const models = modelsOf(sound)
  const level = LEVEL / models.reduce((sum, { series }) => sum + series.length, 0)
  const judged = models.map(({ series, ...model }) => {
    const metric = headlineMetric(series[0]!.runs[0]!.scenario)
    const units = series.map(({ unit, runs }): UnitHistory => {
      const points = pointsOf(runs, metric, since)
      return { unit, points, found: seriesHistory(points, { level }) }
    })
    return { ...model, metric, units }
  })
  const wholes = cardHistories(
    judged.map(({ units }) => units.map(({ unit, points }) => ({ unit: unit.id, box: unit.box, points }))),
  )
  return {
    columns: judged.map((model, at) => ({ ...model, whole: wholes[at]! })),
    since,
    trendLevel: level,
    simulated: sound.some(({ source }) => source === 'simulated'),
  }
}

type Model = Pick<ColumnHistory, 'id' | 'column' | 'title' | 'scenarioSha256' | 'card'> & {
  readonly series: readonly { readonly unit: Unit; readonly runs: readonly RunRecord[] }[]
}

/** The runs of each model of card in each version of each scenario, by unit. */
function modelsOf(runs: readonly RunRecord[]): Model[] {
  const units = new Map(unitsOf(runs).map((unit) => [unit.id, unit]))
  const cardOf = (run: RunRecord) => units.get(unitOf(run))!.card
  return columnsOf(runs).flatMap((column) => {
    const inColumn = runs.filter((run) => columnOf(run).id === column.id)
    return [...Map.groupBy(inColumn, cardOf)].flatMap(([card, ofCard]) => {
      const versions = [...Map.groupBy(ofCard, ({ scenarioSha256 }) => scenarioSha256)]
      return versions.map(([scenarioSha256, own]): Model => {
        const byUnit = Map.groupBy(own, unitOf)
        return {
          ...{ id: `${column.id} ${card} ${scenarioSha256}`, column, card, scenarioSha256 },
          title: versions.length > 1 ? `${column.title} (scenario ${scenarioSha256.slice(0, 8)})` : column.title,
          series: [...units.values()].flatMap((unit) => {
            const found = byUnit.get(unit.id)
            return found === undefined ? [] : [{ unit, runs: found }]
          }),
        }
      })
    })
  })
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
