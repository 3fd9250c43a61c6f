import type { Cell, Table } from '../../tables/table.ts'
import { printable } from '../plain-text.ts'
import { groupedRows } from './row-groups.ts'
import { type TableText, tableText } from './table-text.ts'
import type { GridCell, GridHeading, TextGrid } from './text-grid.ts'

/** A table as lines of printable text, footnote numbers in place, for the layout on a terminal. */
export function tableGrid(table: Table): TextGrid {
  const text = tableText(table)
  const { columns, groups } = groupedRows(table)
  return {
    columns: columns.map(({ head, align }) => ({ head: printable(head), align })),
    rows: groups.flatMap(({ head, rows }) => [
      ...(head.length === 0 ? [] : [headingRow(head, text)]),
      ...rows.map((row) => row.cells.map((cell) => gridCell(cell, text))),
    ]),
  }
}

function headingRow(cells: readonly Cell[], text: TableText): GridHeading {
  const { main, sub } = text.heading(cells)
  return { heading: [main, ...(sub === null ? [] : [sub])].map(printable) }
}

/** A cell as lines: its value with mark and number, and the small print. */
export function gridCell(cell: Cell, text: TableText): GridCell {
  const { main, mark, sub, tone, number } = text.cell(cell)
  const first = printable(number === null ? main + mark : `${main}${mark} [${number}]`)
  return { lines: sub === null ? [first] : [first, printable(sub)], tone }
}
