import { TOKEN_BIN_MS } from '../record/rows.ts'

/** Arrival times of the content events of one request, and its output tokens. */
export interface StreamedTokens {
  /** Arrival of each event, ms on the common clock; the first `chunks` of them count. */
  readonly times: Float64Array
  readonly chunks: number
  readonly outputTokens: number
  /** Time 0 of the run, on the common clock. */
  readonly originMs: number
}

/**
 * Spreads a request's output tokens (from the server's usage) over the arrival times of its content events, in
 * proportion, in whole tokens that add up exactly, and adds them to bins of `TOKEN_BIN_MS`.
 */
export function addTokens(bins: Map<number, number>, request: StreamedTokens): void {
  const { times, chunks, outputTokens, originMs } = request
  let given = 0
  for (let index = 0; index < chunks; index += 1) {
    const cumulative = Math.round((outputTokens * (index + 1)) / chunks)
    const tokens = cumulative - given
    given = cumulative
    if (tokens === 0) continue
    const bin = Math.floor(((times[index] as number) - originMs) / TOKEN_BIN_MS)
    bins.set(bin, (bins.get(bin) ?? 0) + tokens)
  }
}
