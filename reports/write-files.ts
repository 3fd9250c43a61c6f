import { open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { JoulemarkError, messageOf } from '../harness/errors.ts'
import { createFolder } from '../harness/record/disk/create-folder.ts'
import type { RenderedFile } from './report.ts'

/**
 * Writes files under a folder (made if it is not there) and gives the paths written, in order. The only place of the reporter that
 * writes to disk. Throws `environment` when that fails; `what` stands before the path.
 */
export async function writeFiles(files: readonly RenderedFile[], outDir: string, what = ''): Promise<string[]> {
  const written: string[] = []
  for (const { name, text } of files) {
    const path = join(outDir, name)
    try {
      createFolder(dirname(path))
      await writeFile(path, text)
    } catch (cause) {
      throw new JoulemarkError('environment', `cannot write ${what}${path}: ${messageOf(cause)}`, { cause })
    }
    written.push(path)
  }
  return written
}

/**
 * Writes a file that must not be there yet. Throws `bad-input` in one line: `whenThere` after the path of one that is, else why it
 * cannot be written.
 */
export async function writeNewFile(
  path: string,
  text: string,
  whenThere = 'exists already; name another file',
): Promise<void> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(text)
    await file.close()
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    throw new JoulemarkError('bad-input', `${path}: ${exists ? whenThere : messageOf(error)}`)
  }
}
