import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'
import { JoulemarkError, messageOf } from '../errors.ts'
import { besideName } from '../record/json-file.ts'

/** One file of an archive: its path in it, and its bytes or the file that holds them. */
export interface ArchiveFile {
  /** Relative, with slashes. */
  readonly name: string
  readonly source: { readonly bytes: Buffer } | { readonly path: string }
}

/** Limits on what is unpacked, because the source of an archive is not trusted. */
const MOST_FILES = 5000
const MOST_BYTES = 8 * 2 ** 30
const safeName = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/

/**
 * Writes a tar, not compressed: the same files give the same bytes on every machine (no time, no owner, no version of a
 * compressor), so that packing it again verifies an archive.
 */
export async function writeArchive(path: string, files: readonly ArchiveFile[]): Promise<void> {
  const beside = besideName(path)
  try {
    await packInto(createWriteStream(beside), files)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw new JoulemarkError('environment', `${path}: the bundle cannot be written: ${messageOf(error)}`)
  }
}

/** SHA-256 of the archive that these files make. */
export async function archiveSha256(files: readonly ArchiveFile[]): Promise<string> {
  const hash = createHash('sha256')
  await packInto(hash, files)
  return hash.digest('hex')
}

async function packInto(sink: NodeJS.WritableStream, files: readonly ArchiveFile[]): Promise<void> {
  const tar = pack()
  const done = pipeline(tar, sink)
  // a disk error is thrown at the end, and must not be an unhandled rejection before
  done.catch(() => tar.destroy())
  try {
    for (const file of files) await addFile(tar, file)
    tar.finalize()
  } catch (error) {
    // after a disk error this has no effect: `done` has that error already
    tar.destroy(error as Error)
  }
  await done
}

async function addFile(tar: ReturnType<typeof pack>, { name, source }: ArchiveFile): Promise<void> {
  const header = { name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, type: 'file' as const }
  if ('bytes' in source) {
    // its error is that of the archive
    tar.entry({ ...header, size: source.bytes.length }, source.bytes).on('error', () => undefined)
    return
  }
  const { size } = await stat(source.path)
  await pipeline(createReadStream(source.path), tar.entry({ ...header, size }))
}

/** A file unpacked from an archive. */
export interface UnpackedFile {
  readonly name: string
  readonly sha256: string
}

/**
 * Unpacks an archive into a folder. Only regular files with relative names: links, absolute paths, `..` and duplicate
 * names are refused with `negative-result`, as is a truncated stream.
 */
export async function unpackArchive(path: string, folder: string): Promise<UnpackedFile[]> {
  const files: UnpackedFile[] = []
  let bytes = 0
  const tar = extract()
  const flowing = pipeline(createReadStream(path), tar)
  flowing.catch(() => undefined)
  try {
    for await (const entry of tar) {
      const { name, type, size } = entry.header
      const unfit =
        type !== 'file' || !safeName.test(name) || files.some((file) => file.name.toLowerCase() === name.toLowerCase())
      bytes += size ?? 0
      if (unfit)
        throw new Error(`holds ${type} ${JSON.stringify(name.slice(0, 100))}, which is not allowed in a bundle`)
      if (files.length >= MOST_FILES || bytes > MOST_BYTES) throw new Error('exceeds the limits of a bundle')
      await mkdir(dirname(join(folder, name)), { recursive: true })
      const hash = createHash('sha256')
      const hashing = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk))
      const written = pipeline(entry, hashing, createWriteStream(join(folder, name), { flags: 'wx' }))
      // where an archive ends inside an entry, only the source ends: the entry never does
      await Promise.race([written, flowing.then(() => written)])
      files.push({ name, sha256: hash.digest('hex') })
    }
    await flowing
  } catch (error) {
    throw new JoulemarkError('negative-result', `${path}: ${whatIsWrong(error)}`)
  }
  return files
}

/** Why an archive cannot be unpacked; what tar-stream says of a file that is none would be advice on gzip. */
function whatIsWrong(error: unknown): string {
  const said = messageOf(error)
  return said.startsWith('Invalid tar header') ? 'no tar archive' : `not a complete bundle: ${said}`
}

/** SHA-256 of a file. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
