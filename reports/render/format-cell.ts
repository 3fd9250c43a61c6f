import { type Cell, type Interval, isSimulated, type Tone } from '../tables/table.ts'

/** Follows a simulated value in a table that has live ones too. */
export const SIMULATED_MARK = 'ˢ'

const NO_BREAK = '\u00a0'

/** Short units for tables; the cell keeps the exact one. */
export const shortUnits: Readonly<Record<string, string>> = {
  'tokens/s': 't/s',
}

/** The text of a cell: the main line, and a second one with the interval and the share of the limit. */
export interface CellText {
  readonly main: string
  /** The mark of a simulated value, for a table in which not all are; otherwise empty. */
  readonly mark: string
  readonly sub: string | null
  readonly tone: Tone
  /** For a footnote: why there is no value, the evidence of an OOM, or what must be known beside a value. */
  readonly footnote: string | null
}

/** A number in British notation with a fixed count of digits: `1,380` and `0.0289`; never `-0`. */
export function formatNumber(value: number, digits: number): string {
  return new Intl.NumberFormat('en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  }).format(value)
}

/** GBP as `£1,300` or `£0.0289`. */
export const formatGbp = (value: number, digits: number): string =>
  value < 0 ? `-£${formatNumber(-value, digits)}` : `£${formatNumber(value, digits)}`

/**
 * A 95 % interval beside its value: `±12` where it is symmetric, otherwise `2.10 to 2.61`. It counts as symmetric where that
 * moves its ends by no more than half of the last digit of the value, or by 2.5 % of the half-width. A half-width that rounds to 0 in
 * these digits is `±<1` or `±<0.01`: only an interval of no width is `±0`.
 */
export function formatInterval(value: number, ci95: Interval, digits: number, prefix = ''): string {
  const [below, above] = [value - ci95[0], ci95[1] - value]
  const half = (above + below) / 2
  if (Math.abs(above - below) > Math.max(10 ** -digits, half * 0.05)) {
    return `${prefix}${formatNumber(ci95[0], digits)} to ${prefix}${formatNumber(ci95[1], digits)}`.replaceAll(
      ' ',
      NO_BREAK,
    )
  }
  const least = 10 ** -digits
  const isBelow = half > Number.EPSILON * Math.abs(value) * 8 && half < least / 2
  return `±${isBelow ? '<' : ''}${prefix}${formatNumber(isBelow ? least : half, digits)}`
}

/** A share as a whole percentage: `22 %`; below 1 % with one digit. */
export const formatShare = (share: number): string =>
  `${formatNumber(share * 100, Math.abs(share) < 0.01 ? 1 : 0)}${NO_BREAK}%`

/** A command of several lines as one line. */
export const oneLine = (lines: readonly string[]): string =>
  lines.map((line) => line.replace(/\s*\\$/, '').trim()).join(' ')

/** The text of a cell, not yet escaped for its format. */
export function formatCell(cell: Cell): CellText {
  const mark = isSimulated(cell) ? SIMULATED_MARK : ''
  const caveat = ('caveat' in cell ? cell.caveat : undefined) ?? null
  switch (cell.kind) {
    case 'number': {
      const unit = shortUnits[cell.unit] ?? cell.unit
      const main = `${cell.approx ? '~' : ''}${formatNumber(cell.value, cell.digits)}${unit ? NO_BREAK + unit : ''}`
      const parts = cell.ci95 ? [formatInterval(cell.value, cell.ci95, cell.digits)] : []
      if (cell.limit) parts.push(`${formatShare(cell.limit.share)} of limit`.replaceAll(' ', NO_BREAK))
      const beyond = cell.limit !== undefined && cell.limit.share > 1
      return { main, mark, sub: parts.join(' · ') || null, tone: beyond ? 'bad' : 'plain', footnote: caveat }
    }
    case 'money': {
      const interval = cell.ci95 ? [formatInterval(cell.valueGbp, cell.ci95, cell.digits, '£')] : []
      const parts = [...interval, ...(cell.detail === undefined ? [] : [cell.detail])]
      return {
        main: formatGbp(cell.valueGbp, cell.digits),
        mark,
        sub: parts.join(', ') || null,
        tone: 'plain',
        footnote: caveat,
      }
    }
    case 'ratio':
      return {
        main: `${formatNumber(cell.value, cell.digits)}x`,
        mark,
        sub: cell.ci95 ? formatInterval(cell.value, cell.ci95, cell.digits) : null,
        tone: ratioTone(cell),
        footnote: caveat,
      }
    case 'text':
      return { main: cell.text, mark, sub: cell.detail ?? null, tone: cell.tone ?? 'plain', footnote: caveat }
    case 'code':
      return { main: oneLine(cell.lines), mark, sub: null, tone: 'plain', footnote: null }
    case 'missing':
      return { main: '—', mark, sub: null, tone: 'plain', footnote: cell.reason }
    case 'oom':
      return { main: 'OOM', mark, sub: null, tone: 'bad', footnote: cell.evidence }
    default:
      return cell satisfies never
  }
}

/** Good or bad only when the interval, where there is one, does not contain 1. */
function ratioTone(cell: Extract<Cell, { kind: 'ratio' }>): Tone {
  const [low, high] = cell.ci95 ?? [cell.value, cell.value]
  if (cell.better === undefined || (low <= 1 && high >= 1)) return 'plain'
  return low > 1 === (cell.better === 'higher') ? 'good' : 'bad'
}
