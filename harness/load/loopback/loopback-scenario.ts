/** What a client is told to do against the loopback server. */
export interface LoopbackScenario {
  readonly url: string
  readonly streams: number
  /** Events of each request. */
  readonly chunks: number
  /** Starts are spread over this. */
  readonly spreadMs: number
  readonly promptTokens: number
  /** Requests that follow one another on each stream: a p99 needs a hundred of them or more. */
  readonly requestsPerStream: number
  /** Above 0: for this long instead, unpaced and without stamps. */
  readonly seconds: number
}

/** One request as its client saw it, on CLOCK_MONOTONIC. */
export interface StampedRequest {
  readonly id: number
  readonly sentMs: number
  readonly times: ArrayLike<number>
}

/** What a client cost. */
export interface ClientCost {
  readonly cpuMs: number
  readonly wallMs: number
  readonly chunks: number
  readonly failed: number
}

/** Requests of the discarded round that every client sends first, on all its streams at once. */
export const WARM_UP_ID = -1

/** CLOCK_MONOTONIC, the same in every process and thread of this machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** What was seen as rows of doubles: id, time of sending, then the arrival of each event (NaN where none came). */
export function toStamps(seen: readonly StampedRequest[], chunks: number): Float64Array {
  const width = 2 + chunks
  const stamps = new Float64Array(seen.length * width).fill(Number.NaN)
  seen.forEach((each, row) => {
    stamps[row * width] = each.id
    stamps[row * width + 1] = each.sentMs
    const count = Math.min(each.times.length, chunks)
    for (let index = 0; index < count; index += 1) stamps[row * width + 2 + index] = each.times[index] as number
  })
  return stamps
}
