import { percentileSorted } from '../../stats/percentiles.ts'

/** What a client got wrong, in milliseconds, against the server's own record of the same events. */
export interface ClientErrors {
  readonly ttftMs: Spread
  readonly gapMs: Spread
  readonly lagMs: Spread
  readonly reportedTtftP50Ms: number
  readonly trueTtftP50Ms: number
  /** Error of tokens/s, first event to last, over all streams together. */
  readonly rateErrorShare: number
  /** Events of the server that the client never stamped. */
  readonly lost: number
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/**
 * Compares both sides' stamps. TTFT error = (client's first stamp - its send) less (server's first write - arrival of
 * the request there): what the client adds by sending late and by reading late. Gap error = |client gap - server gap|.
 */
export function compareStamps(client: Float64Array, server: Float64Array, chunks: number): ClientErrors {
  const width = chunks + 2
  const byId = new Map<number, number>()
  for (let at = 0; at < server.length; at += width) byId.set(server[at] as number, at)
  const ttftErrors: number[] = []
  const gapErrors: number[] = []
  const lags: number[] = []
  const reported: number[] = []
  const truths: number[] = []
  const spans = { client: [Number.POSITIVE_INFINITY, 0], server: [Number.POSITIVE_INFINITY, 0] }
  let lost = 0
  for (let at = 0; at < client.length; at += width) {
    const there = byId.get(client[at] as number)
    if (there === undefined) continue
    const ttft = (client[at + 2] as number) - (client[at + 1] as number)
    const truth = (server[there + 2] as number) - (server[there + 1] as number)
    reported.push(ttft)
    truths.push(truth)
    ttftErrors.push(Math.abs(ttft - truth))
    for (let index = 0; index < chunks; index += 1) {
      const ours = client[at + 2 + index] as number
      const theirs = server[there + 2 + index] as number
      if (Number.isNaN(ours)) {
        lost += 1
        continue
      }
      lags.push(ours - theirs)
      widen(spans.client, ours)
      widen(spans.server, theirs)
      if (index > 0)
        gapErrors.push(
          Math.abs(ours - (client[at + 1 + index] as number) - (theirs - (server[there + 1 + index] as number))),
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

function widen(span: number[], at: number): void {
  span[0] = Math.min(span[0] as number, at)
  span[1] = Math.max(span[1] as number, at)
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => percentileSorted(sorted, share) ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
