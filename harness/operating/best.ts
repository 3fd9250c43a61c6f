import { holmAdjust } from '../stats/holm.ts'
import { type Contrast, intervalOf, pAbove } from '../stats/welch.ts'
import { type Figure, ONE_BLOCK } from './figure.ts'
import type { PointRow, PointTable } from './points.ts'

/** The best of several points by one figure, as far as it is decided. */
export interface BestPoint {
  /** The member of lowest power. */
  readonly proposal: PointRow
  /**
   * The points that cannot be told apart from the best, in the order of the rows; with 95 % confidence the best one is among
   * them. One alone is shown to be the best.
   */
  readonly members: readonly PointRow[]
  /** By how much the proposal is worse than the best of all points, as a share, at most (95 %). */
  readonly atMostWorse: number
  readonly reason: null
}

/** No best point, and why. */
export interface NoBest {
  readonly proposal: null
  readonly members: readonly PointRow[]
  readonly atMostWorse: null
  readonly reason: string
}

export type Best = BestPoint | NoBest

/**
 * The best of these rows by a figure. A point is out if it is worse than another one: one-sided test of their ratio within
 * blocks, Holm-adjusted over the points that it is compared with. What is left holds the true best with 95 % confidence, because
 * the true best is out only if one of its own tests errs (Gupta 1965, "On some multiple decision rules", Technometrics 7; Hsu
 * 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the best", Annals of Statistics 12). Among
 * those left the one of lowest power is proposed; `atMostWorse` is the upper end of what that may cost, over all points.
 */
export function bestOf(rows: readonly PointRow[], figure: Figure, levels: PointTable['levels']): Best {
  const known = rows.filter(({ place }) => figure.count(place) > 0)
  const [only] = known
  if (only === undefined) {
    const reason = rows[0] === undefined ? 'no point' : reasonOf(rows[0], figure)
    return { proposal: null, members: [], atMostWorse: null, reason }
  }
  if (known.length === 1) return { proposal: only, members: known, atMostWorse: 0, reason: null }
  const tests = known.length - 1
  const worse = (one: PointRow, other: PointRow) => worseBy(figure, one, other)
  if (known.every((one) => known.every((other) => one === other || worse(one, other) === null))) {
    return { proposal: null, members: known, atMostWorse: null, reason: `${ONE_BLOCK}: measure at least two` }
  }
  const members = known.filter((one) => {
    const p = known.flatMap((other) => {
      const by = one === other ? null : worse(one, other)
      return by === null ? [] : [pAbove(by)]
    })
    return !holmAdjust([...p, ...new Array<number>(tests - p.length).fill(1)]).some((each) => each <= levels.level)
  })
  // rounding aside, the best by estimate is never out
  const left = members.length > 0 ? members : known
  const proposal = lowestPower(left)
  const bounds = known.flatMap((other) => {
    const by = other === proposal ? null : worse(proposal, other)
    return by === null ? [] : [intervalOf(by, 1 - (2 * levels.level) / tests)[1]]
  })
  return { proposal, members: left, atMostWorse: Math.expm1(Math.max(0, ...bounds)), reason: null }
}

/** By how much one point is worse than another, as a logarithm of their ratio; null where no block joins them. */
export function worseBy({ logRatio, better }: Figure, one: PointRow, other: PointRow): Contrast | null {
  const by = logRatio(one.place, other.place)
  return by === null || better === 'lower' ? by : { ...by, difference: -by.difference }
}

/** The row of the lowest measured power; where none has any, that of the lowest limit. */
function lowestPower(rows: readonly PointRow[]): PointRow {
  const power = (row: PointRow) => row.figures.meanPowerW?.mean ?? row.limitW ?? Number.POSITIVE_INFINITY
  return rows.reduce((lowest, row) => (power(row) < power(lowest) ? row : lowest))
}

const reasonOf = ({ place }: PointRow, figure: Figure): string => {
  const result = figure.result(place, 0.95)
  return 'reason' in result ? result.reason : 'not measured'
}
