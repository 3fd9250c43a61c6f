import { fsync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { diskError } from './disk-error.ts'

/** An open file and the path that it was opened at. */
export interface FileOnDisk {
  readonly file: number
  readonly path: string
}

const fsyncLater = promisify(fsync)

/**
 * Flushes files to the disk without blocking this thread, and checks that their paths still exist: writes to a removed
 * file, or to one on a disk that was unmounted, succeed and are lost. Rejects with the first error, a `DiskError`.
 */
export async function flushToDisk(files: readonly FileOnDisk[]): Promise<void> {
  for (const { file, path } of files) {
    try {
      await fsyncLater(file)
      await stat(path)
    } catch (error) {
      throw diskError(path, error)
    }
  }
}
