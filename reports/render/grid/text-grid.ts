import type { Tone } from '../../tables/table.ts'
import { displayWidth, padTo, wrapTo } from '../plain-text.ts'

export interface GridCell {
  readonly lines: readonly string[]
  readonly tone: Tone
}

/** What the rows below it have in common, over the whole width. */
export interface GridHeading {
  readonly heading: readonly string[]
}

export interface TextGrid {
  readonly columns: readonly { readonly head: string; readonly align: 'left' | 'right' }[]
  readonly rows: readonly (readonly GridCell[] | GridHeading)[]
}

const isHeading = (row: readonly GridCell[] | GridHeading): row is GridHeading => 'heading' in row

export type Paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red', line: string) => string

const GAP = ' │ '
const toneStyle = { good: 'green', warn: 'yellow', bad: 'red', plain: null } as const
/** Minimum column width; below it the rows are stacked. */
const MIN_WIDTH = 6

/**
 * Lays out a grid within `width` columns. In one that does not fit the small print of cells may break at any space, also
 * inside an interval; one that then does not fit becomes a list.
 */
export function gridLines(given: TextGrid, width: number, paint: Paint): string[] {
  const available = width - GAP.length * (given.columns.length - 1)
  const widthsOf = (grid: TextGrid) => fitWidths(naturalWidths(grid), minWidths(grid), available)
  const grid = widthsOf(given) === null ? breakable(given) : given
  const widths = widthsOf(grid)
  if (widths === null) return stackedLines(given, width, paint)
  const rule = (joint: string) => paint('dim', widths.map((columnWidth) => '─'.repeat(columnWidth)).join(`─${joint}─`))
  const heads: GridCell[] = grid.columns.map(({ head }) => ({ lines: [head], tone: 'plain' }))
  const layout = { grid, widths, paint }
  const body = grid.rows.flatMap((row, at) =>
    isHeading(row) ? [...(at === 0 ? [] : [rule('┼')]), ...headingLines(row, width, paint)] : rowLines(row, layout),
  )
  return [rule('┬'), ...rowLines(heads, layout, 'bold'), rule('┼'), ...body, rule('┴')]
}

function rowLines(
  cells: readonly GridCell[],
  { grid, widths, paint }: { readonly grid: TextGrid; readonly widths: readonly number[]; readonly paint: Paint },
  headStyle?: 'bold',
): string[] {
  const wrapped = cells.map((cell, index) => ({
    // The first line has the tone; the others are dimmed.
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

/** A heading between rows: its first line in bold, the others dimmed. */
const headingLines = ({ heading }: GridHeading, width: number, paint: Paint): string[] =>
  heading.flatMap((line, at) => wrapTo(line, width).map((part) => paint(at === 0 ? 'bold' : 'dim', part)))

/** The grid with ordinary spaces in the lines below the first of each cell. */
const breakable = (grid: TextGrid): TextGrid => ({
  ...grid,
  rows: grid.rows.map((row) =>
    isHeading(row)
      ? row
      : row.map((cell) => ({
          ...cell,
          lines: cell.lines.map((line, at) => (at === 0 ? line : line.replaceAll('\u00a0', ' '))),
        })),
  ),
})

const columnTexts = (grid: TextGrid, index: number): string[] => [
  grid.columns[index]!.head,
  ...grid.rows.flatMap((row) => (isHeading(row) ? [] : (row[index]?.lines ?? []))),
]

const naturalWidths = (grid: TextGrid): number[] =>
  grid.columns.map((_, index) => Math.max(1, ...columnTexts(grid, index).map(displayWidth)))

const minWidths = (grid: TextGrid): number[] =>
  grid.columns.map((_, index) => {
    const words = columnTexts(grid, index).flatMap((line) => line.split(' '))
    return Math.max(MIN_WIDTH, Math.min(24, Math.max(...words.map(displayWidth))))
  })

/**
 * Widths that fit: columns that are narrower than their share keep their width, the others share the rest by the square
 * root of their natural width, so that a long column leaves room for short ones. Null when the minimum widths do not fit.
 */
function fitWidths(natural: readonly number[], least: readonly number[], available: number): number[] | null {
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0)
  if (sum(natural) <= available) return [...natural]
  if (sum(least) > available) return null
  const widths = natural.map((width, index) => Math.min(width, least[index]!))
  // One character at a time, to the column furthest below its share.
  for (let spare = available - sum(widths); spare > 0; spare -= 1) {
    const need = widths.map((width, index) => (width < natural[index]! ? Math.sqrt(natural[index]!) / width : 0))
    const neediest = need.indexOf(Math.max(...need))
    if (need[neediest] === 0) break
    widths[neediest]! += 1
  }
  return widths
}

/** One block per row with `head: value` lines, for terminals too narrow for the table. */
function stackedLines(grid: TextGrid, width: number, paint: Paint): string[] {
  const [, ...heads] = grid.columns.map(({ head }) => head)
  return grid.rows.flatMap((row) => {
    if (isHeading(row)) return headingLines(row, width, paint)
    const [first, ...rest] = row
    const title = wrapTo(first?.lines.join(' ') ?? '', width).map((line) => paint('bold', line))
    const values = rest.flatMap((cell, index) => fieldLines(heads[index]!, cell, width, paint))
    return [...title, ...values]
  })
}

/** `head: value`, indented by two. */
export function fieldLines(head: string, { lines, tone }: GridCell, width: number, paint: Paint): string[] {
  const style = toneStyle[tone]
  return wrapTo(`${head}: ${lines.join(', ')}`, width - 2).map((line) =>
    style === null ? `  ${line}` : `  ${paint(style, line)}`,
  )
}
