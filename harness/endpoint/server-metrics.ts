import { plainText } from '../plain-text.ts'
import type { ServerMetric, ServerReading, Serving } from '../record/schema/server.ts'
import { readSamples, type Sample } from './prometheus-text.ts'

/** The page at /metrics of one server, read once. */
export interface MetricsPage {
  readonly metricNames: Serving['metricNames']
  /** Engine by the prefix of its metrics, or null when no prefix is known. */
  readonly engine: string | null
  readonly reading: ServerReading
  /** Labels of vLLM's `cache_config_info`, one entry per engine. */
  readonly cacheConfigs: readonly Readonly<Record<string, string>>[]
  readonly speculation: boolean | null
  /** Unix time in seconds at which the process of the server started; null if it does not say. */
  readonly startedAtS: number | null
  /** Models whose series stand on the same page, without the measured one. */
  readonly otherModels: readonly string[]
}

/** Metrics with a name of their own on the page. */
type NamedMetric = Exclude<ServerMetric, 'processStartS' | 'otherModelTokens'>

/**
 * Names of each metric without `vllm:`, newest first; counters are tried with and without `_total`.
 * Renames: gpu_* until 0.12 (kv cache usage, prefix cache), time_per_output_token until 0.13.
 */
const names: Readonly<Record<NamedMetric, readonly string[]>> = {
  running: ['num_requests_running'],
  waiting: ['num_requests_waiting'],
  kvUsageShare: ['kv_cache_usage_perc', 'gpu_cache_usage_perc'],
  preemptions: ['num_preemptions'],
  prefixCacheQueries: ['prefix_cache_queries', 'gpu_prefix_cache_queries'],
  prefixCacheHits: ['prefix_cache_hits', 'gpu_prefix_cache_hits'],
  promptTokens: ['prompt_tokens'],
  generationTokens: ['generation_tokens'],
  requestSuccess: ['request_success'],
  specDecodeDrafts: ['spec_decode_num_drafts'],
  specDecodeDraftTokens: ['spec_decode_num_draft_tokens'],
  specDecodeAcceptedTokens: ['spec_decode_num_accepted_tokens'],
  ttftSumS: ['time_to_first_token_seconds_sum'],
  ttftCount: ['time_to_first_token_seconds_count'],
  itlSumS: ['inter_token_latency_seconds_sum', 'time_per_output_token_seconds_sum'],
  itlCount: ['inter_token_latency_seconds_count', 'time_per_output_token_seconds_count'],
  // one bucket of it: intervals of at most SHORT_ITL_S
  itlShortCount: ['inter_token_latency_seconds_bucket', 'time_per_output_token_seconds_bucket'],
}
const namedMetrics = Object.entries(names) as readonly (readonly [NamedMetric, readonly string[]])[]

const PREFIX = 'vllm:'
/** Start of the server's process, of Prometheus' own clients; absent in their multi-process mode. */
const PROCESS_START = 'process_start_time_seconds'
/** End of the name of the time at which a counter was created. */
const CREATED = '_created'

/** Names that are read; a page of many engines has a hundred times as many lines of others. */
const wanted: ReadonlySet<string> = new Set([
  PROCESS_START,
  `${PREFIX}cache_config_info`,
  ...Object.values(names).flatMap((each) => each.flatMap((name) => [`${PREFIX}${name}`, `${PREFIX}${name}_total`])),
])

/** The lowest bucket of vLLM's histogram of inter-token latency, in seconds. */
const SHORT_ITL_S = 0.01

/** Prefixes of other servers' metrics, used only to name the engine; their counters are not read. */
const otherEngines: Readonly<Record<string, string>> = {
  'sglang:': 'sglang',
  tgi_: 'text-generation-inference',
  'llamacpp:': 'llama.cpp',
  'lmdeploy:': 'lmdeploy',
  trtllm_: 'tensorrt-llm',
}

/** Far above any counter of tokens: a larger value is none. */
const MAX_VALUE = 1e15
const MAX_OTHER_MODELS = 20
/** vLLM has five reasons for the end of a request; each takes a row of every reading. */
const MAX_REASONS = 20
const MAX_LABEL_CHARS = 200

/**
 * Reads a page of any vLLM version. A metric that is not exported is absent, never 0; one without a valid value is named in
 * `unusable`. Series of other models are kept apart by their label `model_name`: `labels` are the names under which the
 * measured model may stand there, best first. A page of one model is taken to be that of the measured one.
 */
export function readMetricsPage(page: string, labels: readonly string[] = []): MetricsPage {
  const all = readSamples(page, [PREFIX, PROCESS_START], (name) => wanted.has(name) || name.endsWith(CREATED))
  const { exported = [], ofProcess = [] } = Object.groupBy(all, ({ name }) =>
    name.startsWith(PREFIX) ? 'exported' : 'ofProcess',
  )
  if (exported.length === 0) return { ...pageOfOthers(page), startedAtS: startOf(ofProcess) }
  const { ours, others } = splitByModel(exported, labels)
  const byName = groupByName(ours)
  const values: Partial<Record<ServerMetric, number>> = {}
  const unusable: ServerMetric[] = []
  for (const [metric, candidates] of namedMetrics) {
    const series = seriesOf(byName, candidates) ?? []
    const found = metric === 'itlShortCount' ? series.filter(isShort) : series
    if (found.length === 0) continue
    const value = aggregate(metric, found)
    if (value === null) unusable.push(metric)
    else values[metric] = value
  }
  const startedAtS = startOf([...ofProcess, ...ours])
  if (startedAtS !== null) values.processStartS = startedAtS
  if (others.length > 0) values.otherModelTokens = tokensOf(groupByName(others))
  return {
    metricNames: usesOlderNames(byName) ? 'vllm-older' : 'vllm',
    engine: 'vllm',
    reading: {
      values,
      requestsByReason: countByReason(seriesOf(byName, names.requestSuccess) ?? []),
      ...(unusable.length > 0 ? { unusable } : {}),
    },
    cacheConfigs: (byName.get('cache_config_info') ?? []).map((sample) => sample.labels),
    // vLLM exports these counters only with a draft model or drafting method
    speculation: values.generationTokens === undefined ? null : values.specDecodeDrafts !== undefined,
    startedAtS: startedAtS,
    otherModels: modelsOf(others).slice(0, MAX_OTHER_MODELS).map(shownLabel),
  }
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

/** A page without metrics of vLLM. */
function pageOfOthers(page: string): Omit<MetricsPage, 'startedAtS'> {
  const prefix = Object.keys(otherEngines).find((known) => readSamples(page, [known]).length > 0)
  const isPage = prefix !== undefined || page.startsWith('# TYPE') || page.includes('\n# TYPE')
  return {
    metricNames: isPage ? 'other' : 'none',
    engine: prefix === undefined ? null : (otherEngines[prefix] as string),
    reading: { values: {}, requestsByReason: {} },
    cacheConfigs: [],
    speculation: null,
    otherModels: [],
  }
}

/** Label of a series in vLLM; absent from `cache_config_info` and from pages of very old versions. */
const MODEL_LABEL = 'model_name'

function splitByModel(samples: readonly Sample[], labels: readonly string[]): { ours: Sample[]; others: Sample[] } {
  const models = modelsOf(samples)
  const own = labels.find((label) => models.includes(label)) ?? (models.length === 1 ? models[0] : undefined)
  const { ours = [], others = [] } = Object.groupBy(samples, ({ labels: { [MODEL_LABEL]: model } }) =>
    model === undefined || model === own ? 'ours' : 'others',
  )
  return { ours, others }
}

const modelsOf = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(({ labels }) => labels[MODEL_LABEL] ?? [])),
]
const shownLabel = (label: string): string => plainText(label).slice(0, MAX_LABEL_CHARS)

type ByName = ReadonlyMap<string, readonly Sample[]>
const groupByName = (samples: readonly Sample[]): ByName =>
  Map.groupBy(samples, (sample) => sample.name.slice(PREFIX.length))

const usesOlderNames = (byName: ByName): boolean =>
  Object.values(names).some(
    (candidates) => seriesOf(byName, candidates.slice(0, 1)) === null && seriesOf(byName, candidates.slice(1)) !== null,
  )

function seriesOf(byName: ByName, candidates: readonly string[]): readonly Sample[] | null {
  for (const name of candidates) {
    const found = byName.get(`${name}_total`) ?? byName.get(name)
    if (found) return found
  }
  return null
}

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
const tokensOf = (byName: ByName): number =>
  (['promptTokens', 'generationTokens'] as const).reduce((sum, metric) => {
    const found = seriesOf(byName, names[metric])
    return sum + (found === null ? 0 : (aggregate(metric, found) ?? 0))
  }, 0)

function countByReason(samples: readonly Sample[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { labels, value } of samples) {
    const named = labels['finished_reason'] ?? ''
    // untrusted text that becomes a key of the record: only a few plain words are accepted
    const isWord = /^[a-z_]{1,30}$/.test(named) && (counts.has(named) || counts.size < MAX_REASONS)
    const reason = isWord ? named : 'other'
    if (isCount(value)) counts.set(reason, (counts.get(reason) ?? 0) + value)
  }
  return Object.fromEntries(counts)
}

/** Why the counters of the measured model cannot be read from a page; null where they can. */
export function whyNoCounters({ metricNames, reading, otherModels }: MetricsPage): string | null {
  if (Object.keys(reading.values).some((metric) => metric in names)) return null
  if (metricNames === 'none') return 'no Prometheus page at /metrics'
  if ((reading.unusable ?? []).length > 0) return 'the vLLM counters at /metrics are not valid numbers'
  if (otherModels.length > 0) return `the counters at /metrics are of other models: ${otherModels.join(', ')}`
  return 'no vLLM counters are exported at /metrics'
}
