import { stringify } from 'csv-stringify/sync'
import type { RenderedFile, Report } from '../report.ts'
import { type Cell, isSimulated, type Table } from '../tables/table.ts'
import { formatCell, oneLine } from './format-cell.ts'
import { printable } from './plain-text.ts'

/** One CSV file per table, for a spreadsheet: numbers unrounded and without unit, units and intervals in columns. */
export function renderCsv(report: Report): RenderedFile[] {
  return report.tables.map((table) => ({ name: `${table.id}.csv`, text: tableCsv(table) }))
}

interface Facet {
  readonly suffix: string
  readonly of: (cell: Cell) => string | number | null
}

const intervalOf = (cell: Cell) => ('ci95' in cell ? cell.ci95 : undefined)
const limitOf = (cell: Cell) => (cell.kind === 'number' ? cell.limit : undefined)
const unitOf = (cell: Cell) => (cell.kind === 'number' ? cell.unit || null : cell.kind === 'money' ? 'GBP' : null)

/** The columns of the file for a table column; a facet that no cell has is omitted. */
const facets: readonly Facet[] = [
  { suffix: '', of: cellValue },
  { suffix: ' unit', of: unitOf },
  { suffix: ' detail', of: (cell) => (cell.kind === 'text' ? (cell.detail ?? null) : null) },
  { suffix: ' 95 % low', of: (cell) => intervalOf(cell)?.[0] ?? null },
  { suffix: ' 95 % high', of: (cell) => intervalOf(cell)?.[1] ?? null },
  { suffix: ' limit', of: (cell) => limitOf(cell)?.value ?? null },
  { suffix: ' share of limit', of: (cell) => limitOf(cell)?.share ?? null },
]

function cellValue(cell: Cell): string | number | null {
  switch (cell.kind) {
    case 'number':
    case 'ratio':
      return cell.value
    case 'money':
      return cell.valueGbp
    case 'text':
      return cell.text
    case 'code':
      return oneLine(cell.lines)
    case 'missing':
      return null
    case 'oom':
      return 'OOM'
    default:
      return cell satisfies never
  }
}

/**
 * A cell that a spreadsheet does not run: text that begins (after spaces) like a formula gets an apostrophe in front,
 * plain numbers stay numbers. The list is OWASP's, with the full-width forms.
 */
export function defuse(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // Tab and carriage return are checked before printable() turns them into spaces.
  if (/^[\t\r\n]/.test(value) || /^\s*[=+\-@＝＋－＠]/.test(printable(value))) {
    return isPlainNumber(value) ? value : `'${printable(value)}`
  }
  return printable(value)
}

const isPlainNumber = (value: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)

function tableCsv(table: Table): string {
  const columns = table.columns.flatMap((column, index) =>
    facets
      .filter((facet) => facet.suffix === '' || table.rows.some((row) => facet.of(row.cells[index]!) !== null))
      .map((facet) => ({ head: column.head + facet.suffix, of: (cells: readonly Cell[]) => facet.of(cells[index]!) })),
  )
  const head = [...columns.map((column) => column.head), 'Source', 'Notes']
  const rows = table.rows.map((row) => [
    ...columns.map((column) => column.of(row.cells)),
    row.cells.some(isSimulated) ? 'SIMULATED' : '',
    rowNotes(table, row.cells),
  ])
  return stringify([head, ...rows].map((line) => line.map(defuse)))
}

/** Why the empty cells of a row are empty, and what must be known beside others, by column. */
function rowNotes(table: Table, cells: readonly Cell[]): string {
  const noted = cells.flatMap((cell, index) => {
    const { footnote } = formatCell(cell)
    return footnote === null ? [] : [{ head: table.columns[index]!.head, footnote }]
  })
  return [...Map.groupBy(noted, ({ footnote }) => footnote)]
    .map(([footnote, at]) => {
      const heads = at.map(({ head }) => head).join(', ')
      return footnote.startsWith(`${heads}:`) ? footnote : `${heads}: ${footnote}`
    })
    .join('; ')
}
