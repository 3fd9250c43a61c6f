import type { EngineCounters, MetricNames, NamedMetric } from '../../engines/engine.ts'
import { countedEngines, type EngineId, engineEntries, engineOf } from '../../engines/table.ts'
import { plainText } from '../../plain-text.ts'
import type { ServerMetric, ServerReading, Serving } from '../../record/schema/server.ts'
import { readSamples, type Sample } from './prometheus-text.ts'
import { countByReason, groupByName, isCount, readValue, seriesOf, tokensOf, usesOlderNames } from './series.ts'

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

const MAX_OTHER_MODELS = 20
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
  'joulemark-proof': 'joulemark-proof',
  lmdeploy: 'other',
  ollama: 'other',
}

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
