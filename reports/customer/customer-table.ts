import type { Cell, Table } from '../tables/table.ts'

/** What a dash stands for on a page for customers: the reasons are the vendor's, and stand in the report for the lab. */
const NO_FIGURE = 'no figure: not measured, or no source gives one'

/** What is kept of a table on a page for customers. */
export interface Kept {
  readonly title?: string
  readonly rows?: (id: string) => boolean
  readonly notes?: readonly string[]
  /** Why a cell is out of memory in one line, by row id and column id, in place of all bytes. */
  readonly oom?: (row: string, column: string) => string | null
}

/**
 * A table of the lab as a customer reads it: without shares of limits, marks that the banner of the page says once, the
 * reasons of dashes and the bytes of an OOM; rows in which nothing is known are omitted.
 */
export function forCustomer(
  table: Table,
  { title, rows = () => true, notes = [], oom = () => null }: Kept = {},
): Table {
  const { caveat: _caveat, sources: _sources, ...rest } = table
  return {
    ...rest,
    title: title ?? table.title,
    rows: table.rows
      .filter(({ id, cells }) => rows(id) && cells.slice(1).some(({ kind }) => kind !== 'missing'))
      .map(({ id, cells }) => ({
        id,
        cells: cells.map((cell, index) => plainCell(cell, oom(id, table.columns[index]!.id), table.caveat)),
      })),
    notes,
  }
}

/** An OOM with its reason beneath it: a page for customers has no evidence to look up. */
export const oomText = (reason: string): Cell => ({ kind: 'text', text: 'OOM', detail: reason, tone: 'bad' })

function plainCell(cell: Cell, oom: string | null, shared: string | undefined): Cell {
  if (cell.kind === 'missing') return { kind: 'missing', reason: NO_FIGURE }
  if (cell.kind === 'oom') return oomText(oom ?? 'does not fit in memory')
  if (cell.kind === 'code') return cell
  const { simulated: _simulated, caveat, ...plain } = cell
  const own = caveat === undefined || caveat === shared ? {} : { caveat }
  if (plain.kind !== 'number') return { ...plain, ...own }
  const { limit: _limit, ...number } = plain
  return { ...number, ...own }
}
