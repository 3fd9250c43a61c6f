import { createHash, type Hash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { ZodError } from 'zod'
import { messageOf } from '../errors.ts'
import { type Mask, maskedValue, secretsIn, strictMaskOf } from '../secret-mask.ts'
import { type CsvName, csvHeader, type RowTypes, toCsv } from './csv.ts'
import { createFolder } from './disk/create-folder.ts'
import { DiskError, diskError } from './disk/disk-error.ts'
import { type FileOnDisk, flushToDisk } from './disk/row-flush.ts'
import { replaceFile, syncFolder, toJson } from './json-file.ts'
import { canonicalSha256 } from './provenance.ts'
import { type RunRecord, runRecordSchema } from './schema/run.ts'

/** The id and folder name of a run: `<UTC yyyymmdd-hhmmss>-<card>-<scenario>`. Both names are slugs already. */
export function runId(startedAt: Date, card: string, scenario: string): string {
  const [date, time] = startedAt.toISOString().slice(0, 19).split('T') as [string, string]
  const safe = (name: string) => name.replace(/[^a-zA-Z0-9._-]/g, '-').slice(0, 80)
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}-${safe(card)}-${safe(scenario)}`
}

/** Receives rows. */
export interface RowSink {
  append<Name extends CsvName>(name: Name, rows: readonly RowTypes[Name][]): void
}

/** Writes bytes from `offset` on at a position of a file and returns how many it wrote. */
export type WriteAt = (file: number, bytes: Buffer, offset: number, place: number) => number
const writeToDisk: WriteAt = (file, bytes, offset, place) => writeSync(file, bytes, offset, null, place)

/**
 * Rows reach the disk itself, not only the operating system, within this time: a crash of the kernel, which a bad driver
 * causes, loses no more. Killing this process loses nothing that was appended.
 */
export const ROWS_ON_DISK_MS = 5000

export interface WriterOptions {
  readonly writeAt?: WriteAt
  /** Beside those of the environment. */
  readonly secrets?: readonly (string | null)[]
}

interface OpenFile {
  readonly file: number
  readonly hash: Hash
  /** Number of bytes hashed so far. */
  bytes: number
  rows: number
}

/**
 * Writes one run's folder. Rows go to the operating system at once, so that they survive a crash of this process.
 * `run.json` exists from the start (`status: running`) and is only replaced atomically. No secret of the environment reaches a
 * file, whatever a row or the record holds.
 */
export class RunWriter implements RowSink {
  readonly directory: string
  readonly id: string
  readonly #files = new Map<CsvName, OpenFile>()
  readonly #closed: RunRecord['files'] = {}

  readonly #writeAt: WriteAt
  /** Files with rows that may not have reached the disk. */
  readonly #unflushed = new Set<CsvName>()
  #flushTimer: NodeJS.Timeout | null = null
  /** The first error of a flush. It belongs to no call, and is thrown by the next one. */
  #flushError: DiskError | null = null
  readonly #mask: Mask

  /** Makes the folder under `root`; a second run in the same second gets a suffix. Throws `environment` on a disk error. */
  constructor(root: string, id: string, { writeAt = writeToDisk, secrets = [] }: WriterOptions = {}) {
    this.#writeAt = writeAt
    this.#mask = strictMaskOf([...secrets, ...secretsIn(process.env)])
    const made = makeDirectory(root, id)
    this.directory = made.path
    this.id = made.id
  }

  /** Opens a CSV file with its header. Throws `environment` on a disk error. */
  openCsv(name: CsvName): void {
    const file = this.#open(name)
    this.#files.set(name, { file, hash: createHash('sha256'), bytes: 0, rows: 0 })
    this.#write(name, csvHeader(name))
  }

  append<Name extends CsvName>(name: Name, rows: readonly RowTypes[Name][]): void {
    if (rows.length === 0) return
    if (this.#flushError) throw this.#flushError
    this.#write(name, toCsv(name, rows, this.#mask))
    const open = this.#files.get(name)
    if (open) open.rows += rows.length
  }

  /** A record as it may be written: without the secrets of the environment and of the run. */
  masked(record: RunRecord): RunRecord {
    const clean = maskedValue(record, this.#mask)
    const isSame = JSON.stringify(clean.scenario) === JSON.stringify(record.scenario)
    return isSame ? clean : { ...clean, scenarioSha256: canonicalSha256(clean.scenario) }
  }

  /**
   * Replaces run.json. A record that does not fit its schema is a bug and is never written: throws Error with the first
   * invalid field. Throws `environment` on a disk error.
   */
  writeRecord(record: RunRecord): void {
    const checked = runRecordSchema.safeParse(this.masked(record))
    if (!checked.success) throw new Error(`the record is not valid: ${firstIssue(checked.error)}`)
    replaceFile(join(this.directory, 'run.json'), toJson(checked.data))
  }

  /** Whether run.json is there. */
  hasRecord(): boolean {
    return existsSync(join(this.directory, 'run.json'))
  }

  /** Removes the folder of a run that has no record: nothing in it could be read again. */
  discardWithoutRecord(): void {
    if (this.hasRecord()) return
    this.closeFiles()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /**
   * Flushes all rows so far to the disk. It is called by itself `ROWS_ON_DISK_MS` after a row. Never rejects: an error, or a
   * folder that was removed, is thrown by the next `append`.
   */
  async flush(): Promise<void> {
    if (this.#flushTimer) clearTimeout(this.#flushTimer)
    this.#flushTimer = null
    const names = [...this.#unflushed]
    this.#unflushed.clear()
    const files: FileOnDisk[] = names.flatMap((name) => {
      const open = this.#files.get(name)
      return open ? [{ file: open.file, path: join(this.directory, name) }] : []
    })
    try {
      await flushToDisk(files)
    } catch (error) {
      // files that were closed meanwhile have been flushed there
      if (this.#files.size > 0) this.#flushError ??= diskError(this.directory, error)
    }
  }

  /**
   * Closes the CSV files and returns their hashes and row counts, also when called again. Throws `environment` if the last
   * rows cannot be written; the files are closed then too.
   */
  closeFiles(): RunRecord['files'] {
    if (this.#flushTimer) clearTimeout(this.#flushTimer)
    this.#flushTimer = null
    let failure: unknown = this.#flushError
    this.#flushError = null
    for (const [name, open] of this.#files) {
      this.#files.delete(name)
      this.#closed[name] = { sha256: open.hash.digest('hex'), rows: open.rows }
      try {
        fsyncSync(open.file)
      } catch (error) {
        failure ??= error
      } finally {
        closeSync(open.file)
      }
    }
    if (failure !== null) throw diskError(this.directory, failure)
    return { ...this.#closed }
  }

  /** Writes all rows or none: a row cut by a full disk would make the file unreadable. */
  #write(name: CsvName, text: string): void {
    const open = this.#files.get(name)
    if (!open) throw new Error(`${name} is not open`)
    const bytes = Buffer.from(text)
    try {
      for (let at = 0; at < bytes.length; ) at += this.#writeAt(open.file, bytes, at, open.bytes + at)
    } catch (error) {
      takeBack(open)
      throw diskError(join(this.directory, name), error)
    }
    open.hash.update(bytes)
    open.bytes += bytes.length
    this.#unflushed.add(name)
    // the timer must not keep a finished program alive
    this.#flushTimer ??= setTimeout(() => void this.flush(), ROWS_ON_DISK_MS).unref()
  }

  #open(name: CsvName): number {
    const path = join(this.directory, name)
    try {
      return openSync(path, 'wx')
    } catch (error) {
      throw diskError(path, error)
    }
  }
}

/** Removes the start of a row from the end of a file. A disk that refuses that too has an error already. */
function takeBack({ file, bytes }: OpenFile): void {
  try {
    ftruncateSync(file, bytes)
  } catch {
    // readers drop a last line without its line break
  }
}

function firstIssue({ issues: [issue] }: ZodError): string {
  return issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'no reason was given'
}

function makeDirectory(root: string, id: string): { path: string; id: string } {
  try {
    createFolder(root)
    for (let attempt = 1; ; attempt += 1) {
      const name = attempt === 1 ? id : `${id}-${attempt}`
      try {
        mkdirSync(join(root, name))
        syncFolder(root)
        return { path: join(root, name), id: name }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= 100) throw error
      }
    }
  } catch (error) {
    throw new DiskError(`${root}: cannot create the folder of the run: ${messageOf(error)}`, error)
  }
}
