/** The load that a client sends to the loopback server. */
export interface LoopbackScenario {
  readonly url: string
  readonly streams: number
  /** Events of each request. */
  readonly chunks: number
  /** Starts are spread over this time. */
  readonly spreadMs: number
  readonly promptTokens: number
  /** Consecutive requests per stream: a p99 requires a hundred or more. */
  readonly requestsPerStream: number
  /** Above 0: duration of an unpaced run without stamps, instead of `requestsPerStream`. */
  readonly seconds: number
}

/** One request as stamped by its client, on CLOCK_MONOTONIC. */
export interface StampedRequest {
  readonly id: number
  readonly sentMs: number
  readonly times: ArrayLike<number>
}

/** CPU time, wall time and counts of a client. */
export interface ClientCost {
  readonly cpuMs: number
  readonly wallMs: number
  readonly chunks: number
  readonly failed: number
}

/** Id of the requests in the discarded warm-up rounds, which every client sends first on all its streams. */
export const WARM_UP_ID = -1

/** CLOCK_MONOTONIC, the same in every process and thread of this machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Stamped requests as rows of doubles: id, send time, then the arrival of each event (NaN where none arrived). */
export function toStamps(seen: readonly StampedRequest[], chunks: number): Float64Array {
  const width = 2 + chunks
  const stamps = new Float64Array(seen.length * width).fill(Number.NaN)
  seen.forEach((request, row) => {
    stamps[row * width] = request.id
    stamps[row * width + 1] = request.sentMs
    const count = Math.min(request.times.length, chunks)
    for (let index = 0; index < count; index += 1) stamps[row * width + 2 + index] = request.times[index] as number
  })
  return stamps
}
