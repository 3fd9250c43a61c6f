import type { BoxCheck } from './box-input.ts'
import type { Comparison, FigureResult, Reason } from './box-result.ts'
import { figureLine } from './figures.ts'

/** Why a card is rejected, most telling first: faults that it reports, then figures below their range, then its siblings. */
export function rejectionReasons(
  findings: readonly BoxCheck[],
  figures: readonly FigureResult[],
  comparisons: readonly Comparison[],
): Reason[] {
  const faults = findings
    .filter(({ status }) => status === 'fail')
    .map(({ id, read, why, fix }) => ({
      what: `${id}: ${read}`,
      cause: why === '' ? null : why,
      fix: fix === '' ? null : fix,
    }))
  const failed = figures
    .filter(({ verdict, wouldBe }) => (wouldBe ?? verdict) === 'fail')
    .map((figure) => ({ what: figureLine(figure), cause: figure.why[0] ?? null, fix: null }))
  const apart = comparisons
    .filter(({ verdict }) => verdict === 'fail')
    .map((comparison) => ({ what: comparisonLine(comparison), cause: comparison.cause, fix: null }))
  return [...faults, ...failed, ...apart]
}

/** A comparison in one line. */
function comparisonLine(comparison: Comparison): string {
  const { scenario, label, unit, digits, measured, reference, worseBy, margin } = comparison
  const other = comparison.with === 'siblings' ? 'its siblings' : 'alone'
  const where = comparison.part === 'alone' ? '' : `, ${comparison.part}`
  const percent = (share: number): string => `${(100 * Math.abs(share)).toFixed(1)} %`
  const word = worseBy < 0 ? 'better' : 'worse'
  return `${scenario}${where}, ${label}: ${measured.toFixed(digits)} ${unit}, ${percent(worseBy)} ${word} than ${other} (${reference.toFixed(digits)}; up to ${percent(margin)} is usual)`
}
