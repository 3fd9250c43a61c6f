import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type CsvName, fromCsv, type RowTypes } from './csv.ts'
import { type RunRecord, runRecordSchema, SCHEMA_VERSION } from './schema/run.ts'
import { upgraded } from './upgrade.ts'

/** Begins the name of the folder of a tuning, which holds its runs and lies among other runs. */
export const TUNING_PREFIX = 'tune-'

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
  return { directory, record: result.data }
}

/**
 * Expands paths to run folders: a run folder as it is, a folder of runs to all of them, by name, and to those of the tunings
 * in it. Throws `bad-input` for other paths.
 */
export async function findRuns(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(paths.map(findOne))
  return [...new Set(lists.flat())]
}

async function findOne(path: string): Promise<string[]> {
  const found = await runFoldersIn(path)
  if (found === null) throw new JoulemarkError('bad-input', `${path}: no such run or folder of runs`)
  if (found.length === 0)
    throw new JoulemarkError('bad-input', `${path}: holds no run (no run.json in it or one level below)`)
  return found
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
  return readAll((await runFoldersIn(folder)) ?? [])
}

/** The records of run folders, and a line for each that cannot be read. */
export async function readAll(directories: readonly string[]): Promise<RunHistory> {
  const read = await Promise.allSettled(directories.map(readRun))
  return {
    runs: read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    unreadable: read.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : [])),
  }
}

/** The run folders at a path; null without such a folder. Throws `environment` if it is unreadable. */
async function runFoldersIn(path: string): Promise<string[] | null> {
  if (basename(path) === 'run.json' || (await exists(join(path, 'run.json')))) return [path]
  let names: string[]
  try {
    names = (await readdir(path)).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('environment', `${path}: cannot be listed: ${messageOf(error)}`, { cause: error })
  }
  const inside = await Promise.all(
    names.map(async (name) => {
      if (await exists(join(path, name, 'run.json'))) return [join(path, name)]
      return name.startsWith(TUNING_PREFIX) ? ((await runFoldersIn(join(path, name))) ?? []) : []
    }),
  )
  return inside.flat()
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

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
