import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createFolder } from './disk/create-folder.ts'
import { diskError } from './disk/disk-error.ts'

/** Name of the file in which the next text of a file is written. A killed process may leave one; it holds nothing of value. */
export const besideName = (path: string): string => `${path}.tmp`

/** Writes a part of some bytes and returns how many were written; replaced in tests. */
export type WriteSome = (file: number, bytes: Buffer, offset: number) => number
const writeToDisk: WriteSome = (file, bytes, offset) => writeSync(file, bytes, offset)

/**
 * Replaces a file atomically: written whole beside it, flushed to disk, then renamed, and the folder flushed. A reader
 * never sees a partial file, and the old one stays if the new one cannot be written. Throws `DiskError`.
 */
export function replaceFile(path: string, text: string, write: WriteSome = writeToDisk): void {
  const beside = besideName(path)
  try {
    writeWhole(beside, Buffer.from(text), write)
    renameSync(beside, path)
  } catch (error) {
    // a partial file would take space on a full disk, and belongs to no record
    removeQuietly(beside)
    throw diskError(path, error)
  }
  syncFolder(dirname(path))
}

function writeWhole(path: string, bytes: Buffer, write: WriteSome): void {
  const file = openSync(path, 'w')
  try {
    for (let at = 0; at < bytes.length; ) {
      const written = write(file, bytes, at)
      if (written === 0) throw new Error(`only ${at} of ${bytes.length} bytes could be written`)
      at += written
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Removes a file that could not be written whole. Never throws: that error is reported already. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // a disk that refuses the removal has refused the file already, and that error is reported
  }
}

/** Makes a folder and those above it, unless they exist. Throws `DiskError`. */
export function makeFolder(path: string): void {
  try {
    createFolder(path)
  } catch (error) {
    throw diskError(path, error)
  }
}

/** Flushes the names of a folder. Some systems do not support that, and the file itself is safe without it. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {
    // nothing is lost but the guarantee that a new name survives a power cut
  }
}

/** JSON in the format of all files: two spaces, a newline at the end. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
