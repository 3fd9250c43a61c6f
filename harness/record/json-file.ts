import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Replaces a file atomically: written beside it, flushed to disk, then renamed. A reader never sees a partial file. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.tmp`
  const file = openSync(beside, 'w')
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } catch (error) {
    // a partial file would take space on a full disk, and belongs to no record
    rmSync(beside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

/** JSON in the format of all files: two spaces, a newline at the end. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
