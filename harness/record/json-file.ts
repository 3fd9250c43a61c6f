import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Replaces a file whole: written beside it, flushed to the disk, then renamed over it. A reader never sees half a file. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.tmp`
  const file = openSync(beside, 'w')
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } catch (error) {
    // half a file beside it would take room on a full disk, and be no part of any record
    rmSync(beside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

/** JSON as it is written everywhere: two spaces, a newline at the end. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
