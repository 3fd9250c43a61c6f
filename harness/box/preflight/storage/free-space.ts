import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../../errors.ts'
import { type DiskFacts, type Finding, unknown } from '../facts.ts'

/** The free bytes of the file system that a folder is on, or will be on: those that a user without privileges may fill. */
export async function freeSpace(folder: string): Promise<Finding<DiskFacts>> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(path), stat(path)])
      return { state: 'well', folder, freeBytes: bavail * bsize, device: dev }
    } catch (error) {
      // not there yet, or below a folder that only root may look into
      const { code } = error as NodeJS.ErrnoException
      if ((code === 'ENOENT' || code === 'EACCES') && path !== dirname(path)) continue
      return unknown(messageOf(error))
    }
  }
}
