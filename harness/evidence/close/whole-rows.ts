import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { truncate } from 'node:fs/promises'

const [NUL, LINE_END, QUOTE] = [0, 0x0a, 0x22]

/** A CSV file after its end was made whole. */
export interface WholeFile {
  readonly sha256: string
  /** Without the header. */
  readonly rows: number
  /** Bytes of an unfinished row that were cut from its end. */
  readonly cutBytes: number
}

/**
 * Cuts the unfinished row from the end of a CSV file that a crash left, and hashes the rest. A row ends with a line end
 * outside quotes; zero bytes are what a file system leaves where a crash of the machine came before the data.
 */
export async function makeWhole(path: string): Promise<WholeFile> {
  let [size, wholeBytes, lines] = [0, 0, 0]
  let isQuoted = false
  let isBroken = false
  for await (const chunk of createReadStream(path)) {
    for (const byte of chunk as Buffer) {
      size += 1
      if (byte === NUL) isBroken = true
      else if (byte === QUOTE) isQuoted = !isQuoted
      else if (byte === LINE_END && !isQuoted && !isBroken) {
        wholeBytes = size
        lines += 1
      }
    }
  }
  if (wholeBytes < size) await truncate(path, wholeBytes)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return { sha256: hash.digest('hex'), rows: Math.max(0, lines - 1), cutBytes: size - wholeBytes }
}
