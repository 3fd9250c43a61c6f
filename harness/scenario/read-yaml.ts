import { readFile, stat } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../errors.ts'
import { parseYaml, type YamlSource } from './yaml-source.ts'

/** Larger files are refused without reading them. */
const MAX_BYTES = 1_000_000

/** What a file is to be, for the messages about one that is not, and what to do where there is none. */
export interface Expected {
  readonly what: string
  readonly ifMissing: string
}

/** Reads a YAML file. Throws one `bad-input` line for a folder, a device, a file of over 1 MB, one that is absent, and no YAML. */
export async function readYaml(path: string, { what, ifMissing }: Expected): Promise<YamlSource> {
  let text: string
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw new JoulemarkError('bad-input', `${path}: a folder; expected ${what}`)
    if (info.isCharacterDevice() || info.isBlockDevice())
      throw new JoulemarkError('bad-input', `${path}: a device; expected ${what}`)
    if (info.size > MAX_BYTES)
      throw new JoulemarkError('bad-input', `${path}: ${info.size} bytes; expected under ${MAX_BYTES}`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = missing ? `no such file; ${ifMissing}` : `cannot be read: ${messageOf(error)}`
    throw new JoulemarkError('bad-input', `${path}: ${why}`)
  }
  return parseYaml(path, text)
}
