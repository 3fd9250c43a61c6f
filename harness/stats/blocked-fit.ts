import { mean, sampleVariance } from 'simple-statistics'
import { upperF } from './f-distribution.ts'
import { inverse } from './inverse.ts'
import { type Contrast, contrast, type VariancePart } from './welch.ts'

/** One measurement of a treatment in a block. Numbers are places in their lists. */
export interface BlockValue {
  readonly treatment: number
  readonly block: number
  readonly value: number
}

/** What the values say of the treatments. Null where they say nothing of it. */
export interface BlockedFit {
  /** Treatment `one` - treatment `other`, as within one block. */
  readonly difference: (one: number, other: number) => Contrast | null
  /** Mean of a treatment over all blocks, also those that it was not measured in. */
  readonly level: (treatment: number) => Contrast | null
}

/** A treatment that spreads more than the others, at this level over all treatments, is judged by its own spread. */
const OWN_SPREAD_LEVEL = 0.05
/** Blocks from which on a treatment has a spread of its own that says something. */
const BLOCKS_FOR_OWN_SPREAD = 3

/**
 * Randomised blocks: value = treatment + block + error, by least squares (Fisher 1935, "The Design of Experiments", chapter 4).
 * A block is a time in which every treatment was measured once, in random order: what changes from block to block (heat, time of
 * day) is in the block, and cancels in a difference; what changes within one is noise, because the order is random. Blocks may
 * be incomplete: a treatment that was measured in the worse blocks only is not blamed for them.
 *
 * The variance of an error is pooled over all treatments, with values - treatments - blocks + 1 degrees. A treatment that spreads
 * significantly more than the others (F test at 5 % over all treatments, as starts.ts of harness/verdict does; the widest first) is
 * not in it and has its own, with its blocks - 1; degrees of a difference of such two after Satterthwaite. The variance of a level adds the spread
 * between blocks, with blocks - 1 degrees. Treatments that share no block, not even through others, have no difference.
 */
export function blockedFit(values: readonly BlockValue[]): BlockedFit {
  const { treatments, blocks, part, covariance, effects } = leastSquares(values)
  const errors = errorsOf(values)
  return {
    difference(one, other) {
      const [i, j] = [treatments.indexOf(one), treatments.indexOf(other)]
      const [error, otherError] = [errors.get(one), errors.get(other)]
      if (i < 0 || j < 0 || !error || !otherError || part[i] !== part[j]) return null
      const share = covariance[i]![i]! + covariance[j]![j]! - 2 * covariance[i]![j]!
      const parts =
        error === otherError ? [scaled(error, share)] : [error, otherError].map((each) => scaled(each, share / 2))
      return contrast({ mean: effects[i]!, parts }, { mean: effects[j]!, parts: [] })
    },
    level(treatment) {
      const i = treatments.indexOf(treatment)
      if (i < 0) return null
      const mine = blocks.map((_, index) => treatments.length + index).filter((column) => part[column] === part[i])
      if (mine.length < 2) return null
      const between = { variance: sampleVariance(mine.map((column) => effects[column]!)), degrees: mine.length - 1 }
      const error = errors.get(treatment)
      // the spread of the estimated blocks has a share of the errors already
      const counted = mean(mine.map((column) => covariance[column]![column]!)) / (mine.length - 1)
      const parts = [
        scaled(between, 1 / mine.length),
        ...(error ? [scaled(error, Math.max(0, covariance[i]![i]! - counted))] : []),
      ]
      return contrast({ mean: effects[i]!, parts }, { mean: 0, parts: [] })
    },
  }
}

const scaled = ({ variance, degrees }: VariancePart, by: number): VariancePart => ({ variance: by * variance, degrees })

/** Treatments, then blocks: effects with the covariance of unit errors, and what is left of each value. */
function leastSquares(values: readonly BlockValue[]) {
  const treatments = distinct(values.map(({ treatment }) => treatment))
  const blocks = distinct(values.map(({ block }) => block))
  const size = treatments.length + blocks.length
  const at = values.map(({ treatment, block, value }) => ({
    row: treatments.indexOf(treatment),
    column: treatments.length + blocks.indexOf(block),
    value,
  }))
  const part = connectedParts(size, at)
  // an effect of a treatment may be moved to the blocks of its part: their sum is held at 0
  const isBlock = (index: number) => index >= treatments.length
  const normal = part.map((mine, i) => part.map((other, j) => Number(isBlock(i) && isBlock(j) && mine === other)))
  const right = new Array<number>(size).fill(0)
  for (const { row, column, value } of at) {
    normal[row]![row]! += 1
    normal[column]![column]! += 1
    normal[row]![column]! += 1
    normal[column]![row]! += 1
    right[row]! += value
    right[column]! += value
  }
  const covariance = inverse(normal)
  const effects = covariance.map((line) => sum(line.map((each, index) => each * right[index]!)))
  const squares = at.map(({ row, column, value }) => (value - effects[row]! - effects[column]!) ** 2)
  const degrees = values.length - size + new Set(part).size
  const error: VariancePart | null = degrees > 0 ? { variance: sum(squares) / degrees, degrees } : null
  return { treatments, blocks, part, covariance, effects, squares, error }
}

/** The variance of an error of each treatment: that of all calm ones together, or its own; null without a degree. */
function errorsOf(values: readonly BlockValue[]): Map<number, VariancePart | null> {
  const errors = new Map<number, VariancePart | null>()
  let calm = values
  let fit = leastSquares(calm)
  const all = fit.treatments.length
  for (;;) {
    const widest = ownErrors(calm, fit).toSorted((a, b) => b.variance - a.variance)[0]
    const others = calm.filter(({ treatment }) => treatment !== widest?.treatment)
    if (widest === undefined || fit.error === null || widest.variance <= fit.error.variance) break
    const without = leastSquares(others)
    if (without.error === null || !isWider(widest, without.error, all)) break
    errors.set(widest.treatment, widest)
    calm = others
    fit = without
  }
  for (const treatment of fit.treatments) errors.set(treatment, fit.error)
  return errors
}

/** The variance of the errors of each treatment that has values enough. */
function ownErrors(values: readonly BlockValue[], { treatments, squares }: ReturnType<typeof leastSquares>) {
  return treatments.flatMap((treatment) => {
    const mine = squares.filter((_, index) => values[index]!.treatment === treatment)
    if (mine.length < BLOCKS_FOR_OWN_SPREAD || treatments.length < 2) return []
    // the blocks took a share of them
    const share = treatments.length / (treatments.length - 1)
    return [{ treatment, variance: (sum(mine) / (mine.length - 1)) * share, degrees: mine.length - 1 }]
  })
}

const isWider = (own: VariancePart, others: VariancePart, treatments: number): boolean =>
  others.variance === 0 ||
  upperF(own.variance / others.variance, own.degrees, others.degrees) < OWN_SPREAD_LEVEL / treatments

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const distinct = (numbers: readonly number[]): number[] => [...new Set(numbers)].toSorted((a, b) => a - b)

/** For every row and column the smallest place that values connect it with. */
function connectedParts(size: number, at: readonly { readonly row: number; readonly column: number }[]): number[] {
  const part = Array.from({ length: size }, (_, index) => index)
  let changed = true
  while (changed) {
    changed = false
    for (const { row, column } of at) {
      const lower = Math.min(part[row]!, part[column]!)
      if (part[row] === lower && part[column] === lower) continue
      part[row] = lower
      part[column] = lower
      changed = true
    }
  }
  return part
}
