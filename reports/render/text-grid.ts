import type { Tone } from '../tables/table.ts'
import { displayWidth, padTo, wrapTo } from './plain-text.ts'

export interface GridCell {
  readonly lines: readonly string[]
  readonly tone: Tone
  /** A command: its lines are kept as they are, and no column is wide enough for it. */
  readonly code?: true
}

export interface TextGrid {
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[]
  readonly rows: readonly (readonly GridCell[])[]
}

type Paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red', line: string) => string

const GAP = ' │ '
const toneStyle = { good: 'green', warn: 'yellow', bad: 'red', plain: null } as const
/** Under this a column is no column any more and the rows are stacked instead. */
const NARROWEST = 6

/** Lays a grid out in light rules within `width` columns; what cannot be a table at that width becomes a list. */
export function gridLines(grid: TextGrid, width: number, paint: Paint): string[] {
  if (grid.rows.some((row) => row.some(({ code }) => code))) return stackedLines(grid, width, paint)
  const widths = fitWidths(naturalWidths(grid), leastWidths(grid), width - GAP.length * (grid.columns.length - 1))
  if (widths === null) return stackedLines(grid, width, paint)
  const rule = (joint: string) => paint('dim', widths.map((columnWidth) => '─'.repeat(columnWidth)).join(`─${joint}─`))
  const heads: GridCell[] = grid.columns.map(({ head }) => ({ lines: [head], tone: 'plain' }))
  const layout = { grid, widths, paint }
  const body = grid.rows.flatMap((row) => rowLines(row, layout))
  return [rule('┬'), ...rowLines(heads, layout, 'bold'), rule('┼'), ...body, rule('┴')]
}

function rowLines(
  cells: readonly GridCell[],
  { grid, widths, paint }: { readonly grid: TextGrid; readonly widths: readonly number[]; readonly paint: Paint },
  headStyle?: 'bold',
): string[] {
  const wrapped = cells.map((cell, index) => ({
    // The first of the given lines carries the tone; the others are its small print.
    parts: cell.lines.flatMap((line, at) => wrapTo(line, widths[index]!).map((part) => ({ part, main: at === 0 }))),
    style: headStyle ?? toneStyle[cell.tone],
  }))
  const height = Math.max(1, ...wrapped.map(({ parts }) => parts.length))
  const separator = paint('dim', GAP)
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map(({ parts, style }, index) => {
        const at = parts[line]
        const padded = padTo(at?.part ?? '', widths[index]!, grid.columns[index]!.align)
        if (at === undefined) return padded
        if (!at.main) return paint('dim', padded)
        return style === null ? padded : paint(style, padded)
      })
      .join(separator)
      .trimEnd(),
  )
}

const columnTexts = (grid: TextGrid, index: number): string[] => [
  grid.columns[index]!.head,
  ...grid.rows.flatMap((row) => row[index]?.lines ?? []),
]

const naturalWidths = (grid: TextGrid): number[] =>
  grid.columns.map((_, index) => Math.max(1, ...columnTexts(grid, index).map(displayWidth)))

const leastWidths = (grid: TextGrid): number[] =>
  grid.columns.map((_, index) => {
    const words = columnTexts(grid, index).flatMap((line) => line.split(' '))
    return Math.max(NARROWEST, Math.min(24, Math.max(...words.map(displayWidth))))
  })

/**
 * Widths that fit: columns that are narrower than their share keep what they need, the others divide the rest by how
 * much they have to say (the square root of it, so that a long column does not starve the short ones). Null when even
 * the least does not fit.
 */
function fitWidths(natural: readonly number[], least: readonly number[], available: number): number[] | null {
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0)
  if (sum(natural) <= available) return [...natural]
  if (sum(least) > available) return null
  const widths = natural.map((width, index) => Math.min(width, least[index]!))
  // One column at a time: to whoever is furthest below its share.
  for (let spare = available - sum(widths); spare > 0; spare -= 1) {
    const need = widths.map((width, index) => (width < natural[index]! ? Math.sqrt(natural[index]!) / width : 0))
    const neediest = need.indexOf(Math.max(...need))
    if (need[neediest] === 0) break
    widths[neediest]! += 1
  }
  return widths
}

/** One block a row, `head: value` lines: for commands, and for terminals too narrow for the table. */
function stackedLines(grid: TextGrid, width: number, paint: Paint): string[] {
  const [, ...heads] = grid.columns.map(({ head }) => head)
  return grid.rows.flatMap((row) => {
    const [first, ...rest] = row
    const title = wrapTo(first?.lines.join(' ') ?? '', width).map((line) => paint('bold', line))
    const values = rest.flatMap((cell, index) =>
      cell.code
        ? codeLines(cell, width)
        : wrapTo(`${heads[index]}: ${cell.lines.join(', ')}`, width - 2).map((line) => {
            const style = toneStyle[cell.tone]
            return style === null ? `  ${line}` : `  ${paint(style, line)}`
          }),
    )
    // A command is as long as a screen is high: air between two of them.
    return [...title, ...values, ...(row.some(({ code }) => code) ? [''] : [])]
  })
}

/** A command ready to be copied: its first line at the margin, so that nothing has to be taken off. */
const codeLines = ({ lines }: GridCell, width: number): string[] =>
  lines.flatMap((line) => (displayWidth(line) <= width ? [line] : wrapTo(line, width)))
