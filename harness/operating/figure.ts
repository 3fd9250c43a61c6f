import type { MetricResult } from '../record/schema/result.ts'
import { type BlockedFit, type BlockValue, blockedFit } from '../stats/blocked-fit.ts'
import { type Contrast, intervalOf } from '../stats/welch.ts'

/** A ratio - 1 of two points with its interval, as within one block. */
export interface Relative {
  readonly value: number
  readonly ci95: readonly [number, number]
}

/** One figure of all points of a tuning: what each is, and by how much they differ. Points are given by their place. */
export interface Figure {
  readonly unit: string
  readonly better: 'higher' | 'lower' | null
  /** Number of blocks in which a point has it. */
  readonly count: (point: number) => number
  readonly result: (point: number, confidence: number) => MetricResult
  /** ln(one / other) as within one block; null where no block joins the two or nothing shows the spread. */
  readonly logRatio: (one: number, other: number) => Contrast | null
}

/** Why a figure has no interval. */
export const ONE_BLOCK = 'one block has no spread between blocks'

/** What a figure needs to know of its values. */
export interface FigureFacts {
  readonly unit: string
  readonly better: Figure['better']
  /** Why a point has no value, by its place. */
  readonly reasons: ReadonlyMap<number, string>
}

/**
 * A figure from its values: one per point and block, each the mean over the trials of its run. Blocks are the unit of
 * repetition. Values above 0 are taken as logarithms, because what disturbs a block disturbs its points by a share: a level is
 * then a geometric mean. Others (an error rate of 0) are taken as they are and have no ratios.
 */
export function figureOf(values: readonly BlockValue[], { unit, better, reasons }: FigureFacts): Figure {
  const asShares = values.every(({ value }) => value > 0)
  const fit: BlockedFit = blockedFit(
    asShares ? values.map((each) => ({ ...each, value: Math.log(each.value) })) : values,
  )
  const back = asShares ? Math.exp : (value: number) => value
  const count = (point: number) => values.filter(({ treatment }) => treatment === point).length
  return {
    unit,
    better,
    count,
    result(point, confidence) {
      const n = count(point)
      if (n === 0)
        return { mean: null, ci95: null, n, unit, reason: reasons.get(point) ?? 'no run of this point counts' }
      const level = fit.level(point)
      if (level === null) {
        const own = values.filter(({ treatment }) => treatment === point)
        return { mean: own.reduce((sum, { value }) => sum + value, 0) / n, ci95: null, n, unit }
      }
      const [low, high] = intervalOf(level, confidence)
      return { mean: back(level.difference), ci95: [back(low), back(high)], n, unit }
    },
    logRatio: (one, other) => (asShares ? fit.difference(one, other) : null),
  }
}

/** A contrast of logarithms as a share: ratio - 1. */
export function relativeOf(contrast: Contrast, confidence: number): Relative {
  const [low, high] = intervalOf(contrast, confidence)
  return { value: Math.expm1(contrast.difference), ci95: [Math.expm1(low), Math.expm1(high)] }
}
