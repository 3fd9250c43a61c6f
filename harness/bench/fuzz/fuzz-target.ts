/** A reader under test: what enters from outside, and what must hold whatever enters. */
export interface FuzzTarget {
  readonly name: string
  /** What must hold, in words; printed beside the result. */
  readonly holds: string
  /** Ends of the paths of the source files whose coverage guides the search. */
  readonly covers: readonly string[]
  /** Inputs to begin with: real texts of the format. */
  readonly seeds: readonly Buffer[]
  /** Pieces of the format, which a random byte would hardly form. */
  readonly dictionary: readonly string[]
  /** Throws when the reader crashes on this input or reads it otherwise than its reference. */
  check(input: Buffer): void | Promise<void>
  /** Removes what the checks left behind. */
  close?(): void
}

/** Bytes of an input that say how its rest is cut into reads. */
const CUT_BYTES = 6

/** An input of a stream reader: how it is cut, then its bytes. */
export const streamInput = (text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([3, 40, 90, 170, 0, 0]), Buffer.from(text)])

/** The reads of a stream: the first byte says how many cuts, the next ones where, as shares of the length. */
export function readsOf(input: Buffer): Buffer[] {
  const stream = input.subarray(CUT_BYTES)
  const cuts = [...input.subarray(1, 1 + ((input[0] ?? 0) % CUT_BYTES))]
  const edges = cuts.map((cut) => Math.floor((cut / 256) * stream.length)).sort((a, b) => a - b)
  const all = [0, ...edges, stream.length]
  return all.slice(1).flatMap((edge, index) => {
    const read = stream.subarray(all[index], edge)
    return read.length > 0 ? [read] : []
  })
}
