/**
 * The one shape that every table of a report has, before anybody knows in which format it will be read.
 * Cells are values with their unit, not text; renderers decide about digits, marks and escaping.
 */

/** A 95 % interval, low end first, in the unit of the value it belongs to. */
export type Interval = readonly [number, number]

/** The physical limit that stands beside a throughput figure, in the unit of the figure. */
export interface PhysicalLimit {
  readonly value: number
  /** Figure / limit, of a time limit / figure; above 1 the figure is impossible as described. */
  readonly share: number
  /** What binds: such as "memory bandwidth". */
  readonly bound: string
}

export type Cell =
  | {
      readonly kind: 'number'
      readonly value: number
      /** Empty where the head of the row or column already says it. */
      readonly unit: string
      readonly digits: number
      readonly ci95?: Interval
      readonly approx?: boolean
      readonly limit?: PhysicalLimit
      readonly simulated?: boolean
    }
  | {
      readonly kind: 'money'
      readonly valueGbp: number
      readonly digits: number
      readonly ci95?: Interval
      readonly simulated?: boolean
    }
  | {
      readonly kind: 'ratio'
      readonly value: number
      readonly digits: number
      readonly ci95?: Interval
      /** Which way is better for the reader; colours only. */
      readonly better?: 'higher' | 'lower'
      readonly simulated?: boolean
    }
  | {
      readonly kind: 'text'
      readonly text: string
      /** Smaller print under it. */
      readonly detail?: string
      readonly tone?: Tone
      readonly simulated?: boolean
    }
  /** A command to copy, by lines: layout is part of it. */
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  /** Not known, and why: printed as a dash with a footnote. */
  | { readonly kind: 'missing'; readonly reason: string }
  /** Does not fit the card, and the bytes that say so. */
  | { readonly kind: 'oom'; readonly evidence: string }

/** What a text cell means, for colour. Meaning never hangs on the colour alone. */
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
  /** True as soon as one cell rests on a simulated run. */
  readonly simulated: boolean
}

export interface TableSpec<Row> {
  readonly id: string
  readonly title: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  readonly notes?: readonly string[]
}

/**
 * Fills the grid: each column makes its own cells. Throws a RangeError when a column makes a number that nobody
 * may print (NaN or infinite): unknown values are `missing` with a reason.
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
    simulated: rows.some((row) => row.cells.some(isSimulated)),
  }
}

/** Whether a cell rests on a simulated run. */
export const isSimulated = (cell: Cell): boolean => 'simulated' in cell && cell.simulated === true

/** Shorthand for the commonest cells. */
export const text = (value: string, tone?: Tone): Cell => ({ kind: 'text', text: value, ...(tone ? { tone } : {}) })
export const missing = (reason: string): Cell => ({ kind: 'missing', reason })

function checkedCell(cell: Cell, where: string): Cell {
  const values =
    cell.kind === 'number' || cell.kind === 'ratio' ? [cell.value] : cell.kind === 'money' ? [cell.valueGbp] : []
  const ends = 'ci95' in cell && cell.ci95 ? cell.ci95 : []
  if ([...values, ...ends].every(Number.isFinite)) return cell
  throw new RangeError(`${where}: a cell must be a finite number or missing with a reason`)
}
