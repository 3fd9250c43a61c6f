import { type Cell, isMixed, type Table } from '../../tables/table.ts'
import { type CellText, formatCell } from '../format-cell.ts'
import { SIMULATED_NOTE } from '../simulated-words.ts'

/** The text of a cell in its table: a mark only where the table needs it, and the number of its footnote. */
export interface ShownCell extends CellText {
  readonly number: number | null
}

/** What every format prints of a table beside its grid. */
export interface TableText {
  /** Lines above the notes: what holds for the marked, or for every measured value of it. */
  readonly marks: readonly string[]
  /** Reasons and evidence, each once and in reading order; a footnote's number is its index plus one. */
  readonly footnotes: readonly string[]
  readonly cell: (cell: Cell) => ShownCell
  /** The heading above rows that share these cells, and the small print to it. */
  readonly heading: (cells: readonly Cell[]) => { readonly main: string; readonly sub: string | null }
}

/**
 * The text of a table. Simulated values are marked only where the table has live ones too: otherwise its heading says
 * SIMULATED for all of them. A caveat that all values share is a line instead of a footnote at each.
 */
export function tableText(table: Table): TableText {
  const marked = isMixed(table.rows.flatMap(({ cells }) => cells))
  const numbers = new Map<string, number>()
  const shown = (cell: Cell): ShownCell => {
    const text = formatCell(cell)
    const number = text.footnote === null ? null : (numbers.get(text.footnote) ?? null)
    return { ...text, mark: marked ? text.mark : '', number }
  }
  for (const { cells } of table.rows) {
    for (const cell of cells) {
      const { footnote } = formatCell(cell)
      if (footnote !== null && footnote !== table.caveat && !numbers.has(footnote))
        numbers.set(footnote, numbers.size + 1)
    }
  }
  return {
    marks: [
      ...(marked ? [SIMULATED_NOTE] : []),
      ...(table.caveat === undefined ? [] : [`Every measured value: ${table.caveat}.`]),
    ],
    footnotes: [...numbers.keys()],
    cell: shown,
    heading: (cells) => {
      const texts = cells.map(shown)
      const details = texts.flatMap(({ sub }) => sub ?? [])
      return {
        main: texts.map(({ main, mark }) => main + mark).join(', '),
        sub: details.length === 0 ? null : details.join(', '),
      }
    },
  }
}
