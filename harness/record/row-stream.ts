import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type CsvName, isHeaderOf, type RowTypes, rowOf } from './csv.ts'

/**
 * The fields of a run's CSV file, row by row, header first. The file is streamed, because a million requests are 200 MB.
 * Throws `bad-input` for text of another format. Empty if the run has no such file.
 */
export async function* streamFields(directory: string, name: CsvName): AsyncGenerator<string[]> {
  const path = join(directory, name)
  const there = await stat(path).catch(() => null)
  if (there === null) return
  const lines = createReadStream(path).pipe(parse({ relax_column_count: false }))
  let isHeader = true
  try {
    for await (const fields of lines as AsyncIterable<string[]>) {
      if (isHeader && !isHeaderOf(name, fields)) {
        throw new JoulemarkError('bad-input', `${name}: the header is not that of schema 1`)
      }
      isHeader = false
      yield fields
    }
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('bad-input', `${name}: not a CSV file of this schema: ${messageOf(error)}`)
  }
}

/** The rows of a run's CSV file, one by one. */
export async function* streamRows<Name extends CsvName>(directory: string, name: Name): AsyncGenerator<RowTypes[Name]> {
  let isHeader = true
  for await (const fields of streamFields(directory, name)) {
    if (!isHeader) yield rowOf(name, fields)
    isHeader = false
  }
}
