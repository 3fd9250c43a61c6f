import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import type { Contents } from './contents.ts'

/** Single-threaded, because blocks of several threads depend on their number. */
const XZ = ['--format=xz', '-9', '--threads=1', '--check=crc64', '--stdout']

/**
 * Writes an archive that depends on the contents only: sorted names, one time, user 0, two modes. `xz` must be installed; the same
 * version of it gives the same bytes. Throws what `xz` reports.
 */
export async function writeTarXz(path: string, folder: string, contents: Contents, time: Date): Promise<void> {
  const tar = pack()
  const xz = spawn('xz', XZ, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(xz, 'close') as Promise<[number | null]>
  const written = pipeline(xz.stdout, createWriteStream(path))
  const owner = { uid: 0, gid: 0, uname: '', gname: '', mtime: time }
  for (const name of [...foldersOf(contents), ...contents.keys()].toSorted()) {
    const file = contents.get(name)
    const inside = name === '' ? folder : `${folder}/${name}`
    if (file === undefined) tar.entry({ ...owner, name: `${inside}/`, type: 'directory', mode: 0o755 })
    else tar.entry({ ...owner, name: inside, mode: file.executable ? 0o755 : 0o644 }, Buffer.from(file.bytes))
  }
  tar.finalize()
  await Promise.all([pipeline(tar, xz.stdin), written])
  const [code] = await ended
  if (code !== 0) throw new Error(`${path}: xz ended with code ${code}`)
}

/** Every folder that a file lies in, the root of the archive as an empty name. */
function foldersOf(contents: Contents): string[] {
  const folders = new Set([''])
  for (const name of contents.keys()) {
    const parts = name.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth += 1) folders.add(parts.slice(0, depth).join('/'))
  }
  return [...folders]
}
