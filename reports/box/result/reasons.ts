import type { BoxCheck } from './box-input.ts'
import type { Comparison, FigureResult, Reason } from './box-result.ts'
import { figureLine, isOutside } from './figures.ts'

/** Figures that show one part of a card by itself come before those that follow from it. */
const rootsFirst = ['copyBandwidthGBs', 'memClockMHz', 'smClockMHz', 'matrixTflops', 'memoryBandwidthGBs']
const rankOf = ({ metric }: { readonly metric: string }): number => {
  const at = rootsFirst.indexOf(metric)
  return at < 0 ? rootsFirst.length : at
}

/**
 * Why a card is rejected, most telling first: faults that it reports, then figures below their range, then what differs from
 * its siblings or from the card alone. Figures with one cause are one reason.
 */
export function rejectionReasons(
  findings: readonly BoxCheck[],
  figures: readonly FigureResult[],
  comparisons: readonly Comparison[],
  faultCause: (part: FigureResult['part']) => string | null = () => null,
): Reason[] {
  const faults = findings
    .filter(({ status }) => status === 'fail')
    .map(({ id, read, why, fix }) => ({ what: `${id}: ${read}`, cause: emptyToNull(why), fix: emptyToNull(fix) }))
  const bad = figures.filter(({ verdict, wouldBe }) => (wouldBe ?? verdict) === 'fail')
  // a fault that the card reports comes with its throughput, whatever that is
  const reported = bad
    .filter((figure) => !isOutside(figure))
    .map((figure) => ({
      what: `${figure.scenario}${whereText(figure)}, ${figure.why[0] ?? 'a fault of the card'}`,
      cause: faultCause(figure.part),
      fix: null,
    }))
  const failed = bad.filter(isOutside).map((figure) => ({
    figure,
    what: figureLine(figure),
    cause: siblingCause(figure, comparisons) ?? ownCause(figure),
  }))
  const apart = comparisons
    .filter(({ verdict }) => verdict === 'fail')
    .map((comparison) => ({ figure: comparison, what: comparisonLine(comparison), cause: comparison.cause }))
  const ranked = [...failed, ...apart].toSorted((a, b) => rankOf(a.figure) - rankOf(b.figure))
  return onePerCause([...faults, ...reported, ...ranked.map(({ what, cause }) => ({ what, cause, fix: null }))])
}

/** The cause that the siblings show for the same figure, if they do. */
const siblingCause = ({ part, scenario, metric }: FigureResult, comparisons: readonly Comparison[]): string | null =>
  comparisons.find(
    (each) => each.part === part && each.scenario === scenario && each.metric === metric && each.cause !== null,
  )?.cause ?? null

const ownCause = ({ why: [first] }: FigureResult): string | null =>
  first === undefined || first.startsWith('no cause found') ? null : first

/** Reasons with the same cause say the same: the first of them stands. */
function onePerCause(reasons: readonly Reason[]): Reason[] {
  const said = new Set<string>()
  return reasons.filter(({ cause, what }) => {
    const key = cause === null ? what : causeKind(cause)
    if (said.has(key)) return false
    said.add(key)
    return true
  })
}

/** The part of a cause that two figures share: their shares and clocks differ. */
export const causeKind = (cause: string): string => cause.split(':', 1)[0]!

const whereText = ({ part }: { readonly part: string }): string => (part === 'alone' ? '' : `, ${part}`)

const emptyToNull = (text: string): string | null => (text === '' ? null : text)

/** A comparison in one line. */
export function comparisonLine(comparison: Comparison): string {
  const { scenario, label, unit, digits, measured, reference, worseBy, margin, marginBasis } = comparison
  const other = comparison.with === 'siblings' ? 'its siblings' : 'alone'
  const where = whereText(comparison)
  const assumed = marginBasis === 'assumed' ? ', assumed' : ''
  const word = worseBy < 0 ? 'better' : 'worse'
  return `${scenario}${where}, ${label}: ${measured.toFixed(digits)} ${unit}, ${percent(worseBy)} ${word} than ${other} (${reference.toFixed(digits)}; margin ${percent(margin)}${assumed})`
}

const percent = (share: number): string => `${(100 * Math.abs(share)).toFixed(1)} %`
