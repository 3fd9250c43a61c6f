import { percentileSorted } from '../../stats/percentiles.ts'

/** Timing errors of a client in milliseconds, against the server's own stamps of the same events. */
export interface ClientErrors {
  readonly ttftMs: Spread
  readonly gapMs: Spread
  readonly lagMs: Spread
  readonly reportedTtftP50Ms: number
  readonly trueTtftP50Ms: number
  /** Error of tokens/s, first event to last, over all streams together. */
  readonly rateErrorShare: number
  /** Events sent by the server that the client did not stamp. */
  readonly lost: number
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/**
 * Compares the stamps of client and server. TTFT error = (client's first stamp - its send) - (server's first write -
 * arrival of the request there): the delay added by sending late and reading late. Gap error = |client gap - server gap|.
 */
export function compareStamps(client: Float64Array, server: Float64Array, chunks: number): ClientErrors {
  const width = chunks + 2
  const byId = new Map<number, number>()
  for (let row = 0; row < server.length; row += width) byId.set(server[row] as number, row)
  const ttftErrors: number[] = []
  const gapErrors: number[] = []
  const lags: number[] = []
  const reported: number[] = []
  const truths: number[] = []
  const spans = { client: [Number.POSITIVE_INFINITY, 0], server: [Number.POSITIVE_INFINITY, 0] }
  let lost = 0
  for (let row = 0; row < client.length; row += width) {
    const serverRow = byId.get(client[row] as number)
    if (serverRow === undefined) continue
    const ttft = (client[row + 2] as number) - (client[row + 1] as number)
    const truth = (server[serverRow + 2] as number) - (server[serverRow + 1] as number)
    reported.push(ttft)
    truths.push(truth)
    ttftErrors.push(Math.abs(ttft - truth))
    for (let index = 0; index < chunks; index += 1) {
      const ours = client[row + 2 + index] as number
      const theirs = server[serverRow + 2 + index] as number
      if (Number.isNaN(ours)) {
        lost += 1
        continue
      }
      lags.push(ours - theirs)
      widen(spans.client, ours)
      widen(spans.server, theirs)
      if (index > 0)
        gapErrors.push(
          Math.abs(ours - (client[row + 1 + index] as number) - (theirs - (server[serverRow + 1 + index] as number))),
        )
    }
  }
  const span = ([first, last]: number[]) => (last as number) - (first as number)
  return {
    ttftMs: spreadOf(ttftErrors),
    gapMs: spreadOf(gapErrors.filter((error) => !Number.isNaN(error))),
    lagMs: spreadOf(lags),
    reportedTtftP50Ms: spreadOf(reported).p50,
    trueTtftP50Ms: spreadOf(truths).p50,
    rateErrorShare: span(spans.server) / span(spans.client) - 1,
    lost,
  }
}

function widen(span: number[], timeMs: number): void {
  span[0] = Math.min(span[0] as number, timeMs)
  span[1] = Math.max(span[1] as number, timeMs)
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const percentile = (share: number) => percentileSorted(sorted, share) ?? Number.NaN
  return { p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) }
}
