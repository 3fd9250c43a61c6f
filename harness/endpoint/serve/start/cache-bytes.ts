import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryFolder } from '../../../catalogue/checkpoint/hub-cache.ts'

/** Size of a block in `st_blocks`, on every Linux. */
const BLOCK_BYTES = 512

/**
 * Bytes of a repository that are in the cache of Hugging Face, unfinished files included; 0 where nothing is there or the
 * folder cannot be read. Allocated blocks are counted: a file may have its full length before its content.
 */
export async function cacheBytes(cacheDir: string, repository: string): Promise<number> {
  const blobs = join(repositoryFolder(join(cacheDir, 'hub'), repository), 'blobs')
  const names = await readdir(blobs).catch(() => [])
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(blobs, name)).catch(() => null)
      return found === null ? 0 : Math.min(found.size, found.blocks * BLOCK_BYTES)
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
