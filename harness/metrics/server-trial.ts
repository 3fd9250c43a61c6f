import type { ServerMetric, ServerReading, ServerTrial } from '../record/schema/server.ts'

/** The readings of one trial, as the scraper took them. */
export interface TrialScrapes {
  readonly before: ServerReading | null
  readonly during: readonly ServerReading[]
  readonly after: ServerReading | null
  /** Why readings are missing; null when none is. */
  readonly reason: string | null
}

const NOT_EXPORTED = 'not exported by this server'

/**
 * The server's side of a trial. Counters: reading after the trial - reading before it, over everything that it did in
 * between, whoever asked. Gauges: the highest that a scrape saw. Means: change of `_sum` / change of `_count`.
 * What is not exported, or ran backwards because the server began anew, is null with its reason.
 */
export function serverTrialOf(scrapes: TrialScrapes): ServerTrial {
  const reasons: Record<string, string> = {}
  const { before, after } = scrapes
  const all = [before, ...scrapes.during, after].filter((reading) => reading !== null)
  const explained = <Value>(field: keyof ServerTrial, value: Value | null, reason: string): Value | null => {
    if (value === null) reasons[field] = reason
    return value
  }
  const missing = (metric: ServerMetric): string =>
    before === null || after === null
      ? (scrapes.reason ?? 'the counters could not be read')
      : before.values[metric] === undefined || after.values[metric] === undefined
        ? NOT_EXPORTED
        : 'the counter ran backwards: the server began anew in the trial'
  const delta = (metric: ServerMetric): number | null => {
    const from = before?.values[metric]
    const to = after?.values[metric]
    return from === undefined || to === undefined || to < from ? null : to - from
  }
  const counter = (field: keyof ServerTrial, metric: ServerMetric) => explained(field, delta(metric), missing(metric))
  const highest = (field: keyof ServerTrial, metric: ServerMetric) => {
    const values = all.map((reading) => reading.values[metric]).filter((value) => value !== undefined)
    return explained(field, values.length > 0 ? Math.max(...values) : null, missing(metric))
  }
  const meanMs = (field: keyof ServerTrial, sum: ServerMetric, count: ServerMetric) => {
    const n = delta(count)
    const why = n === 0 ? 'no request had one in this trial' : missing(count)
    const total = delta(sum)
    return explained(field, n === null || n === 0 || total === null ? null : (total / n) * 1000, why)
  }
  return {
    scrapes: all.length,
    generationTokens: counter('generationTokens', 'generationTokens'),
    promptTokens: counter('promptTokens', 'promptTokens'),
    prefixCacheQueries: counter('prefixCacheQueries', 'prefixCacheQueries'),
    prefixCacheHits: counter('prefixCacheHits', 'prefixCacheHits'),
    preemptions: counter('preemptions', 'preemptions'),
    requestSuccess: counter('requestSuccess', 'requestSuccess'),
    requestsByReason: deltaByReason(before, after),
    specDecodeDrafts: counter('specDecodeDrafts', 'specDecodeDrafts'),
    specDecodeDraftTokens: counter('specDecodeDraftTokens', 'specDecodeDraftTokens'),
    specDecodeAcceptedTokens: counter('specDecodeAcceptedTokens', 'specDecodeAcceptedTokens'),
    ttftMeanMs: meanMs('ttftMeanMs', 'ttftSumS', 'ttftCount'),
    itlMeanMs: meanMs('itlMeanMs', 'itlSumS', 'itlCount'),
    tokensPerStep: explained('tokensPerStep', tokensPerStep(delta), missing('itlCount')),
    runningMax: highest('runningMax', 'running'),
    waitingMax: highest('waitingMax', 'waiting'),
    kvUsageMax: highest('kvUsageMax', 'kvUsageShare'),
    reasons,
  }
}

/**
 * Output tokens an engine step and request: generation_tokens / (first tokens + inter-token samples). vLLM takes one
 * inter-token sample a request and step, however many tokens the step brought, so that this is 1 without speculation
 * whatever the stream looks like (`--stream-interval`, merged chunks).
 */
function tokensPerStep(delta: (metric: ServerMetric) => number | null): number | null {
  const tokens = delta('generationTokens')
  const first = delta('ttftCount')
  const later = delta('itlCount')
  if (tokens === null || first === null || later === null || first + later === 0) return null
  return tokens / (first + later)
}

function deltaByReason(before: ServerReading | null, after: ServerReading | null): Record<string, number> {
  if (before === null || after === null) return {}
  const changes = Object.entries(after.requestsByReason).map(
    ([reason, count]) => [reason, count - (before.requestsByReason[reason] ?? 0)] as const,
  )
  return Object.fromEntries(changes.filter(([, count]) => count > 0))
}
