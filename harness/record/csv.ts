import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { JoulemarkError } from '../errors.ts'
import type { Mask } from '../secret-mask.ts'
import type { CounterRow, GapRow, GpuRow, RequestRow, ServerRow, StepRow, TokenRow, WallRow } from './rows.ts'
import {
  counterColumns,
  gapColumns,
  gpuColumns,
  requestColumns,
  serverColumns,
  stepColumns,
  tokenColumns,
  wallColumns,
} from './rows.ts'

/** The CSV files of a run and the type of their rows. */
export interface RowTypes {
  'requests.csv': RequestRow
  'tokens.csv': TokenRow
  'gaps.csv': GapRow
  'gpu.csv': GpuRow
  'counter.csv': CounterRow
  'server.csv': ServerRow
  'steps.csv': StepRow
  'wall.csv': WallRow
}
export type CsvName = keyof RowTypes

export const csvColumns: { readonly [Name in CsvName]: readonly (keyof RowTypes[Name] & string)[] } = {
  'requests.csv': requestColumns,
  'tokens.csv': tokenColumns,
  'gaps.csv': gapColumns,
  'gpu.csv': gpuColumns,
  'counter.csv': counterColumns,
  'server.csv': serverColumns,
  'steps.csv': stepColumns,
  'wall.csv': wallColumns,
}

/** Columns that a file had when it was first released: later ones stand behind them, and are null in the rows of older files. */
const firstReleased: Partial<Record<CsvName, number>> = { 'requests.csv': 21 }

/** Whether a header is that of a file of this version, or of an older one that lacks the last columns. */
export function isHeaderOf(name: CsvName, fields: readonly string[]): boolean {
  const columns = csvColumns[name]
  return (
    fields.length >= (firstReleased[name] ?? columns.length) &&
    fields.join(',') === columns.slice(0, fields.length).join(',')
  )
}

/** Columns that hold text; every other one holds a number. Empty is null in both, except in `error`, where it is ''. */
const textColumns = new Set([
  'uuid',
  'pstate',
  'eventReasons',
  'outcome',
  'finishReason',
  'error',
  'phase',
  'metric',
  'source',
  'domain',
])

export const csvHeader = (name: CsvName): string => `${csvColumns[name].join(',')}\n`

/** What a spreadsheet runs: a cell that begins like a formula, after spaces or not. The list is OWASP's, with full-width forms. */
const FORMULA = /^'*[\s\p{Cc}]*[=+\-@＝＋－＠]/u

/** A text as a field that no spreadsheet runs: an apostrophe stands in front of what looks like a formula. */
export const fieldOf = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

/** The text of such a field, as it was before. */
export const textOf = (field: string): string => (field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field)

/**
 * Rows as CSV text without a header. Null is an empty field. `mask` removes secrets from the texts; numbers are never changed.
 */
export function toCsv<Name extends CsvName>(name: Name, rows: readonly RowTypes[Name][], mask?: Mask): string {
  const columns = csvColumns[name] as readonly string[]
  const texts = columns.filter((column) => textColumns.has(column))
  const written = (row: RowTypes[Name]): object => {
    const fields: Record<string, unknown> = { ...(row as object) }
    for (const column of texts) {
      const value = fields[column]
      if (typeof value === 'string' && value !== '') fields[column] = fieldOf(mask ? mask(value) : value)
    }
    return fields
  }
  return stringify(texts.length === 0 ? (rows as unknown as object[]) : rows.map(written), { columns: [...columns] })
}

/** Rows of a CSV file's text, header checked. A last line without its newline (a crash cut it) is dropped. */
export function fromCsv<Name extends CsvName>(name: Name, text: string): RowTypes[Name][] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const records = parse(whole, { columns: false, relax_column_count: false }) as string[][]
  const header = records.shift()
  if (header === undefined || !isHeaderOf(name, header)) {
    throw new JoulemarkError('bad-input', `${name}: unknown header: ${header?.join(',') ?? 'empty file'}`)
  }
  return records.map((record) => rowOf(name, record))
}

/** One row from the fields of its line. */
export function rowOf<Name extends CsvName>(name: Name, fields: readonly string[]): RowTypes[Name] {
  const row: Record<string, unknown> = {}
  csvColumns[name].forEach((column, index) => {
    row[column] = readField(column, fields[index] ?? '')
  })
  return row as unknown as RowTypes[Name]
}

function readField(column: string, text: string): string | number | null {
  if (column === 'error') return textOf(text)
  if (text === '') return null
  return textColumns.has(column) ? textOf(text) : Number(text)
}
