import type { NamedMetric } from '../../engines/engine.ts'
import { engineOf } from '../../engines/table.ts'
import { isKnown, type Measured, measured, missing, quotient } from '../../record/measured.ts'
import type { ServerMetric, ServerReading, ServerTrial } from '../../record/schema/server.ts'
import { brokenCounters } from './counter-continuity.ts'

/** The readings of one trial by the scraper. */
export interface TrialScrapes {
  readonly before: ServerReading | null
  readonly during: readonly ServerReading[]
  readonly after: ServerReading | null
  /** Why readings are missing; null if none is. */
  readonly reason: string | null
}

const NOT_EXPORTED = 'not exported by this server'
const NOT_VALID = 'the server does not report a valid number for it'
const NOT_FINITE = 'the counters of this server are not finite'

/**
 * The server's values of a trial. Counters: reading after the trial - reading before it, including requests of other
 * clients. Gauges: the highest scraped value. Means: change of `_sum` / change of `_count`. A metric that is not exported is
 * missing with its reason, and so is every counter where the readings are not those of one process. `engine`: the engine of
 * the server by the record, for the reasons and for counters that are printed with few digits.
 */
export function serverTrialOf(scrapes: TrialScrapes, engine: string | null = null): ServerTrial {
  const { before, after } = scrapes
  const { counters } = engineOf(engine)
  const all = [before, ...scrapes.during, after].filter((reading) => reading !== null)
  const broken = brokenCounters(all)
  const why = (metric: ServerMetric): string => {
    if (before === null || after === null) return scrapes.reason ?? 'the counters could not be read'
    if ([before, after].some(({ unusable }) => unusable?.includes(metric))) return NOT_VALID
    if (before.values[metric] === undefined || after.values[metric] === undefined) {
      return (isNamed(metric) ? counters?.missing[metric] : undefined) ?? NOT_EXPORTED
    }
    return broken ?? NOT_VALID
  }
  const delta = (metric: ServerMetric): number | null => {
    const from = before?.values[metric]
    const to = after?.values[metric]
    return broken !== null || from === undefined || to === undefined || to < from ? null : to - from
  }
  const counter = (metric: ServerMetric) => measured(delta(metric), why(metric))
  const highest = (metric: ServerMetric) => {
    const values = all.map((reading) => reading.values[metric]).filter((value) => value !== undefined)
    return measured(values.length > 0 ? Math.max(...values) : null, why(metric))
  }
  const meanMs = (sum: ServerMetric, count: ServerMetric) => {
    const [n, total] = [delta(count), delta(sum)]
    if (n === null || total === null) return missing(why(n === null ? count : sum))
    return n === 0 ? missing('no request had one in this trial') : measured((total / n) * 1000, NOT_FINITE)
  }
  return {
    scrapes: all.length,
    generationTokens: counter('generationTokens'),
    ...roundingOf(counters?.digits, before?.values.generationTokens, after?.values.generationTokens),
    promptTokens: counter('promptTokens'),
    prefixCacheQueries: counter('prefixCacheQueries'),
    prefixCacheHits: counter('prefixCacheHits'),
    preemptions: counter('preemptions'),
    requestSuccess: counter('requestSuccess'),
    requestsByReason: broken === null ? deltaByReason(before, after) : {},
    specDecodeDrafts: counter('specDecodeDrafts'),
    specDecodeDraftTokens: counter('specDecodeDraftTokens'),
    specDecodeAcceptedTokens: counter('specDecodeAcceptedTokens'),
    ttftMeanMs: meanMs('ttftSumS', 'ttftCount'),
    itlMeanMs: meanMs('itlSumS', 'itlCount'),
    tokensPerStep: tokensPerStep(counter),
    ...shortShare(delta),
    runningMax: highest('running'),
    waitingMax: highest('waiting'),
    kvUsageMax: highest('kvUsageShare'),
    ...(isRead(all, 'otherModelTokens') ? { otherModelTokens: counter('otherModelTokens') } : {}),
    ...(isRead(all, 'processStartS') ? { processStartS: latest(all, 'processStartS') } : {}),
  }
}

const isNamed = (metric: ServerMetric): metric is NamedMetric =>
  metric !== 'processStartS' && metric !== 'otherModelTokens'

/** How far a difference of two counters may be off where they are printed with a number of digits. Nothing where they are exact. */
function roundingOf(
  digits: number | undefined,
  from: number | undefined,
  to: number | undefined,
): Pick<ServerTrial, 'generationTokensWithin'> {
  if (digits === undefined || from === undefined || to === undefined) return {}
  const within = [from, to].reduce((sum, value) => sum + halfUnit(value, digits), 0)
  return within === 0 ? {} : { generationTokensWithin: within }
}

/** Half of the last digit in which a value is printed; 0 where all its digits are. */
const halfUnit = (value: number, digits: number): number =>
  value < 10 ** digits ? 0 : 10 ** (Math.floor(Math.log10(value)) + 1 - digits) / 2

const isRead = (readings: readonly ServerReading[], metric: ServerMetric): boolean =>
  readings.some(({ values }) => values[metric] !== undefined)

const latest = (readings: readonly ServerReading[], metric: ServerMetric) =>
  measured(readings.at(-1)?.values[metric] ?? null, NOT_EXPORTED)

/**
 * Output tokens per engine step and request: generation_tokens / (first tokens + inter-token samples). vLLM takes one
 * inter-token sample per request and step, however many tokens the step made, so that this is 1 without speculation
 * whatever the chunks of the stream (`--stream-interval`, merged chunks).
 */
function tokensPerStep(counter: (metric: ServerMetric) => Measured): Measured {
  const [tokens, first, later] = [counter('generationTokens'), counter('ttftCount'), counter('itlCount')]
  if (!isKnown(first)) return first
  if (!isKnown(later)) return later
  return quotient(tokens, first + later, 'the server made no token in this trial')
}

/** The share of short intervals, if the server exports the histogram of them. */
function shortShare(delta: (metric: ServerMetric) => number | null): Pick<ServerTrial, 'itlShortShare'> {
  const [short, all] = [delta('itlShortCount'), delta('itlCount')]
  if (short === null || all === null) return {}
  return { itlShortShare: all === 0 ? missing('no request had one in this trial') : measured(short / all, NOT_FINITE) }
}

function deltaByReason(before: ServerReading | null, after: ServerReading | null): Record<string, number> {
  if (before === null || after === null) return {}
  const changes = Object.entries(after.requestsByReason).map(
    ([reason, count]) => [reason, count - (before.requestsByReason[reason] ?? 0)] as const,
  )
  return Object.fromEntries(changes.filter(([, count]) => count > 0))
}
