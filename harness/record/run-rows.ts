import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import { readRows } from './read.ts'
import { RequestTable } from './request-table.ts'
import { type GapRow, type GpuRow, type RequestRow, requestColumns, type TokenRow } from './rows.ts'

/** The rows of one run that charts and summaries use. */
export interface RunRows {
  readonly gpu: readonly GpuRow[]
  readonly tokens: readonly TokenRow[]
  readonly gaps: readonly GapRow[]
  /** By trial. */
  readonly requests: ReadonlyMap<number, RequestTable>
}

/** Reads the rows of a run that charts and the vLLM summary use. Missing files are empty. */
export async function readRunRows(directory: string): Promise<RunRows> {
  return {
    gpu: await readRows(directory, 'gpu.csv'),
    tokens: await readRows(directory, 'tokens.csv'),
    gaps: await readRows(directory, 'gaps.csv'),
    requests: await readRequests(directory),
  }
}

/** Requests by trial. Read as a stream into columns: a million rows as objects would take a gigabyte. */
async function readRequests(directory: string): Promise<Map<number, RequestTable>> {
  const tables = new Map<number, RequestTable>()
  const path = join(directory, 'requests.csv')
  const there = await stat(path).then(
    () => true,
    () => false,
  )
  if (!there) return tables
  const stream = createReadStream(path).pipe(parse({ relax_column_count: true, from_line: 2 }))
  for await (const fields of stream as AsyncIterable<string[]>) {
    // A crash may have cut the last line.
    if (fields.length !== requestColumns.length) continue
    const row = requestRow(fields)
    const table = tables.get(row.trial) ?? new RequestTable()
    tables.set(row.trial, table)
    table.push(row)
  }
  return tables
}

const texts = new Set<string>(['outcome', 'finishReason', 'error'])

function requestRow(fields: readonly string[]): RequestRow {
  const entries = requestColumns.map((column, at) => {
    const text = fields[at]!
    return [column, texts.has(column) ? text : text === '' ? null : Number(text)]
  })
  return Object.fromEntries(entries) as RequestRow
}
