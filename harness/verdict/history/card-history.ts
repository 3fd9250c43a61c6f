import { mean } from 'simple-statistics'
import { holmAdjust } from '../../stats/holm.ts'
import { trimmedMean } from '../../stats/trimmed-mean.ts'
import { asShare, type LogChange, logChange, pOfChange } from '../fleet/judge-change.ts'
import type { WithInterval } from '../verdict.ts'
import type { HistoryPoint, SettingChange } from './history-values.ts'
import { settingChanges, settingEffects } from './series-history.ts'

/** One card over time, and the machine that it is in. */
export interface UnitSeries {
  readonly unit: string
  readonly box: string
  readonly points: readonly HistoryPoint[]
}

/** What one change of the settings did to all cards of a model that had it. */
export interface CardStep {
  readonly settings: readonly SettingChange[]
  readonly boxes: number
  /** When the first card had it. */
  readonly atDays: number
  readonly change: WithInterval
  /** Over all steps of the fleet. */
  readonly pAdjusted: number
}

/** All cards of one model in one scenario over time. */
export interface CardHistory {
  readonly steps: readonly CardStep[]
  /** Change per year that no setting explains; null for fewer than two boxes with a trend. */
  readonly trend: { readonly perYear: WithInterval; readonly boxes: number; readonly p: number } | null
}

/** A step before it is adjusted. */
type TestedStep = Omit<CardStep, 'pAdjusted'> & { readonly p: number }

/**
 * For each model of card in each scenario: what every change of the settings did, over all cards that had it, whenever each had
 * it. It is the trimmed mean over the boxes of the steps of their cards, Holm-adjusted over all changes of all these models and
 * scenarios, so that the chance of any false one is that of the whole. The trend is that of the boxes together, in the same way.
 */
export function cardHistories(models: readonly (readonly UnitSeries[])[]): CardHistory[] {
  const tested = models.map(testedHistory)
  const adjusted = holmAdjust(tested.flatMap(({ steps }) => steps.map(({ p }) => p))).values()
  return tested.map(({ steps, trend }) => ({
    steps: steps.map(({ p: _p, ...step }) => ({ ...step, pAdjusted: adjusted.next().value! })),
    trend,
  }))
}

function testedHistory(units: readonly UnitSeries[]): Pick<CardHistory, 'trend'> & { readonly steps: TestedStep[] } {
  const effects = units.map(({ box, points }) => {
    const sorted = points.toSorted((a, b) => a.atDays - b.atDays)
    return { box, sorted, ...settingEffects(sorted) }
  })
  const steps = effects.flatMap(({ box, sorted, steps: own }) =>
    own.map(({ index, change }) => ({
      ...{ box, change, atDays: sorted[index]!.atDays, settings: settingChanges(sorted, index) },
    })),
  )
  const tested = [...Map.groupBy(steps, ({ settings }) => JSON.stringify(settings)).values()].flatMap((group) => {
    const whole = overBoxes(group.map(({ box, change }) => ({ box, value: change })))
    if (whole === null) return []
    const { change, boxes } = whole
    const atDays = Math.min(...group.map((step) => step.atDays))
    return [{ settings: group[0]!.settings, boxes, atDays, change: asShare(change), p: pOfChange(change) }]
  })
  const trend = overBoxes(effects.flatMap(({ box, perYear }) => (perYear === null ? [] : [{ box, value: perYear }])))
  return {
    steps: tested.toSorted((a, b) => a.atDays - b.atDays),
    trend: trend === null ? null : { perYear: asShare(trend.change), boxes: trend.boxes, p: pOfChange(trend.change) },
  }
}

/** The trimmed mean over boxes of the mean of their cards; null for fewer than two boxes. */
function overBoxes(
  values: readonly { readonly box: string; readonly value: number }[],
): { readonly change: LogChange; readonly boxes: number } | null {
  const boxes = [...Map.groupBy(values, ({ box }) => box).values()]
  const estimate = trimmedMean(boxes.map((own) => mean(own.map(({ value }) => value))))
  return estimate === null ? null : { change: logChange(estimate), boxes: boxes.length }
}
