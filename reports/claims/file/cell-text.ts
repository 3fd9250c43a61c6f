import type { CardTable } from '../claims.ts'
import type { CellDocument } from '../schema.ts'
import { conversionOf, type Dimension } from './units.ts'

/** The classes of "what fits", and the word for a plain yes. */
export const fitClasses = ['OOM', 'Tight', 'Comfortable', 'Trivial', 'fits'] as const

const NUMBER =
  /^(~|≈|about |approx\.? )?([£$€])?\s*(\d[\d,]*(?:\.\d+)?)(?:\s*(?:-|–|to)\s*[£$€]?(\d[\d,]*(?:\.\d+)?))?\s*(.*)$/is

/** A printed number with its unit. */
export interface PrintedNumber {
  readonly approx: boolean
  readonly low: number
  /** The upper end of a printed range; null for a single number. */
  readonly high: number | null
  /** The longest beginning of the rest that is a unit; undefined where there is none. */
  readonly unit: string | undefined
  /** What follows the unit. */
  readonly rest: string
}

/** Reads a text that begins with a number; null for any other. */
export function printedNumber(text: string, dimensions: readonly Dimension[]): PrintedNumber | null {
  const match = NUMBER.exec(text.trim())
  if (match === null) return null
  const [, approx, sign, low = '', high, after = ''] = match
  const number = (digits: string): number => Number(digits.replaceAll(',', ''))
  const words = after.replace(/^-/, '').split(' ')
  const lengths = words.map((_, at) => words.length - at)
  const length = lengths.find((count) => conversionOf(words.slice(0, count).join(' '), dimensions) !== null)
  const unit = length === undefined ? sign : words.slice(0, length).join(' ')
  return {
    approx: approx !== undefined,
    low: number(low),
    high: high === undefined ? null : number(high),
    unit,
    rest: words
      .slice(length ?? 0)
      .join(' ')
      .trim(),
  }
}

/** The unit of a cell: its own, or the one of its print. */
export const unitOf = ({ unit, raw }: CellDocument, dimensions: readonly Dimension[]): string | undefined =>
  unit ?? (raw === undefined ? undefined : printedNumber(raw, dimensions)?.unit)

/**
 * A cell that stands as printed text in a file. A number in a unit of its row becomes a quantity or range, `OOM`
 * and the classes of "what fits" become what they say; anything else stays text, which is listed and not judged.
 */
export function cellOfText(text: string, table: CardTable, dimensions: readonly Dimension[] | null): CellDocument {
  const raw = text.trim()
  if (/^oom\b/i.test(raw)) return { kind: 'oom', value: 'OOM', raw: text }
  if (/^(n\/?a|not applicable|-|–|—|)$/i.test(raw)) return { kind: 'not_applicable', value: null, raw: text }
  if (table === 'fits') {
    const known = fitClasses.find((word) => raw.toLowerCase().startsWith(word.toLowerCase()))
    return known === undefined ? { kind: 'text', value: raw, raw: text } : { kind: 'category', value: known, raw: text }
  }
  if (/^none$/i.test(raw)) return { kind: 'none', value: null, raw: text }
  if (table === 'spec' && dimensions === null && /^(yes|no)\b/i.test(raw)) {
    return { kind: 'boolean', value: /^yes/i.test(raw), raw: text }
  }
  const printed = dimensions === null ? null : printedNumber(raw, dimensions)
  if (printed === null || dimensions === null) return { kind: 'text', value: raw, raw: text }
  const { approx, low, high, unit } = printed
  if (conversionOf(unit, dimensions) === null) return { kind: 'text', value: raw, raw: text }
  const shared = { raw: text, ...(unit === undefined ? {} : { unit }), ...(approx ? { approx } : {}) }
  const sparse = /\bsparse\b|\bsparsity\b/i.test(printed.rest) ? { qualifier: 'sparse' } : {}
  return high === null
    ? { kind: 'quantity', value: low, ...shared, ...sparse }
    : { kind: 'range', value: null, min: low, max: high, ...shared, ...sparse }
}
