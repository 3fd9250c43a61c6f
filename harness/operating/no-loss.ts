import { comparedMetric, comparedMetrics, type MetricKey } from '../metrics/catalogue.ts'
import { holmAdjust } from '../stats/holm.ts'
import { pAbove, pTwoSided } from '../stats/welch.ts'
import { worseBy } from './best.ts'
import { type Relative, relativeOf } from './figure.ts'
import { clockOf, limitOf, type PointRow, type PointTable, referenceOf } from './points.ts'

/** A metric that differs between two points: the difference is shown, and is as large as the practical threshold. */
export interface MetricLoss {
  readonly metric: MetricKey
  /** Against the reference, as a share. */
  readonly relative: Relative
}

/** Down to which setting nothing measurable is lost. */
export interface NoLoss {
  readonly concurrency: number | null
  /** What is lowered from the reference down. */
  readonly over: 'powerLimitW' | 'smClockMHz'
  readonly metric: MetricKey
  /** Practical threshold, as a share: a loss that is shown to be smaller is none. */
  readonly threshold: number
  /** Highest limit, and there the highest clock; null where no point has a run that counts. */
  readonly reference: PointRow | null
  /** The lowest point down to which every point passes; null if none does. */
  readonly downTo: PointRow | null
  /** The first point below that does not pass; null if all do. */
  readonly stoppedAt: PointRow | null
  /** Whether the loss at `stoppedAt` is shown (its interval excludes none), or only not excluded. */
  readonly isLossShown: boolean
  /** What is worse at `downTo` besides the headline metric, such as TTFT. */
  readonly others: readonly MetricLoss[]
  /** Why there is no answer; null if there is one. */
  readonly reason: string | null
}

/**
 * "No measurable loss down to X W", for each concurrency: over the limits at the highest clock, and over the clocks at the highest
 * limit. From the reference down,
 * each point must be shown to lose less of the headline metric than the threshold: the lower of the two one-sided tests of
 * equivalence (Schuirmann 1987), within blocks; the upper one is not asked, because a point that is faster loses nothing. The
 * points are tested in their order, and the first that fails ends it, so that no test needs an adjustment for their number
 * (Maurer, Hothorn and Lehmacher 1995, "Multiple comparisons in drug clinical trials and preclinical assays: a-priori ordered
 * hypotheses"; a closed test). Points without a run that counts are passed over.
 */
export function noLossOf(table: PointTable, threshold: number): NoLoss[] {
  const concurrencies = [...new Set(table.rows.map(({ concurrency }) => concurrency))]
  return concurrencies.flatMap((concurrency) => {
    const mine = table.rows.filter((row) => row.concurrency === concurrency)
    const reference = referenceOf(mine, concurrency)
    if (reference === null) return [downwards([], { table, reference, concurrency, threshold, over: 'powerLimitW' })]
    const limits = mine.filter((row) => clockOf(row) === clockOf(reference)).toSorted((a, b) => limitOf(b) - limitOf(a))
    const clocks = mine.filter((row) => limitOf(row) === limitOf(reference)).toSorted((a, b) => clockOf(b) - clockOf(a))
    const asked = { table, reference, concurrency, threshold }
    return [
      ...(limits.length > 1 ? [downwards(limits, { ...asked, over: 'powerLimitW' as const })] : []),
      ...(clocks.length > 1 ? [downwards(clocks, { ...asked, over: 'smClockMHz' as const })] : []),
    ]
  })
}

interface Asked extends Pick<NoLoss, 'reference' | 'concurrency' | 'threshold' | 'over'> {
  readonly table: PointTable
}

function downwards(inOrder: readonly PointRow[], { table, reference, ...asked }: Asked): NoLoss {
  const { threshold } = asked
  const { headline, figures, levels } = table
  const figure = figures.get(headline)!
  const found = (more: Partial<NoLoss>): NoLoss => ({
    ...asked,
    metric: headline,
    reference,
    downTo: null,
    stoppedAt: null,
    isLossShown: false,
    others: [],
    reason: null,
    ...more,
  })
  if (reference === null) return found({ reason: 'no point has a run that counts' })
  const measured = inOrder.filter((row) => row.key !== reference.key && figure.count(row.place) > 0)
  if (measured.length === 0) return found({ reason: 'no point below has a run that counts' })
  let downTo: PointRow | null = null
  for (const row of measured) {
    const loss = worseBy(figure, row, reference)
    if (loss === null) return found({ downTo, reason: downTo === null ? 'at least two blocks must be measured' : null })
    // the whole threshold on the scale of logarithms: a loss of 3 % is ln(1 / 0.97)
    const left = { ...loss, difference: -Math.log1p(-threshold) - loss.difference }
    if (pAbove(left) > levels.level) {
      const isLossShown = pTwoSided(loss) <= levels.level && loss.difference > 0
      return found({
        downTo,
        stoppedAt: row,
        isLossShown,
        others: downTo === null ? [] : otherLosses(downTo, reference, table, threshold),
        reason: downTo === null ? `a loss of ${(threshold * 100).toFixed(0)} % is not excluded at ${row.label}` : null,
      })
    }
    downTo = row
  }
  return found({ downTo, others: downTo === null ? [] : otherLosses(downTo, reference, table, threshold) })
}

/**
 * What else is worse at a point, as `compare` would call it: significant (Holm over these metrics) and at least the threshold,
 * or the metric's own floor.
 */
function otherLosses(row: PointRow, reference: PointRow, table: PointTable, threshold: number): MetricLoss[] {
  const { scenario, headline, figures, levels } = table
  const { hypothesis } = comparedMetric(headline).comparison
  const asked = new Map(
    comparedMetrics(scenario).flatMap((metric) => {
      const { comparison } = comparedMetric(metric)
      const by = figures.get(metric) && worseBy(figures.get(metric)!, row, reference)
      return comparison.decides && comparison.hypothesis !== hypothesis && by
        ? [[comparison.hypothesis, { metric, by }]]
        : []
    }),
  )
  const tests = [...asked.values()]
  const adjusted = holmAdjust(tests.map(({ by }) => pTwoSided(by)))
  return tests.flatMap(({ metric, by }, index) => {
    const at = reference.figures[metric]?.mean ?? null
    const margin = Math.max(threshold, at === null ? 0 : comparedMetric(metric).comparison.floor / at)
    if (adjusted[index]! > levels.level || by.difference < Math.log1p(margin)) return []
    const ratio = figures.get(metric)!.logRatio(row.place, reference.place)!
    return [{ metric, relative: relativeOf(ratio, levels.confidence) }]
  })
}
