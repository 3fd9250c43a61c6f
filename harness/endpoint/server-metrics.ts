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
}

/**
 * Names of each metric without `vllm:`, newest first; counters are tried with and without `_total`.
 * Renames: gpu_* until 0.12 (kv cache usage, prefix cache), time_per_output_token until 0.13.
 */
const names: Readonly<Record<ServerMetric, readonly string[]>> = {
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

/** Of the Python client, in single-process mode. */
const PROCESS_START = 'process_start_time_seconds'

/** Reads a page of any vLLM version. A metric that is not exported is absent, never 0. */
export function readMetricsPage(page: string): MetricsPage {
  const samples = readSamples(page, ['vllm:', PROCESS_START, ...Object.keys(otherEngines)])
  const byName = Map.groupBy(
    samples.filter((sample) => sample.name.startsWith('vllm:')),
    (sample) => sample.name.slice('vllm:'.length),
  )
  if (byName.size === 0) {
    const prefix = Object.keys(otherEngines).find((known) => samples.some((sample) => sample.name.startsWith(known)))
    return {
      metricNames: page.includes('# TYPE') || prefix ? 'other' : 'none',
      engine: prefix === undefined ? null : (otherEngines[prefix] as string),
      reading: { values: {}, requestsByReason: {} },
      cacheConfigs: [],
      speculation: null,
      startedAtS: startOf(samples),
    }
  }
  const values: Partial<Record<ServerMetric, number>> = {}
  for (const [metric, candidates] of Object.entries(names) as [ServerMetric, readonly string[]][]) {
    const found = seriesOf(byName, candidates)
    const value = found === null ? null : aggregate(metric, metric === 'itlShortCount' ? found.filter(isShort) : found)
    if (value !== null) values[metric] = value
  }
  return {
    metricNames: usesOlderNames(byName) ? 'vllm-older' : 'vllm',
    engine: 'vllm',
    reading: { values, requestsByReason: countByReason(seriesOf(byName, names.requestSuccess) ?? []) },
    cacheConfigs: (byName.get('cache_config_info') ?? []).map((sample) => sample.labels),
    // vLLM exports these counters only with a draft model or drafting method
    speculation: values.generationTokens === undefined ? null : values.specDecodeDrafts !== undefined,
    startedAtS: startOf(samples),
  }
}

const isShort = ({ labels }: Sample): boolean => Number(labels['le']) === SHORT_ITL_S

/** The start of the process by its own metric, or else the first of the counters that it created. */
function startOf(samples: readonly Sample[]): number | null {
  const ofProcess = samples.filter(({ name }) => name === PROCESS_START)
  const created = samples.filter(({ name }) => name.endsWith('_created'))
  const times = (ofProcess.length > 0 ? ofProcess : created).map(({ value }) => value).filter((value) => value > 0)
  const first = Math.min(...times)
  return Number.isFinite(first) ? first : null
}

const usesOlderNames = (byName: ReadonlyMap<string, Sample[]>): boolean =>
  Object.values(names).some(
    (candidates) => seriesOf(byName, candidates.slice(0, 1)) === null && seriesOf(byName, candidates.slice(1)) !== null,
  )

function seriesOf(byName: ReadonlyMap<string, Sample[]>, candidates: readonly string[]): Sample[] | null {
  for (const name of candidates) {
    const found = byName.get(`${name}_total`) ?? byName.get(name)
    if (found) return found
  }
  return null
}

/** One value over the engines of a server: the maximum of a share, the sum of everything else. */
function aggregate(metric: ServerMetric, samples: readonly Sample[]): number | null {
  const values = samples.map((sample) => sample.value)
  if (values.length === 0 || !values.every(Number.isFinite)) return null
  return metric === 'kvUsageShare' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0)
}

function countByReason(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { labels, value } of samples) {
    const named = labels['finished_reason'] ?? ''
    // untrusted text that becomes a key of the record: only a plain word is accepted
    const reason = /^[a-z_]{1,30}$/.test(named) ? named : 'other'
    if (Number.isFinite(value)) counts[reason] = (counts[reason] ?? 0) + value
  }
  return counts
}
