import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing, each once from the top down. Throws the error of the operating system,
 * and ENOTDIR where something else than a folder has the name. Not `mkdir` with `recursive`: where a folder refuses with
 * ENOENT, as /proc does, Node tries for ever.
 */
export function createFolder(path: string, mode?: number): void {
  const there = nearestThere(path)
  requireFolder(there)
  const missing: string[] = []
  for (let folder = resolve(path); folder !== there; folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) {
    try {
      mkdirSync(folder, mode)
    } catch (error) {
      // another process may make it at the same time
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      requireFolder(folder)
    }
  }
}

/** The nearest of a path and the folders above it that is there. */
export function nearestThere(path: string): string {
  let above = resolve(path)
  while (!isThere(above) && above !== dirname(above)) above = dirname(above)
  return above
}

/** Whether a name leads to something, or to something that may not be looked at. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    // a file among the folders above it
    return (error as NodeJS.ErrnoException).code !== 'ENOTDIR'
  }
}

function requireFolder(path: string): void {
  if (statSync(path).isDirectory()) return
  throw Object.assign(new Error(`${path} is not a folder (ENOTDIR)`), { code: 'ENOTDIR', path })
}
