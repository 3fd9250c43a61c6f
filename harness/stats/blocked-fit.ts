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

/** A pair whose own spread is larger than that of all values, at this level, is judged by its own. */
const OWN_SPREAD_LEVEL = 0.05
/** Common blocks from which on a pair has a spread of its own that says something. */
const BLOCKS_FOR_OWN_SPREAD = 3

/**
 * Randomised blocks: value = treatment + block + error, by least squares (Fisher 1935, "The Design of Experiments", chapter 4).
 * A block is a time in which every treatment was measured once, in random order: what changes from block to block (heat, time of
 * day) is in the block, and cancels in a difference; what changes within one is noise, because the order is random. Blocks may
 * be incomplete: a treatment that was measured in the worse blocks only is not blamed for them.
 *
 * The variance of an error is pooled over all treatments, with values - treatments - blocks + 1 degrees; a pair whose own
 * differences spread significantly more than those of the others (F test at 5 %) is judged by its own, with its blocks - 1 (as
 * starts.ts of harness/verdict does). The variance of a level adds the spread between blocks, with blocks - 1 degrees. Treatments that share
 * no block, not even through others, have no difference.
 */
export function blockedFit(values: readonly BlockValue[]): BlockedFit {
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
  const normal = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      Number(i >= treatments.length && j >= treatments.length && part[i] === part[j]),
    ),
  )
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
  const degrees = values.length - size + new Set(part).size
  const squares = at.map((each) => (each.value - effects[each.row]! - effects[each.column]!) ** 2)
  const residual = sum(squares)
  const error: VariancePart | null = degrees > 0 ? { variance: residual / degrees, degrees } : null

  /** The error without these two treatments, about: a noisy one hides in an error that is mostly its own. */
  const errorOfOthers = (one: number, other: number): VariancePart | null => {
    const isOfPair = at.map(({ row }) => row === one || row === other)
    const left = degrees - isOfPair.filter(Boolean).length + 2
    return left < 1 ? error : { variance: sum(squares.filter((_, index) => !isOfPair[index])) / left, degrees: left }
  }

  const ownSpread = (one: number, other: number): VariancePart | null => {
    const byBlock = (row: number) =>
      new Map(at.flatMap((each) => (each.row === row ? [[each.column, each.value]] : [])))
    const second = byBlock(other)
    const differences = [...byBlock(one)].flatMap(([column, value]) => {
      const beside = second.get(column)
      return beside === undefined ? [] : [value - beside]
    })
    if (differences.length < BLOCKS_FOR_OWN_SPREAD) return null
    return { variance: sampleVariance(differences) / 2, degrees: differences.length - 1 }
  }

  return {
    difference(one, other) {
      const [i, j] = [treatments.indexOf(one), treatments.indexOf(other)]
      if (i < 0 || j < 0 || error === null || part[i] !== part[j]) return null
      const share = covariance[i]![i]! + covariance[j]![j]! - 2 * covariance[i]![j]!
      const own = ownSpread(i, j)
      const isWider = own !== null && own.variance > error.variance && isSignificant(own, errorOfOthers(i, j))
      const { variance, degrees: known } = isWider ? own : error
      return {
        difference: effects[i]! - effects[j]!,
        standardError: Math.sqrt(share * variance),
        degrees: known,
      }
    },
    level(treatment) {
      const i = treatments.indexOf(treatment)
      if (i < 0) return null
      const mine = blocks.map((_, index) => treatments.length + index).filter((column) => part[column] === part[i])
      if (mine.length < 2) return null
      const between = { variance: sampleVariance(mine.map((column) => effects[column]!)), degrees: mine.length - 1 }
      const parts: VariancePart[] = [{ ...between, variance: between.variance / mine.length }]
      if (error !== null) {
        // the spread of the estimated blocks has a share of the errors already
        const average = mean(mine.map((column) => covariance[column]![column]!))
        const counted = (average * mine.length) / (mine.length - 1) / mine.length
        const share = Math.max(0, covariance[i]![i]! - counted)
        parts.push({ variance: share * error.variance, degrees: error.degrees })
      }
      return contrast({ mean: effects[i]!, parts }, { mean: 0, parts: [] })
    },
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const isSignificant = (own: VariancePart, error: VariancePart | null): boolean =>
  error !== null &&
  (error.variance === 0 || upperF(own.variance / error.variance, own.degrees, error.degrees) < OWN_SPREAD_LEVEL)

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
