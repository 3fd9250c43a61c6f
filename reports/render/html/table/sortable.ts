import type { Cell, Table } from '../../../tables/table.ts'

/** With fewer rows a reader sees the order without sorting. */
const LEAST_ROWS = 4

/**
 * The columns of a table that sorting helps to read: figures of one kind and unit, in four rows or more. A spec sheet or
 * the economics has another unit in each row, and the rows of a group belong together.
 */
export function sortableColumns({ columns, rows, groupBy }: Table): ReadonlySet<string> {
  if (groupBy !== undefined || rows.length < LEAST_ROWS) return new Set()
  const helps = (at: number) => {
    const units = rows.flatMap(({ cells }) => unitOf(cells[at]!) ?? [])
    return units.length >= LEAST_ROWS && new Set(units).size === 1
  }
  return new Set(columns.filter((_, at) => helps(at)).map(({ id }) => id))
}

/** What makes figures comparable; null for a cell without one. */
const unitOf = (cell: Cell): string | null =>
  cell.kind === 'number' ? `number ${cell.unit}` : cell.kind === 'money' || cell.kind === 'ratio' ? cell.kind : null
