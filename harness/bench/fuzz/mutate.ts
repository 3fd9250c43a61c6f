import type { Random } from '../../plan/random.ts'

/** Longest input that a mutation makes. */
const MOST_BYTES = 16 * 1024
/** Bytes that mean something in most of the formats. */
const telling = Buffer.from('\r\n\t \0,:;"\'{}[]<>&=\\#-+.0919aAeExX\u007f', 'latin1')

/** What a mutation may draw from. */
export interface Material {
  readonly random: Random
  readonly dictionary: readonly Buffer[]
  /** Another input of the corpus. */
  readonly other: Buffer
}

/** A changed copy of an input: one to four small edits, drawn from `random`; the same draws give the same copy. */
export function mutated(input: Buffer, material: Material): Buffer {
  let bytes = input
  for (let edits = 1 + below(material.random, 4); edits > 0; edits -= 1) bytes = edited(bytes, material)
  return bytes.subarray(0, MOST_BYTES)
}

function edited(bytes: Buffer, { random, dictionary, other }: Material): Buffer {
  const at = below(random, bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + below(random, 1 << below(random, 8)))
  const replace = (from: number, to: number, piece: Buffer) =>
    Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)])
  switch (below(random, 9)) {
    case 0:
      return replace(at, end, Buffer.alloc(0))
    case 1:
      return replace(at, at, bytes.subarray(at, end))
    case 2:
      return replace(at, at + 1, Buffer.from([below(random, 256)]))
    case 3:
      return replace(at, at + 1, Buffer.from([telling[below(random, telling.length)] as number]))
    case 4:
      return replace(at, at, Buffer.from([telling[below(random, telling.length)] as number]))
    case 5: {
      // the rest of another input
      const from = below(random, other.length + 1)
      return replace(at, bytes.length, other.subarray(from))
    }
    case 6: {
      const from = below(random, other.length + 1)
      return replace(at, at, other.subarray(from, from + 1 + below(random, 64)))
    }
    case 7:
      return replace(at, end, dictionary[below(random, dictionary.length)] ?? other.subarray(0, 8))
    default:
      return replace(at, at, dictionary[below(random, dictionary.length)] ?? other.subarray(0, 8))
  }
}

/** A whole number from 0 to below `limit`. */
const below = (random: Random, limit: number): number => Math.floor(random() * limit)
