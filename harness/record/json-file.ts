import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Replaces a file whole: written beside it, flushed to the disk, then renamed over it. A reader never sees half a file. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.tmp`
  const file = openSync(beside, 'w')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

/** JSON as it is written everywhere: two spaces, a newline at the end. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
