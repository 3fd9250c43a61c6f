import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../../errors.ts'

/** Larger files of prompts or lengths are refused without reading them. */
const MOST_INPUT_BYTES = 1_000_000_000

/** A file that a scenario names, read whole. */
export interface InputFile {
  readonly path: string
  readonly bytes: Buffer
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string
}

/**
 * Reads a file that a scenario names. `where` begins the message of an error: the scenario file, its line and the field.
 * Throws `bad-input` for what is no file, is too large or cannot be read.
 */
export async function readInputFile(path: string, where: string): Promise<InputFile> {
  try {
    const info = await stat(path)
    if (!info.isFile()) throw new JoulemarkError('bad-input', `${where}: ${path}: not a file`)
    if (info.size > MOST_INPUT_BYTES) {
      throw new JoulemarkError(
        'bad-input',
        `${where}: ${path}: ${info.size} bytes; expected at most ${MOST_INPUT_BYTES}: take a sample of its lines`,
      )
    }
    const bytes = await readFile(path)
    return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : messageOf(error)
    throw new JoulemarkError('bad-input', `${where}: ${path}: ${why}`)
  }
}
