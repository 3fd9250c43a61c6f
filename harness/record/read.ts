import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type CsvName, fromCsv, type RowTypes } from './csv.ts'
import { runFoldersIn } from './disk/run-folders.ts'
import { type RunRecord, runRecordSchema, SCHEMA_VERSION } from './schema/run.ts'
import { upgraded } from './upgrade.ts'

/** A run on disk: its record and the folder that it was read from. */
export interface StoredRun {
  readonly directory: string
  readonly record: RunRecord
}

/**
 * Reads one run folder (or its run.json) of schema 2 or 1. Throws `bad-input` if there is none or if it fits neither
 * schema.
 */
export async function readRun(path: string): Promise<StoredRun> {
  const directory = basename(path) === 'run.json' ? dirname(path) : path
  const file = join(directory, 'run.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const missing =
      (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR'
    const why = missing ? 'not a run folder (no run.json); `joulemark list` shows the runs' : messageOf(error)
    throw new JoulemarkError('bad-input', `${path}: ${why}`)
  }
  return { directory, record: parseRecord(text, file) }
}

/** The record of the text of a run.json of schema 2 or 1. Throws `bad-input`, which names `file`, if it fits neither. */
export function parseRecord(text: string, file: string): RunRecord {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}: not JSON: ${messageOf(error)}`)
  }
  const current = upgraded(json)
  const version = (current as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== SCHEMA_VERSION) {
    throw new JoulemarkError(
      'bad-input',
      `${file}: schemaVersion ${JSON.stringify(version)}; this version of joulemark reads 1 and ${SCHEMA_VERSION}`,
    )
  }
  const result = runRecordSchema.safeParse(current)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new JoulemarkError('bad-input', `${file}: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  return result.data
}

/** Earlier runs: the runs of a folder, and one line for each that cannot be read. */
export interface RunHistory {
  readonly runs: readonly StoredRun[]
  readonly unreadable: readonly string[]
}

/**
 * Every run of a folder. A missing folder, or one without runs, is an empty history. Throws `environment` if the folder
 * exists but cannot be listed.
 */
export async function readHistory(folder: string): Promise<RunHistory> {
  return readAll(runFoldersIn(folder) ?? [])
}

/** The records of run folders, and a line for each that cannot be read. */
export async function readAll(directories: readonly string[]): Promise<RunHistory> {
  const read = await Promise.allSettled(directories.map(readRun))
  return {
    runs: read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    unreadable: read.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : [])),
  }
}

/** The rows of a CSV file of a run; empty if the run has no such file. */
export async function readRows<Name extends CsvName>(directory: string, name: Name): Promise<RowTypes[Name][]> {
  try {
    return fromCsv(name, await readFile(join(directory, name), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
