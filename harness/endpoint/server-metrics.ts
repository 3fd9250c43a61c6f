import type { EngineCounters, MetricNames, NamedMetric } from '../engines/engine.ts'
import { countedEngines, type EngineId, engineEntries, engineOf } from '../engines/table.ts'
import { plainText } from '../plain-text.ts'
import type { ServerMetric, ServerReading, Serving } from '../record/schema/server.ts'
import { readSamples, type Sample } from './prometheus-text.ts'

/** The page at /metrics of one server, read once. */
export interface MetricsPage {
  readonly metricNames: Serving['metricNames']
  /** Engine by the prefix of its metrics, or null when no prefix is known. */
  readonly engine: EngineId | null
  readonly reading: ServerReading
  /** Labels of vLLM's `cache_config_info`, one entry per engine. */
  readonly cacheConfigs: readonly Readonly<Record<string, string>>[]
  readonly speculation: boolean | null
  /** Unix time in seconds at which the process of the server started; null if it does not say. */
  readonly startedAtS: number | null
  /** Models whose series stand on the same page, without the measured one. */
  readonly otherModels: readonly string[]
}

/** Start of the server's process, of Prometheus' own clients; absent in their multi-process mode. */
const PROCESS_START = 'process_start_time_seconds'
/** End of the name of the time at which a counter was created. */
const CREATED = '_created'

/** A page under the names of one engine. */
interface NamedPage {
  readonly id: EngineId
  readonly prefix: string
  readonly counters: EngineCounters
  /** The metrics that the engine exports, with their names. */
  readonly metrics: readonly (readonly [NamedMetric, MetricNames])[]
  /** Names that are read; a page of many engines has a hundred times as many lines of others. */
  readonly wanted: ReadonlySet<string>
}

const CONFIG = 'cache_config_info'

const namedPages: readonly NamedPage[] = countedEngines.map(([id, { metricPrefix, counters }]) => {
  const metrics = Object.entries(counters.names) as [NamedMetric, MetricNames][]
  const names = metrics.flatMap(([, each]) => each.flat())
  const wanted = [...names, CONFIG].flatMap((name) => [`${metricPrefix}${name}`, `${metricPrefix}${name}_total`])
  return { id, prefix: metricPrefix, counters, metrics, wanted: new Set([PROCESS_START, ...wanted]) }
})

/** The lowest bucket of vLLM's histogram of inter-token latency, in seconds. */
const SHORT_ITL_S = 0.01

/** Far above any counter of tokens: a larger value is none. */
const MAX_VALUE = 1e15
const MAX_OTHER_MODELS = 20
/** vLLM has five reasons for the end of a request; each takes a row of every reading. */
const MAX_REASONS = 20
const MAX_LABEL_CHARS = 200

/**
 * Reads a page of any engine whose counters are known, in any version. A metric that is not exported is absent, never 0; one
 * without a valid value is named in `unusable`. Series of other models are kept apart by the label of the model: `labels` are
 * the names under which the measured model may stand there, best first. A page of one model is taken to be that of the
 * measured one.
 */
export function readMetricsPage(page: string, labels: readonly string[] = []): MetricsPage {
  for (const named of namedPages) {
    if (!hasLinesOf(page, named.prefix)) continue
    const read = readNamedPage(page, named, labels)
    if (read !== null) return read
  }
  const ofProcess = readSamples(page, [PROCESS_START], (name) => name === PROCESS_START)
  return { ...pageOfOthers(page), startedAtS: startOf(ofProcess) }
}

const hasLinesOf = (page: string, prefix: string): boolean => page.startsWith(prefix) || page.includes(`\n${prefix}`)

/** The page under the names of one engine; null where no line of it is a sample. */
function readNamedPage(page: string, named: NamedPage, labels: readonly string[]): MetricsPage | null {
  const { id, prefix, counters, metrics, wanted } = named
  const all = readSamples(page, [prefix, PROCESS_START], (name) => wanted.has(name) || name.endsWith(CREATED))
  const { exported = [], ofProcess = [] } = Object.groupBy(all, ({ name }) =>
    name.startsWith(prefix) ? 'exported' : 'ofProcess',
  )
  if (exported.length === 0) return null
  const { ours, others } = splitByModel(exported, counters.modelLabel, labels)
  const byName = groupByName(ours, prefix)
  const values: Partial<Record<ServerMetric, number>> = {}
  const unusable: ServerMetric[] = []
  for (const [metric, names] of metrics) {
    const value = readValue(metric, names, byName)
    if (value === undefined) continue
    if (value === null) unusable.push(metric)
    else values[metric] = value
  }
  const { zeroUntilCounted: zero } = counters
  for (const metric of zero && values[zero.beside] !== undefined ? zero.metrics : []) values[metric] ??= 0
  const startedAtS = startOf([...ofProcess, ...ours])
  if (startedAtS !== null) values.processStartS = startedAtS
  if (others.length > 0) values.otherModelTokens = tokensOf(counters, groupByName(others, prefix))
  return {
    metricNames: id === 'vllm' && usesOlderNames(counters, byName) ? 'vllm-older' : metricNamesOf[id],
    engine: id,
    reading: {
      values,
      requestsByReason: countByReason(
        (counters.names.requestSuccess ?? []).flatMap(([name = '']) => seriesOf(byName, name) ?? []),
      ),
      ...(unusable.length > 0 ? { unusable } : {}),
    },
    cacheConfigs: (byName.get(CONFIG) ?? []).map((sample) => sample.labels),
    // vLLM exports these counters only with a draft model or drafting method
    speculation: id !== 'vllm' || values.generationTokens === undefined ? null : values.specDecodeDrafts !== undefined,
    startedAtS,
    otherModels: modelsOf(others, counters.modelLabel).slice(0, MAX_OTHER_MODELS).map(shownLabel),
  }
}

/** How the names of a page are called in the record. */
const metricNamesOf: Readonly<Record<EngineId, Serving['metricNames']>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  'llama.cpp': 'llama.cpp',
  'tensorrt-llm': 'tensorrt-llm',
  tgi: 'tgi',
  lmdeploy: 'other',
  ollama: 'other',
}

/** The value of a metric: of the newest names that are all there. Undefined without any; null where it is not valid. */
function readValue(metric: NamedMetric, names: MetricNames, byName: ByName): number | null | undefined {
  for (const each of names) {
    const found = each.map((name) => seriesOf(byName, name)?.filter(metric === 'itlShortCount' ? isShort : () => true))
    if (!found.every((series) => series !== undefined && series.length > 0)) continue
    const values = found.map((series) => aggregate(metric, series ?? []))
    return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0)
  }
  return undefined
}

const isShort = ({ labels }: Sample): boolean => Number(labels['le']) === SHORT_ITL_S

/** The start of the process by its own metric, or else the first of the counters that it created. */
function startOf(samples: readonly Sample[]): number | null {
  const ofProcess = samples.filter(({ name }) => name === PROCESS_START)
  const created = samples.filter(({ name }) => name.endsWith(CREATED))
  const times = (ofProcess.length > 0 ? ofProcess : created)
    .map(({ value }) => value)
    .filter((value) => value > 0 && isCount(value))
  // a page may have more series than a function may have arguments
  return times.reduce<number | null>((first, time) => (first === null || time < first ? time : first), null)
}

/** A page without metrics of an engine whose counters are read. */
function pageOfOthers(page: string): Omit<MetricsPage, 'startedAtS'> {
  const known = engineEntries.find(([, { metricPrefix }]) => metricPrefix !== null && hasLinesOf(page, metricPrefix))
  const isPage = known !== undefined || page.startsWith('# TYPE') || page.includes('\n# TYPE')
  return {
    metricNames: isPage ? 'other' : 'none',
    engine: known?.[0] ?? null,
    reading: { values: {}, requestsByReason: {} },
    cacheConfigs: [],
    speculation: null,
    otherModels: [],
  }
}

/** Series of the measured model, and of others. Without a label, as in pages of very old versions, a series is of ours. */
function splitByModel(
  samples: readonly Sample[],
  modelLabel: string | null,
  labels: readonly string[],
): { ours: Sample[]; others: Sample[] } {
  const models = modelsOf(samples, modelLabel)
  const own = labels.find((label) => models.includes(label)) ?? (models.length === 1 ? models[0] : undefined)
  const { ours = [], others = [] } = Object.groupBy(samples, (sample) => {
    const model = modelLabel === null ? undefined : sample.labels[modelLabel]
    return model === undefined || model === own ? 'ours' : 'others'
  })
  return { ours, others }
}

const modelsOf = (samples: readonly Sample[], modelLabel: string | null): string[] =>
  modelLabel === null ? [] : [...new Set(samples.flatMap(({ labels }) => labels[modelLabel] ?? []))]
const shownLabel = (label: string): string => plainText(label).slice(0, MAX_LABEL_CHARS)

type ByName = ReadonlyMap<string, readonly Sample[]>
const groupByName = (samples: readonly Sample[], prefix: string): ByName =>
  Map.groupBy(samples, (sample) => sample.name.slice(prefix.length))

const usesOlderNames = ({ names }: EngineCounters, byName: ByName): boolean =>
  Object.values(names).some(
    ([[newest = ''] = [], ...older]) =>
      seriesOf(byName, newest) === undefined && older.some(([name = '']) => seriesOf(byName, name) !== undefined),
  )

const seriesOf = (byName: ByName, name: string): readonly Sample[] | undefined =>
  byName.get(`${name}_total`) ?? byName.get(name)

const isCount = (value: number): boolean => value >= 0 && value <= MAX_VALUE

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
const tokensOf = ({ names }: EngineCounters, byName: ByName): number =>
  (['promptTokens', 'generationTokens'] as const).reduce(
    (sum, metric) => sum + (readValue(metric, names[metric] ?? [], byName) ?? 0),
    0,
  )

function countByReason(samples: readonly Sample[]): Record<string, number> {
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

/**
 * Why the counters of the measured model cannot be read from a page; null where they can. `engine` is that of the server where
 * the page does not show it.
 */
export function whyNoCounters(page: MetricsPage, engine: EngineId | null = page.engine): string | null {
  const { metricNames, reading, otherModels } = page
  if (Object.keys(reading.values).some((metric) => metric !== 'processStartS' && metric !== 'otherModelTokens')) {
    return null
  }
  const { name, counters } = engineOf(page.engine ?? engine)
  const path = counters?.path ?? '/metrics'
  if (metricNames === 'none') return `no Prometheus page at ${path}`
  if ((reading.unusable ?? []).length > 0) return `the ${name} counters at ${path} are not valid numbers`
  if (otherModels.length > 0) return `the counters at ${path} are of other models: ${otherModels.join(', ')}`
  if ((page.engine ?? engine) === null) return `the page at ${path} is of no engine whose counters are known`
  return counters === null ? `the counters of ${name} are not read` : `no ${name} counters are exported at ${path}`
}
