import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearest } from '../../catalogue/nearest.ts'
import { JoulemarkError, messageOf } from '../../errors.ts'

/** Begins the name of the folder of a tuning, which holds its runs and lies among other runs. */
export const TUNING_PREFIX = 'tune-'

/**
 * Expands paths to run folders: a run folder as it is, a folder of runs to all of them, by name, and to those of the tunings
 * in it. Throws `bad-input` for other paths.
 */
export async function findRuns(paths: readonly string[]): Promise<string[]> {
  return [...new Set(paths.flatMap(findOne))]
}

function findOne(path: string): string[] {
  const found = runFoldersIn(path)
  if (found === null) throw new JoulemarkError('bad-input', `${path}: no such run or folder of runs${nearby(path)}`)
  if (found.length === 0)
    throw new JoulemarkError('bad-input', `${path}: holds no run (no run.json in it or one level below)`)
  return found
}

/** The folder beside a path whose name is nearest to its own, as advice; empty where none is near. */
function nearby(path: string): string {
  const beside = foldersIn(dirname(path))
  const near = nearest(
    basename(path),
    beside.map((folder) => basename(folder)),
  )
  const found = beside.find((folder) => basename(folder) === near)
  return found === undefined ? '' : `; did you mean "${found}"?`
}

/** The run folders at a path; null without such a folder. Throws `environment` if it is unreadable. */
export function runFoldersIn(path: string): string[] | null {
  if (basename(path) === 'run.json' || existsSync(join(path, 'run.json'))) return [path]
  let names: string[]
  try {
    names = readdirSync(path).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('environment', `${path}: cannot be listed: ${messageOf(error)}`, { cause: error })
  }
  return names.flatMap((name) => {
    if (existsSync(join(path, name, 'run.json'))) return [join(path, name)]
    return name.startsWith(TUNING_PREFIX) ? (runFoldersIn(join(path, name)) ?? []) : []
  })
}

/** The folders in a folder, by name; none where it is no folder or cannot be listed. */
export function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name))
      .sort()
  } catch {
    return []
  }
}
