import { mean, sampleVariance } from 'simple-statistics'
import { moderatedVariance, type VariancePrior, variancePrior } from '../../stats/moderated-variance.ts'
import { robustLevel } from '../../stats/robust-level.ts'
import type { Estimate, VariancePart } from '../../stats/welch.ts'
import { ROBUST_EFFICIENCY } from '../siblings.ts'
import { ONE_START_SHARE } from '../side.ts'
import type { SideValues } from '../starts.ts'

/** One side of one card: the logarithms of the means of its starts, or why there are none. */
export type SideLevels =
  | { readonly starts: readonly number[]; readonly trials: readonly number[][] }
  | { readonly starts: null; readonly reason: string }

/** The level of each start of a side on the scale of logarithms, on which a change is a difference. */
export function sideLevels(values: SideValues): SideLevels {
  const starts = values.filter((start) => start.length > 0)
  if (starts.length === 0) return { starts: null, reason: 'no trials' }
  const trials = starts.flat().length
  const numbers = starts.map((start) => start.filter((value) => value !== null))
  const missing = trials - numbers.flat().length
  if (missing === trials) return { starts: null, reason: 'not measured' }
  if (missing > 0) return { starts: null, reason: `not measured in ${missing} of ${trials} trials` }
  if (numbers.some((start) => start.some((value) => !(value > 0))))
    return { starts: null, reason: 'no ratio, because a value is not above 0' }
  return { starts: numbers.map((start) => Math.log(mean(start))), trials: numbers }
}

/** One side of a card: levels of its starts, and the trials of each. */
export type Levels = Extract<SideLevels, { starts: readonly number[] }>

/** One card with both sides. */
export interface UnitLevels {
  readonly baseline: Levels
  readonly candidate: Levels
}

/** How starts vary on each side, by all cards of a group together; what one card alone cannot show. */
export interface StartPriors {
  readonly baseline: VariancePart | null
  readonly candidate: VariancePart | null
  readonly of: (side: 'baseline' | 'candidate', own: VariancePart) => VariancePart | null
  /** Variance of a whole change, by how the changes of the cards differ: where no card has two starts on a side. */
  readonly ofChange: VariancePart | null
}

/** Cards from which the spread of their changes is an estimate of what starts do. */
const FEW_UNITS = 6

const startVariance = (starts: readonly number[]): VariancePart =>
  starts.length < 2
    ? { variance: 0, degrees: 0 }
    : { variance: sampleVariance([...starts]), degrees: starts.length - 1 }

/**
 * The variance of a start of each side over all cards of a group. A side that no card repeats has that of the other side.
 * Where neither is repeated, the changes of the cards themselves show it: they differ by their starts, and by how differently
 * the cards react, which widens the intervals of single cards.
 */
export function startPriors(units: readonly UnitLevels[]): StartPriors {
  const own = {
    baseline: variancePrior(units.map(({ baseline }) => startVariance(baseline.starts))),
    candidate: variancePrior(units.map(({ candidate }) => startVariance(candidate.starts))),
  }
  const priors: Readonly<Record<'baseline' | 'candidate', VariancePrior | null>> = {
    baseline: own.baseline ?? own.candidate,
    candidate: own.candidate ?? own.baseline,
  }
  return {
    ...priors,
    of: (side, part) => {
      const prior = priors[side]
      return prior === null ? null : moderatedVariance(part, prior)
    },
    ofChange: spreadOfChanges(units),
  }
}

function spreadOfChanges(units: readonly UnitLevels[]): VariancePart | null {
  if (units.length < FEW_UNITS) return null
  const changes = units.map(({ baseline, candidate }) => mean([...candidate.starts]) - mean([...baseline.starts]))
  const deviation = robustLevel(changes).deviation ?? 0
  if (deviation === 0) return null
  return { variance: deviation ** 2, degrees: Math.max(1, ROBUST_EFFICIENCY * (units.length - 1)) }
}

/** The change of one card on the scale of logarithms. */
export interface UnitChange {
  readonly estimate: Estimate
  readonly basis: Basis
}

/**
 * What the spread of a card's change rests on: starts that are repeated, here or on other cards; how the changes of the cards
 * differ, where no card has two starts; or an assumed bound that nothing here checks.
 */
export type Basis = 'starts' | 'other cards' | 'bound'

/**
 * Mean of the candidate's starts - mean of the baseline's, with the parts of its variance: that of a start on each side,
 * moderated by those of all cards (`startPriors`), over the number of starts. Nothing of the card's own level is in it.
 */
export function unitChange(unit: UnitLevels, priors: StartPriors): UnitChange {
  const { baseline, candidate } = unit
  const difference = mean([...candidate.starts]) - mean([...baseline.starts])
  const parts = (['baseline', 'candidate'] as const).map((side) => {
    const { starts } = unit[side]
    const part = priors.of(side, startVariance(starts))
    return part === null ? null : { variance: part.variance / starts.length, degrees: part.degrees }
  })
  const [before, after] = parts
  if (before && after) return { estimate: { mean: difference, parts: [before, after] }, basis: 'starts' }
  // a trial that is far off moves the level of its start: its own spread shows that, those of other cards do not
  const ofTrials = trialVariance(baseline) + trialVariance(candidate)
  if (priors.ofChange !== null) {
    const { variance, degrees } = priors.ofChange
    const part = { variance: Math.max(variance, ofTrials), degrees }
    return { estimate: { mean: difference, parts: [part] }, basis: 'other cards' }
  }
  const bound = ONE_START_SHARE ** 2 * (1 / baseline.starts.length + 1 / candidate.starts.length)
  const known = { variance: bound + ofTrials, degrees: Number.POSITIVE_INFINITY }
  return { estimate: { mean: difference, parts: [known] }, basis: 'bound' }
}

/** Variance of the mean of the starts of a side by the spread of their trials alone. */
const trialVariance = ({ trials }: Levels): number =>
  trials.reduce((sum, own) => {
    const logs = own.map(Math.log)
    return sum + (logs.length < 2 ? 0 : sampleVariance(logs) / logs.length)
  }, 0) /
  trials.length ** 2
