import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearest } from '../catalogue/nearest.ts'
import { JoulemarkError } from '../errors.ts'

/** The folder of the scenarios that are bundled with joulemark. */
export const bundledScenarios = fileURLToPath(new URL('../../scenarios/', import.meta.url))

const ENDING = '.yaml'

/** The path of a bundled scenario or suite by its name, independent of the working folder. */
export const bundledScenario = (name: string): string => join(bundledScenarios, name + ENDING)

/**
 * The path of a scenario or suite file: the given path where it is a file, else the bundled
 * file of that name, with or without `.yaml`, from any working folder. Throws `bad-input` with the nearest bundled name.
 */
export async function findScenario(nameOrPath: string, folder = bundledScenarios): Promise<string> {
  if (await isFile(nameOrPath)) return nameOrPath
  const names = await bundledNames(folder)
  const name = withoutEnding(nameOrPath)
  if (names.includes(name)) return join(folder, name + ENDING)
  // a folder without a bundled scenario of its name: the error comes from the reader of the file
  if (await exists(nameOrPath)) return nameOrPath
  const near = nearest(withoutEnding(basename(nameOrPath)), names)
  const advice = near === null ? 'scenario files are in scenarios/' : `did you mean "${near}"?`
  throw new JoulemarkError('bad-input', `${nameOrPath}: no such file; ${advice}`)
}

/** Names of the bundled scenarios and suites, without `.yaml`, sorted. */
export async function bundledNames(folder = bundledScenarios): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith(ENDING))
    .map(withoutEnding)
    .sort()
}

const withoutEnding = (name: string): string => (name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : name)

const kindOf = (path: string) => stat(path).catch(() => null)
const isFile = async (path: string): Promise<boolean> => (await kindOf(path))?.isFile() === true
const exists = async (path: string): Promise<boolean> => (await kindOf(path)) !== null
