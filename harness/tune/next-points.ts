import type { Best } from '../operating/best.ts'
import type { NoLoss } from '../operating/no-loss.ts'
import type { OperatingPoints } from '../operating/operating-points.ts'
import type { PointRow, PointTable } from '../operating/points.ts'

/** Blocks that an answer needs: one of a single block rests on the spread of others alone. */
const BLOCKS_OF_AN_ANSWER = 2

/** What a question about the points still needs. */
export interface Open {
  /** What is not decided, in words. */
  readonly what: string
  /** The points that decide it, to be measured once more together. */
  readonly points: readonly PointRow[]
}

const words = {
  cheapest: 'the cheapest point',
  cheapestWithinSlo: 'the cheapest point within the SLO',
  mostEfficient: 'the most efficient point',
  fastestWithinSlo: 'the fastest point within the SLO',
} as const

/**
 * The questions that the measured points do not decide yet. A best point is decided when it is alone, or when the proposal is
 * shown to be worse than the best by no more than the practical threshold; "no measurable loss" when the first loss is shown, or
 * there is none. A question without an answer for a reason (no price, no SLO) is not open.
 */
export function openQuestions(table: PointTable, { best, noLoss, threshold }: OperatingPoints): Open[] {
  const ofBest = Object.entries(best).flatMap(([goal, each]: [string, Best]): Open[] => {
    const isOpen =
      each.proposal !== null &&
      (each.proposal.blocks.length < BLOCKS_OF_AN_ANSWER || (each.members.length > 1 && each.atMostWorse > threshold))
    return isOpen ? [{ what: words[goal as keyof typeof words], points: each.members }] : []
  })
  return [...ofBest, ...noLoss.flatMap((each) => openLoss(table, each))]
}

function openLoss({ rows }: PointTable, { reference, downTo, stoppedAt, isLossShown, concurrency }: NoLoss): Open[] {
  if (reference === null) return []
  const isThin = downTo !== null && downTo.blocks.length < BLOCKS_OF_AN_ANSWER
  const isUndecided = stoppedAt !== null && !isLossShown
  if (!isThin && !isUndecided) return []
  const where = rows.some((row) => row.concurrency !== concurrency) ? ` at concurrency ${concurrency}` : ''
  const points = [reference, ...(downTo ? [downTo] : []), ...(isUndecided ? [stoppedAt] : [])]
  return [{ what: `down to where nothing is lost${where}`, points }]
}
