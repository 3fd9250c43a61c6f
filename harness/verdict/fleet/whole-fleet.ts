import { mean, sampleVariance } from 'simple-statistics'
import { robustLevel } from '../../stats/robust-level.ts'
import { trimmedMean } from '../../stats/trimmed-mean.ts'
import type { Estimate } from '../../stats/welch.ts'
import type { Spreads } from './fleet-values.ts'

/** What one card adds to the figure of the fleet, on the scale of logarithms. */
export interface UnitInFleet {
  readonly box: string
  readonly change: number
  /** Means of the starts of each side, and the trials of each start in the unit of the metric. */
  readonly sides: readonly { readonly starts: readonly number[]; readonly trials: readonly (readonly number[])[] }[]
}

/**
 * The change of the typical box: the trimmed mean over the boxes of the mean change of their cards. Its spread is that between
 * the boxes, the highest level that varies (Kalibera and Jones 2013, ISMM): starts, trials and how differently boxes react are
 * all in it, with the degrees of the boxes. Null for fewer than two boxes.
 */
export function wholeFleet(units: readonly UnitInFleet[]): Estimate | null {
  const boxes = Map.groupBy(units, ({ box }) => box)
  return trimmedMean([...boxes.values()].map((own) => mean(own.map(({ change }) => change))))
}

/**
 * The parts of the model by moments (one-way analyses of variance: Searle, Casella and McCulloch 1992, "Variance Components",
 * section 3.5): a spread is what is seen between units of one level, less what the level below explains, at least 0.
 * That of the boxes is robust: one that is broken says nothing about the others.
 */
export function spreadsOf(units: readonly UnitInFleet[]): Spreads {
  const sides = units.flatMap((unit) => unit.sides)
  const starts = sides.flatMap((side) => side.trials.map((trials) => trials.map(Math.log)))
  const trial = pooled(starts)
  const trialsPerStart =
    starts.length === 0 ? 1 : starts.length / starts.reduce((sum, { length }) => sum + 1 / length, 0)
  const seen = pooled(sides.map((side) => side.starts))
  const start = seen === null ? null : Math.max(0, seen - (trial ?? 0) / trialsPerStart)
  const changes = units.map(({ change }) => change)
  const explained = mean(
    units.map((unit) => unit.sides.reduce((sum, side) => sum + (seen ?? 0) / side.starts.length, 0)),
  )
  const deviation = robustLevel(changes).deviation
  const box = seen === null || deviation === null ? null : Math.max(0, deviation ** 2 - explained)
  return { boxes: root(box), starts: root(start), trials: root(trial) }
}

const root = (variance: number | null): number | null => (variance === null ? null : Math.sqrt(variance))

/** Variance within groups, over all of them; null where no group has two values. */
function pooled(groups: readonly (readonly number[])[]): number | null {
  const repeated = groups.filter((group) => group.length > 1)
  const degrees = repeated.reduce((sum, group) => sum + group.length - 1, 0)
  if (degrees === 0) return null
  return repeated.reduce((sum, group) => sum + (group.length - 1) * sampleVariance([...group]), 0) / degrees
}
