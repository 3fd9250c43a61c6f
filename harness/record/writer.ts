import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type CsvName, csvHeader, type RowTypes, toCsv } from './csv.ts'
import { replaceFile, toJson } from './json-file.ts'
import { type RunRecord, runRecordSchema } from './schema/run.ts'

/** The id and folder name of a run: `<UTC yyyymmdd-hhmmss>-<card>-<scenario>`. Both names are slugs already. */
export function runId(startedAt: Date, card: string, scenario: string): string {
  const [date, time] = startedAt.toISOString().slice(0, 19).split('T') as [string, string]
  const safe = (name: string) => name.replace(/[^a-zA-Z0-9._-]/g, '-').slice(0, 80)
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}-${safe(card)}-${safe(scenario)}`
}

interface OpenFile {
  readonly file: number
  readonly hash: Hash
  rows: number
}

/**
 * Writes one run's folder. Rows go to the operating system at once, so that they survive the death of this process;
 * `run.json` is there from the start (`status: running`) and is only ever replaced whole.
 */
export class RunWriter {
  readonly directory: string
  readonly id: string
  readonly #files = new Map<CsvName, OpenFile>()

  /** Makes the folder under `root`; a second run in the same second gets a suffix. Throws `world-failed` on a disk that refuses. */
  constructor(root: string, id: string) {
    const made = makeDirectory(root, id)
    this.directory = made.path
    this.id = made.id
  }

  /** Opens a CSV file with its header. */
  openCsv(name: CsvName): void {
    const file = openSync(join(this.directory, name), 'wx')
    this.#files.set(name, { file, hash: createHash('sha256'), rows: 0 })
    this.#write(name, csvHeader(name))
  }

  append<Name extends CsvName>(name: Name, rows: readonly RowTypes[Name][]): void {
    if (rows.length === 0) return
    this.#write(name, toCsv(name, rows))
    const open = this.#files.get(name)
    if (open) open.rows += rows.length
  }

  /** Replaces run.json. The record is checked against the schema first: a wrong one is a bug and is never written. */
  writeRecord(record: RunRecord): void {
    replaceFile(join(this.directory, 'run.json'), toJson(runRecordSchema.parse(record)))
  }

  /** Closes the CSV files and says what they hold. */
  closeFiles(): RunRecord['files'] {
    const files: RunRecord['files'] = {}
    for (const [name, open] of this.#files) {
      fsyncSync(open.file)
      closeSync(open.file)
      files[name] = { sha256: open.hash.digest('hex'), rows: open.rows }
    }
    this.#files.clear()
    return files
  }

  #write(name: CsvName, text: string): void {
    const open = this.#files.get(name)
    if (!open) throw new Error(`${name} is not open`)
    const bytes = Buffer.from(text)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(open.file, bytes, at)
    } catch (error) {
      throw new JoulemarkError('world-failed', `${join(this.directory, name)}: cannot be written: ${messageOf(error)}`)
    }
    open.hash.update(bytes)
  }
}

function makeDirectory(root: string, id: string): { path: string; id: string } {
  try {
    mkdirSync(root, { recursive: true })
    for (let attempt = 1; ; attempt += 1) {
      const name = attempt === 1 ? id : `${id}-${attempt}`
      try {
        mkdirSync(join(root, name))
        return { path: join(root, name), id: name }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= 100) throw error
      }
    }
  } catch (error) {
    throw new JoulemarkError('world-failed', `${root}: no folder for the run can be made there: ${messageOf(error)}`)
  }
}
