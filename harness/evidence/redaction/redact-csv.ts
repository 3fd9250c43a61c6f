import { createHash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import { type CsvName, csvColumns } from '../../record/csv.ts'
import { streamFields } from '../../record/row-stream.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { type Names, REDACTED, redactText } from './redact-text.ts'

const BATCH_ROWS = 5000

/** The columns that hold names, with their replacement; other columns are copied unchanged. */
const columns: Partial<Record<CsvName, Readonly<Record<string, (text: string, names: Names) => string>>>> = {
  'gpu.csv': { uuid: redactText },
  'counter.csv': { uuid: redactText },
  // texts of the server may hold names, and no value is computed from them
  'requests.csv': {
    error: (text) => (text === '' ? '' : REDACTED),
    finishReason: (text) => (/^[a-z_]{0,30}$/.test(text) ? text : REDACTED),
  },
}

/** Whether a CSV file has columns that are redacted. */
export const hasNames = (name: CsvName): boolean => columns[name] !== undefined

/** The text of a run's CSV file without the names in it, in pieces. */
export async function* redactedCsv(directory: string, name: CsvName, names: Names): AsyncGenerator<string> {
  const rules = Object.entries(columns[name] ?? {}).map(([column, rule]) => ({
    place: (csvColumns[name] as readonly string[]).indexOf(column),
    rule,
  }))
  let batch: string[][] = []
  let isHeader = true
  for await (const fields of streamFields(directory, name)) {
    if (!isHeader) for (const { place, rule } of rules) fields[place] = rule(fields[place] ?? '', names)
    isHeader = false
    batch.push(fields)
    if (batch.length < BATCH_ROWS) continue
    yield stringify(batch)
    batch = []
  }
  if (batch.length > 0) yield stringify(batch)
}

/** Hash and rows of a redacted CSV file. */
export async function redactedFile(
  directory: string,
  name: CsvName,
  kept: RunRecord['files'][string],
  names: Names,
): Promise<RunRecord['files'][string]> {
  if (!hasNames(name)) return kept
  const hash = createHash('sha256')
  for await (const text of redactedCsv(directory, name, names)) hash.update(text)
  return { sha256: hash.digest('hex'), rows: kept.rows }
}
