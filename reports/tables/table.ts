/**
 * The shape of every table of a report, independent of its format.
 * Cells are values with their unit, not text; renderers decide on digits, marks and escaping.
 */

/** A 95 % interval, lower end first, in the unit of its value. */
export type Interval = readonly [number, number]

/** The physical limit of a throughput, in its unit. */
export interface PhysicalLimit {
  readonly value: number
  /** Value / limit; for a time limit / value. Above 1 the value is impossible as described. */
  readonly share: number
  /** The binding resource, such as "memory bandwidth". */
  readonly bound: string
}

/** What a cell carries beside its value. */
export interface CellMarks {
  /** Whether the runs behind it are simulated; false says that they are live, absent that it is based on no run. */
  readonly simulated?: boolean
  /** What a reader must know beside the value, such as a loosened limit: printed as a footnote. */
  readonly caveat?: string
}

export type Cell =
  | ({
      readonly kind: 'number'
      readonly value: number
      /** Empty where the head of the row or column has it. */
      readonly unit: string
      readonly digits: number
      readonly ci95?: Interval
      readonly approx?: boolean
      readonly limit?: PhysicalLimit
    } & CellMarks)
  | ({
      readonly kind: 'money'
      readonly valueGbp: number
      readonly digits: number
      readonly ci95?: Interval
      /** What it is of, in smaller print under it. */
      readonly detail?: string
    } & CellMarks)
  | ({
      readonly kind: 'ratio'
      readonly value: number
      readonly digits: number
      readonly ci95?: Interval
      /** Which direction is better; for colours only. */
      readonly better?: 'higher' | 'lower'
    } & CellMarks)
  | ({
      readonly kind: 'text'
      readonly text: string
      /** Smaller print under it. */
      readonly detail?: string
      /** Another page of the dashboard; other formats show the text only. */
      readonly href?: string
      readonly tone?: Tone
    } & CellMarks)
  /** A command to copy, by lines: the layout is part of it. */
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  /** Unknown, and why: printed as a dash with a footnote. */
  | { readonly kind: 'missing'; readonly reason: string }
  /** Does not fit the card, with the bytes as evidence. */
  | ({ readonly kind: 'oom'; readonly evidence: string } & Pick<CellMarks, 'simulated'>)

/** The meaning of a text cell, for colour. The text carries it as well. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain'

export interface Column<Row> {
  readonly id: string
  readonly head: string
  readonly align: 'left' | 'right'
  readonly cell: (row: Row) => Cell
}

export interface TableRow {
  readonly id: string
  readonly cells: readonly Cell[]
}

export interface Table {
  /** Kebab-case: names the file and the anchor. */
  readonly id: string
  readonly title: string
  readonly columns: readonly Omit<Column<never>, 'cell'>[]
  readonly rows: readonly TableRow[]
  /** Sentences under the table: assumptions, sources, choices that were made. */
  readonly notes: readonly string[]
  /** Where its values are from, by card or price: long lines that renderers keep apart from the notes. */
  readonly sources?: readonly string[]
  /** Columns by which rows belong together: formats to read show their cells once above the rows that have the same. */
  readonly groupBy?: readonly string[]
  /** True if one cell is based on a simulated run. */
  readonly simulated: boolean
  /** The caveat of its cells, where every run of the report has the same: said once instead of at every cell. */
  readonly caveat?: string
}

export interface TableSpec<Row> {
  readonly id: string
  readonly title: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  readonly notes?: readonly string[]
  readonly sources?: readonly string[]
  readonly groupBy?: readonly string[]
}

/**
 * Fills the grid: each column makes its own cells. Throws a RangeError for a number that is NaN or infinite: unknown
 * values are `missing` with a reason.
 */
export function buildTable<Row>(spec: TableSpec<Row>): Table {
  const rows = spec.rows.map((row) => ({
    id: spec.rowId(row),
    cells: spec.columns.map((column) => checkedCell(column.cell(row), `${spec.id}/${spec.rowId(row)}/${column.id}`)),
  }))
  return {
    id: spec.id,
    title: spec.title,
    columns: spec.columns.map(({ id, head, align }) => ({ id, head, align })),
    rows,
    notes: spec.notes ?? [],
    ...(spec.sources === undefined ? {} : { sources: spec.sources }),
    ...(spec.groupBy === undefined ? {} : { groupBy: spec.groupBy }),
    simulated: rows.some((row) => row.cells.some(isSimulated)),
  }
}

/** Whether a cell is based on a simulated run. */
export const isSimulated = (cell: Cell): boolean => 'simulated' in cell && cell.simulated === true

/** Whether there are both live and simulated values: only then a cell must say which it is. */
export function isMixed(cells: readonly Cell[]): boolean {
  const has = (simulated: boolean) => cells.some((cell) => 'simulated' in cell && cell.simulated === simulated)
  return has(true) && has(false)
}

/** Shorthand for the most common cells. */
export const text = (value: string, tone?: Tone): Cell => ({ kind: 'text', text: value, ...(tone ? { tone } : {}) })
export const missing = (reason: string): Cell => ({ kind: 'missing', reason })

function checkedCell(cell: Cell, where: string): Cell {
  const values =
    cell.kind === 'number' || cell.kind === 'ratio' ? [cell.value] : cell.kind === 'money' ? [cell.valueGbp] : []
  const ends = 'ci95' in cell && cell.ci95 ? cell.ci95 : []
  if ([...values, ...ends].every(Number.isFinite)) return cell
  throw new RangeError(`${where}: a cell must be a finite number or missing with a reason`)
}
