import { SMALLEST_EFFECT } from '../verdict/verdict.ts'
import { type Best, bestOf } from './best.ts'
import { type NoLoss, noLossOf } from './no-loss.ts'
import type { PointRow, PointTable } from './points.ts'

/** What a tuning looks for, in the order in which it is shown. */
export const goals = ['cheapest', 'cheapestWithinSlo', 'mostEfficient', 'fastestWithinSlo'] as const
export type Goal = (typeof goals)[number]

/** The operating points of a tuning. */
export interface OperatingPoints {
  readonly best: Readonly<Record<Goal, Best>>
  /** One per concurrency, and one for locked clocks. */
  readonly noLoss: readonly NoLoss[]
  /** Practical threshold, as a share. */
  readonly threshold: number
}

/**
 * The operating points of a tuning: cheapest per unit of output (also within the SLO), most output per joule, fastest within the
 * SLO, and down to where nothing measurable is lost. Which statistics: best.ts and no-loss.ts.
 */
export function operatingPoints(table: PointTable, threshold = SMALLEST_EFFECT): OperatingPoints {
  const { rows, figures, cost, efficiency, unit, levels } = table
  const best = (candidates: readonly PointRow[], figure: typeof cost): Best => bestOf(candidates, figure, levels)
  const met = withinSlo(table)
  const ifKept = (figure: typeof cost): Best =>
    'reason' in met ? { proposal: null, members: [], atMostWorse: null, reason: met.reason } : best(met.rows, figure)
  return {
    best: {
      cheapest: best(rows, cost),
      cheapestWithinSlo: ifKept(cost),
      mostEfficient: best(rows, figures.get(efficiency)!),
      fastestWithinSlo: ifKept(figures.get(unit.rate)!),
    },
    noLoss: noLossOf(table, threshold),
    threshold,
  }
}

function withinSlo({ rows }: PointTable): { readonly rows: readonly PointRow[] } | { readonly reason: string } {
  const measured = rows.filter(({ blocks }) => blocks.length > 0)
  const met = measured.filter(({ slo }) => slo.state === 'met')
  if (met.length > 0) return { rows: met }
  const unknown = measured.find(({ slo }) => slo.state === 'unknown')
  const unclear = measured.filter(({ slo }) => slo.state === 'unclear')
  if (unknown?.slo.reason) return { reason: unknown.slo.reason }
  if (measured.length === 0) return { reason: 'no point has a run that counts' }
  return {
    reason:
      unclear.length === 0
        ? 'no point meets the SLO'
        : `no point meets the SLO in every block; in some: ${unclear.map(({ label }) => label).join('; ')}`,
  }
}
