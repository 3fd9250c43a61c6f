import type { Cell, Table, TableRow } from '../../tables/table.ts'

/** Rows that belong together, with the cells that they share. */
export interface RowGroup {
  /** Empty in a table without groups. */
  readonly head: readonly Cell[]
  readonly rows: readonly TableRow[]
}

/** A table as it is read: the cells by which rows belong together once above them, and not in each. */
export interface GroupedTable {
  readonly columns: Table['columns']
  readonly groups: readonly RowGroup[]
}

/** The groups of a table. One whose groups have a row each is shown as it is. */
export function groupedRows({ columns, rows, groupBy = [] }: Table): GroupedTable {
  const isShared = columns.map(({ id }) => groupBy.includes(id))
  const shared = <T>(cells: readonly T[]) => cells.filter((_, at) => isShared[at])
  const own = <T>(cells: readonly T[]) => cells.filter((_, at) => !isShared[at])
  const groups = neighbours(rows, ({ cells }) => JSON.stringify(shared(cells)))
  if (!isShared.includes(true) || groups.every(({ length }) => length === 1))
    return { columns, groups: [{ head: [], rows }] }
  return {
    columns: own(columns),
    groups: groups.map((group) => ({
      head: shared(group[0]!.cells),
      rows: group.map(({ id, cells }) => ({ id, cells: own(cells) })),
    })),
  }
}

/** Neighbouring rows with the same key together; the order stays. */
function neighbours(rows: readonly TableRow[], keyOf: (row: TableRow) => string): TableRow[][] {
  const groups: TableRow[][] = []
  rows.forEach((row, index) => {
    if (index > 0 && keyOf(row) === keyOf(rows[index - 1]!)) groups.at(-1)!.push(row)
    else groups.push([row])
  })
  return groups
}
