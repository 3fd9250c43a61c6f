import type { Cell, Table } from '../tables/table.ts'
import { type Footnotes, footnotesOf } from './footnotes.ts'
import { formatCell } from './format-cell.ts'
import { printable } from './plain-text.ts'
import type { GridCell, TextGrid } from './text-grid.ts'

/** A table as lines of printable text, footnote numbers in place, for the layout on a terminal. */
export function tableGrid(table: Table): TextGrid {
  const notes = footnotesOf(table)
  return {
    columns: table.columns.map(({ head, align }) => ({ head: printable(head), align })),
    rows: table.rows.map((row) => row.cells.map((cell) => gridCell(cell, notes))),
  }
}

function gridCell(cell: Cell, notes: Footnotes): GridCell {
  if (cell.kind === 'code') return { lines: cell.lines.map(printable), tone: 'plain', code: true }
  const { main, sub, tone, footnote } = formatCell(cell)
  const number = notes.numberOf(footnote)
  const first = printable(number === null ? main : `${main} [${number}]`)
  return { lines: sub === null ? [first] : [first, printable(sub)], tone }
}
