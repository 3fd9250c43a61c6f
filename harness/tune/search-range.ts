import { worseBy } from '../operating/best.ts'
import type { Figure } from '../operating/figure.ts'
import type { OperatingPoints } from '../operating/operating-points.ts'
import type { TunePoint } from '../operating/point.ts'
import { limitOf, type PointRow, type PointTable } from '../operating/points.ts'

/** A range of power limits in which a tuning looks for the best ones. */
export interface SearchRange {
  readonly minW: number
  readonly maxW: number
  /** Distance in W to which the search goes: limits between are multiples of it. */
  readonly resolutionW: number
  /** Numbers of requests in flight; null alone: that of the scenario. */
  readonly concurrencies: readonly (number | null)[]
}

/** Limits of the first blocks: both ends, and so many in all. */
const FIRST_LIMITS = 5

/** The limits that a search begins with: evenly spaced over its range, both ends among them. */
export function firstLimits({ minW, maxW, resolutionW }: SearchRange): number[] {
  const steps = Math.min(FIRST_LIMITS - 1, Math.max(1, Math.ceil((maxW - minW) / resolutionW)))
  const even = Array.from({ length: steps + 1 }, (_, step) => minW + ((maxW - minW) * step) / steps)
  return [...new Set(even.map((watts, step) => (step === 0 || step === steps ? watts : snapped(watts, resolutionW))))]
    .filter((watts) => watts >= minW && watts <= maxW)
    .toSorted((a, b) => b - a)
}

const snapped = (watts: number, resolutionW: number): number => Math.round(watts / resolutionW) * resolutionW

/** The points of the first blocks of a search. */
export const firstPoints = (range: SearchRange): TunePoint[] =>
  range.concurrencies.flatMap((concurrency) => firstLimits(range).map((watts) => pointAt(watts, concurrency)))

const pointAt = (powerLimitW: number, concurrency: number | null): TunePoint => ({
  setting: { powerLimitW, smClockMHz: null },
  concurrency,
})

/**
 * New points that a search still needs, each halfway between two measured neighbours that are further apart than the
 * resolution: on both sides of the best point by estimate, for each best that is looked for, and where the loss begins. None: the
 * range is searched to the resolution. It takes each curve for one with a single optimum, as that of the power of a chip is: a
 * second one far from the first is seen only if the first limits hit it.
 */
export function pointsBetween(table: PointTable, { best, noLoss }: OperatingPoints, range: SearchRange): TunePoint[] {
  const { cost, figures, efficiency, unit } = table
  const figureOf = {
    cheapest: cost,
    cheapestWithinSlo: cost,
    mostEfficient: figures.get(efficiency)!,
    fastestWithinSlo: figures.get(unit.rate)!,
  } as const
  const aroundBest = Object.entries(best).flatMap(([goal, { members }]) => {
    const centre = bestByEstimate(members, figureOf[goal as keyof typeof figureOf])
    return centre === null ? [] : neighboursOf(table, centre).map((next) => [centre, next] as const)
  })
  const aroundLoss = noLoss.flatMap(({ reference, downTo, stoppedAt }) => {
    const above = downTo ?? reference
    return above === null || stoppedAt === null ? [] : [[above, stoppedAt] as const]
  })
  const between = [...aroundBest, ...aroundLoss].flatMap(([one, other]) => {
    const watts = middleOf(limitOf(one), limitOf(other), range.resolutionW)
    return watts === null ? [] : [pointAt(watts, one.concurrency)]
  })
  const isNew = ({ setting, concurrency }: TunePoint) =>
    !table.rows.some((row) => row.concurrency === concurrency && row.limitW === setting.powerLimitW)
  const distinct = new Map(between.map((point) => [`${point.setting.powerLimitW} ${point.concurrency}`, point]))
  return [...distinct.values()].filter(isNew)
}

/** A multiple of the resolution between two limits, nearest to their middle; null where there is none. */
function middleOf(oneW: number, otherW: number, resolutionW: number): number | null {
  const [low, high] = [Math.min(oneW, otherW), Math.max(oneW, otherW)]
  if (!(high - low > resolutionW) || !Number.isFinite(high)) return null
  const middle = snapped((low + high) / 2, resolutionW)
  return middle > low && middle < high ? middle : null
}

/** The measured limits next to a point. */
function neighboursOf({ rows }: PointTable, centre: PointRow): PointRow[] {
  const mine = rows.filter((row) => row.concurrency === centre.concurrency && row.setting.smClockMHz === null)
  const below = mine.filter((row) => limitOf(row) < limitOf(centre)).toSorted((a, b) => limitOf(b) - limitOf(a))[0]
  const above = mine.filter((row) => limitOf(row) > limitOf(centre)).toSorted((a, b) => limitOf(a) - limitOf(b))[0]
  return [below, above].filter((row) => row !== undefined)
}

function bestByEstimate(members: readonly PointRow[], figure: Figure): PointRow | null {
  const [first, ...rest] = members
  if (first === undefined) return null
  return rest.reduce((best, row) => ((worseBy(figure, row, best)?.difference ?? 0) < 0 ? row : best), first)
}
