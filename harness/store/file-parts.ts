import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

/** Compressed bytes of a part: a run of gigabytes needs no more memory than this, several times. */
const PART_BYTES = 2 ** 20
/** More than this is not unpacked: a small file can be made to unpack to any size. */
const MOST_BYTES = 8 * 2 ** 30

/** The digest and size of a file, known once it was read or written to its end. */
export interface FileDigest {
  readonly sha256: string
  readonly bytes: number
}

/** The parts of a file, compressed. The generator returns what the file was. */
export async function* compressedParts(path: string): AsyncGenerator<Buffer, FileDigest> {
  const { tap, digest } = digesting()
  const compressed = createGzip()
  const read = pipeline(createReadStream(path), tap, compressed)
  // its error ends the loop below
  read.catch(() => undefined)
  let pieces: Buffer[] = []
  let size = 0
  for await (const piece of compressed as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size < PART_BYTES) continue
    yield Buffer.concat(pieces, size)
    pieces = []
    size = 0
  }
  await read
  if (size > 0) yield Buffer.concat(pieces, size)
  return digest()
}

/** The parts of a file that fits into memory. */
export async function allParts(path: string): Promise<FileDigest & { readonly parts: readonly Buffer[] }> {
  const parts: Buffer[] = []
  const generator = compressedParts(path)
  for (;;) {
    const { done, value } = await generator.next()
    if (done) return { ...value, parts }
    parts.push(value)
  }
}

/** Writes a new file from its parts, and returns what it is. Throws if the file is there, and for parts that are no gzip stream. */
export async function writeFromParts(path: string, parts: AsyncIterable<Uint8Array>): Promise<FileDigest> {
  const { tap, digest } = digesting()
  await pipeline(Readable.from(parts), createGunzip(), tap, createWriteStream(path, { flags: 'wx', flush: true }))
  return digest()
}

function digesting(): { readonly tap: Transform; readonly digest: () => FileDigest } {
  const hash = createHash('sha256')
  let bytes = 0
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk)
      bytes += chunk.length
      next(bytes > MOST_BYTES ? new Error(`larger than ${MOST_BYTES} bytes`) : null, chunk)
    },
  })
  return { tap, digest: () => ({ sha256: hash.digest('hex'), bytes }) }
}
