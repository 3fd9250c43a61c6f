import { TOKEN_BIN_MS } from '../record/rows.ts'

/** Arrival times of the content events of one request, and its output tokens. */
export interface StreamedTokens {
  /** Arrival of each event, ms on the common clock; the first `chunks` of them count. */
  readonly times: Float64Array
  readonly chunks: number
  readonly outputTokens: number
  /** Output tokens by the running count of usage at each event, where every one of them has it. */
  readonly counts?: Uint32Array | null
  /** Time 0 of the run, on the common clock. */
  readonly originMs: number
}

/**
 * Adds a request's output tokens to bins of `TOKEN_BIN_MS`: by the running count of the server where its events have one,
 * else spread over the arrival times of its events in proportion. Whole tokens that add up exactly to usage.
 */
export function addTokens(bins: Map<number, number>, request: StreamedTokens): void {
  const { times, chunks, outputTokens, originMs, counts = null } = request
  let given = 0
  for (let index = 0; index < chunks; index += 1) {
    const isLast = index === chunks - 1
    const cumulative =
      counts === null || isLast
        ? Math.round((outputTokens * (index + 1)) / chunks)
        : Math.max(given, Math.min(outputTokens, counts[index] as number))
    const tokens = cumulative - given
    given = cumulative
    if (tokens === 0) continue
    const bin = Math.floor(((times[index] as number) - originMs) / TOKEN_BIN_MS)
    bins.set(bin, (bins.get(bin) ?? 0) + tokens)
  }
}
