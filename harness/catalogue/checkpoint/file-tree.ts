import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The files of a machine or of a container, as far as the description of a model needs them. */
export interface FileTree {
  /** Where they are, in words. */
  readonly where: string
  /** Names in a folder, the newest first; null where there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[] | null>
  /** Bytes of a file, links followed; null where there is none. */
  readonly size: (file: string) => Promise<number | null>
  /** The first bytes of a file, fewer where it is shorter; null where there is none. */
  readonly start: (file: string, bytes: number) => Promise<Uint8Array | null>
  /** Variables that say where caches are. */
  readonly env: () => Promise<Env>
}

/** The files of this machine. Throws `bad-input` for a file that is there and cannot be read. */
export const localTree = (env: Env): FileTree => ({
  where: 'on this machine',
  list: async (folder) => {
    const names = await readdir(folder).catch(() => null)
    if (names === null) return null
    const dated = await Promise.all(names.map(async (name) => ({ name, at: await modifiedMs(join(folder, name)) })))
    return dated.toSorted((a, b) => b.at - a.at).map(({ name }) => name)
  },
  size: (file) => orAbsent(file, async () => (await stat(file)).size),
  start: (file, bytes) => orAbsent(file, () => startOf(file, bytes)),
  env: async () => env,
})

const modifiedMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

async function startOf(path: string, bytes: number): Promise<Uint8Array> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file?.close()
  }
}

async function orAbsent<Found>(file: string, read: () => Promise<Found>): Promise<Found | null> {
  try {
    return await read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('bad-input', `${file}: cannot be read: ${messageOf(error)}`)
  }
}
