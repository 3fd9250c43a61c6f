import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import { isHeaderOf, rowOf } from './csv.ts'
import { readRows } from './read.ts'
import { RequestTable } from './request-table.ts'
import type { GapRow, GpuRow, TokenRow } from './rows.ts'

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
  const stream = createReadStream(path).pipe(parse({ relax_column_count: true }))
  let header: string[] | null = null
  for await (const fields of stream as AsyncIterable<string[]>) {
    if (header === null) {
      header = fields
      if (!isHeaderOf('requests.csv', header)) return tables
      continue
    }
    // A crash may have cut the last line.
    if (fields.length !== header.length) continue
    const row = rowOf('requests.csv', fields)
    const table = tables.get(row.trial) ?? new RequestTable()
    tables.set(row.trial, table)
    table.push(row)
  }
  return tables
}
