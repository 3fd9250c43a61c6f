import type { EngineCounters, MetricNames, NamedMetric } from '../../engines/engine.ts'
import type { Sample } from './prometheus-text.ts'

/** Values of the series of one engine: found by name, added over its engines, and checked. */

/** The lowest bucket of vLLM's histogram of inter-token latency, in seconds. */
const SHORT_ITL_S = 0.01
/** Far above any counter of tokens: a larger value is none. */
const MAX_VALUE = 1e15
/** vLLM has five reasons for the end of a request; each takes a row of every reading. */
const MAX_REASONS = 20

/** The value of a metric: of the newest names that are all there. Undefined without any; null where it is not valid. */
export function readValue(metric: NamedMetric, names: MetricNames, byName: ByName): number | null | undefined {
  for (const each of names) {
    const found = each.map((name) => seriesOf(byName, name)?.filter(metric === 'itlShortCount' ? isShort : () => true))
    if (!found.every((series) => series !== undefined && series.length > 0)) continue
    const values = found.map((series) => aggregate(metric, series ?? []))
    return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0)
  }
  return undefined
}

const isShort = ({ labels }: Sample): boolean => Number(labels['le']) === SHORT_ITL_S

export type ByName = ReadonlyMap<string, readonly Sample[]>
export const groupByName = (samples: readonly Sample[], prefix: string): ByName =>
  Map.groupBy(samples, (sample) => sample.name.slice(prefix.length))

export const usesOlderNames = ({ names }: EngineCounters, byName: ByName): boolean =>
  Object.values(names).some(
    ([[newest = ''] = [], ...older]) =>
      seriesOf(byName, newest) === undefined && older.some(([name = '']) => seriesOf(byName, name) !== undefined),
  )

export const seriesOf = (byName: ByName, name: string): readonly Sample[] | undefined =>
  byName.get(`${name}_total`) ?? byName.get(name)

export const isCount = (value: number): boolean => value >= 0 && value <= MAX_VALUE

/**
 * One value over the engines of a server: the maximum of a share, the sum of everything else. Null where a value is negative,
 * not finite or absurd, and where one series stands on the page twice with different values.
 */
function aggregate(metric: NamedMetric, samples: readonly Sample[]): number | null {
  const series = new Map<string, number>()
  for (const { labels, value } of samples) {
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (!isCount(value) || (series.get(key) ?? value) !== value) return null
    series.set(key, value)
  }
  const values = [...series.values()]
  if (metric !== 'kvUsageShare') return values.reduce((sum, value) => sum + value, 0)
  const share = values.reduce((most, value) => Math.max(most, value), 0)
  return share <= 1 ? share : null
}

/** Prompt and output tokens of all models of these series; a series without a valid value counts as none. */
export const tokensOf = ({ names }: EngineCounters, byName: ByName): number =>
  (['promptTokens', 'generationTokens'] as const).reduce(
    (sum, metric) => sum + (readValue(metric, names[metric] ?? [], byName) ?? 0),
    0,
  )

export function countByReason(samples: readonly Sample[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { labels, value } of samples) {
    const named = labels['finished_reason']
    if (named === undefined) continue
    // untrusted text that becomes a key of the record: only a few plain words are accepted
    const isWord = /^[a-z_]{1,30}$/.test(named) && (counts.has(named) || counts.size < MAX_REASONS)
    const reason = isWord ? named : 'other'
    if (isCount(value)) counts.set(reason, (counts.get(reason) ?? 0) + value)
  }
  return Object.fromEntries(counts)
}
