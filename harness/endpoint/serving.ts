import { z } from 'zod'
import { type EngineFacts, noFacts } from '../engines/engine.ts'
import { type EngineId, engineOf } from '../engines/table.ts'
import { jsonOf } from '../json-text.ts'
import { plainText } from '../plain-text.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { Serving } from '../record/schema/server.ts'
import type { Address } from './address.ts'
import { plainFingerprint } from './fingerprint-text.ts'
import type { MetricsPage } from './metrics/server-metrics.ts'
import { getPage } from './page.ts'

/** The sources of a server's configuration, not yet validated. */
export interface ServingSources {
  /** The page at /metrics, or why there is none. */
  readonly metrics: MetricsPage | { readonly reason: string }
  /** Text of vLLM's configuration from /server_info; null unless the server runs in development mode. */
  readonly serverInfo: string | null
  readonly maxModelLen: number | null
  /** The engine, where it is known. Default: unknown. */
  readonly engine?: EngineId | null
  /** What its own pages say. Default: nothing. */
  readonly facts?: EngineFacts
}

/** The configuration of the server. A setting that it does not report is null, and `reasons` holds the reason. */
export function servingOf(sources: ServingSources): Serving {
  const { metrics, serverInfo, maxModelLen, engine = null, facts = noFacts } = sources
  return engine === null || engine === 'vllm'
    ? servingOfVllm({ metrics, serverInfo, maxModelLen })
    : servingByPages(metrics, engine, facts, maxModelLen)
}

/** The configuration by the pages of an engine other than vLLM. */
function servingByPages(
  metrics: ServingSources['metrics'],
  engine: EngineId,
  facts: EngineFacts,
  maxModelLen: number | null,
): Serving {
  const { name, pages } = engineOf(engine)
  const { kvCapacityTokens, kvBlockTokens, kvCacheDtype, prefixCaching, gpuMemoryUtilization } = facts
  const { speculation, quantization, tensorParallel, parallelRequests } = facts
  const fields = { kvCapacityTokens, kvBlockTokens, kvCacheDtype, prefixCaching, gpuMemoryUtilization }
  const reported = {
    ...fields,
    kvMaxConcurrency: kvCapacityTokens === null || maxModelLen === null ? null : kvCapacityTokens / maxModelLen,
    speculation,
    quantization,
    tensorParallel,
  }
  const where = pages.length === 0 ? 'on no page that is read' : `at ${pages.map(({ path }) => path).join(' or ')}`
  const missing = Object.entries(reported).filter(([, value]) => value === null)
  return {
    metricNames: 'reason' in metrics ? 'none' : metrics.metricNames,
    ...reported,
    ...(parallelRequests === null ? {} : { parallelRequests }),
    reasons: Object.fromEntries(missing.map(([field]) => [field, `${name} does not report it ${where}`])),
  }
}

function servingOfVllm({ metrics, serverInfo, maxModelLen }: ServingSources): Serving {
  const reasons: Record<string, string> = {}
  const orReason = <Value>(field: keyof Serving, value: Value | null, why: string): Value | null => {
    if (value === null) reasons[field] = why
    return value
  }
  const page = 'reason' in metrics ? null : metrics
  const noPage = 'reason' in metrics ? metrics.reason : null
  const configs = page?.cacheConfigs ?? []
  const noConfig = noPage ?? (configs.length === 0 ? 'no vllm:cache_config_info at /metrics' : null)
  const missing = (name: string): string => {
    const text = configs.map((labels) => wordIn(labels, name)).find((word) => word !== null)
    return noConfig ?? (text === undefined ? 'not in cache_config_info' : `not valid in cache_config_info: ${text}`)
  }
  const capacity = sumOver(configs, capacityTokens)
  const concurrency =
    sumOver(configs, (labels) => numberIn(labels, 'kv_cache_max_concurrency', MAX_TOKENS)) ??
    (capacity !== null && maxModelLen !== null ? capacity / maxModelLen : null)
  const first = configs[0] ?? {}
  const devModeOnly = 'not reported over HTTP; vLLM reports it at /server_info with VLLM_SERVER_DEV_MODE=1'
  return {
    metricNames: page?.metricNames ?? 'none',
    kvCapacityTokens: orReason('kvCapacityTokens', capacity, missing('num_gpu_blocks')),
    kvMaxConcurrency: orReason('kvMaxConcurrency', concurrency, missing('kv_cache_max_concurrency')),
    kvBlockTokens: orReason('kvBlockTokens', numberIn(first, 'block_size', MAX_BLOCK_TOKENS), missing('block_size')),
    kvCacheDtype: orReason(
      'kvCacheDtype',
      wordIn(first, 'cache_dtype') ?? infoWord(serverInfo, 'kv_cache_dtype'),
      missing('cache_dtype'),
    ),
    prefixCaching: orReason(
      'prefixCaching',
      booleanIn(first, 'enable_prefix_caching'),
      missing('enable_prefix_caching'),
    ),
    gpuMemoryUtilization: orReason(
      'gpuMemoryUtilization',
      numberIn(first, 'gpu_memory_utilization', 1),
      missing('gpu_memory_utilization'),
    ),
    speculation: orReason(
      'speculation',
      page?.speculation ?? infoSpeculation(serverInfo),
      noPage ?? 'the speculation counters are not exported',
    ),
    quantization: orReason('quantization', infoWord(serverInfo, 'quantization'), devModeOnly),
    tensorParallel: orReason('tensorParallel', infoNumber(serverInfo, 'tensor_parallel_size'), devModeOnly),
    reasons,
  }
}

/** More tokens than the KV cache of any server holds. */
const MAX_TOKENS = 1e12
/** vLLM's largest blocks have 16 thousand tokens (hybrid models). */
const MAX_BLOCK_TOKENS = 1e6
/** More GPUs than one model is split over. */
const MAX_PARALLEL = 1024

/** Tensor-parallel size in a fingerprint of the form `vllm-<version>[-tpN][-ppN][-dpN][-ep]-<hash>`; null for another form. */
export function tensorParallelOf(fingerprint: string | null): number | null {
  // a hash alone (--fingerprint-mode hash) does not contain the parallelism
  if (fingerprint === null || !/^vllm-\d[\w.+]*(-(tp|pp|dp)\d+)*(-ep)?-[0-9a-f]{8}$/.test(fingerprint)) return null
  return positiveNumber(/-tp(\d+)/.exec(fingerprint)?.[1] ?? '1', MAX_PARALLEL)
}

/** An endpoint with the fingerprint of its answers, and the parallelism in it where no other source reported that. */
export function withFingerprint(endpoint: Endpoint, fingerprint: string | null): Endpoint {
  const systemFingerprint = fingerprint === null ? null : plainFingerprint(fingerprint, null)
  const tensorParallel = tensorParallelOf(systemFingerprint)
  const { serving } = endpoint
  if (!serving || serving.tensorParallel !== null || tensorParallel === null) return { ...endpoint, systemFingerprint }
  const { tensorParallel: _, ...reasons } = serving.reasons
  return { ...endpoint, systemFingerprint, serving: { ...serving, tensorParallel, reasons } }
}

const MAX_INFO_BYTES = 2 ** 20
const MAX_INFO_CHARS = 100_000
const infoSchema = z.object({ vllm_config: z.string().transform((text) => text.slice(0, MAX_INFO_CHARS)) })

/** vLLM's configuration as text, where the server runs in development mode; null elsewhere. */
export async function fetchServerInfo(address: Address, apiKey: string | null): Promise<string | null> {
  const limits = { timeoutMs: 5000, maxBytes: MAX_INFO_BYTES }
  const got = await getPage(address, '/server_info?config_format=text', { apiKey, ...limits })
  const read = infoSchema.safeParse('reason' in got ? null : jsonOf(got.page))
  return read.success ? read.data.vllm_config : null
}

type Labels = Readonly<Record<string, string>>

/** `kv_cache_size_tokens` since mid-2026; blocks times their size before. */
function capacityTokens(labels: Labels): number | null {
  const reported = numberIn(labels, 'kv_cache_size_tokens', MAX_TOKENS)
  if (reported !== null) return reported
  const blocks = numberIn(labels, 'num_gpu_blocks', MAX_TOKENS)
  const size = numberIn(labels, 'block_size', MAX_BLOCK_TOKENS)
  return blocks === null || size === null ? null : blocks * size
}

function sumOver(configs: readonly Labels[], valueIn: (labels: Labels) => number | null): number | null {
  const values = configs.map(valueIn)
  if (values.length === 0 || values.includes(null)) return null
  return (values as number[]).reduce((sum, value) => sum + value, 0)
}

/** Labels are values as Python prints them: `None` is no value. */
function wordIn(labels: Labels, name: string): string | null {
  const text = labels[name]
  return text === undefined || text === 'None' || text === '' ? null : plainText(text.slice(0, 80))
}

function numberIn(labels: Labels, name: string, most: number): number | null {
  const word = wordIn(labels, name)
  return word === null ? null : positiveNumber(word, most)
}

/** A number as Python prints it, above 0 and at most `most`; null for anything else. */
function positiveNumber(text: string, most: number): number | null {
  const value = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return value > 0 && value <= most ? value : null
}

function booleanIn(labels: Labels, name: string): boolean | null {
  const word = wordIn(labels, name)
  return word === 'True' ? true : word === 'False' ? false : null
}

/** `name=value` in the text of a VllmConfig; `None` means that the checkpoint decides. */
function infoWord(info: string | null, name: string): string | null {
  const match = info === null ? null : new RegExp(`\\b${name}=['"]?([\\w.-]{1,60})`).exec(info)
  return match?.[1] === undefined ? null : match[1] === 'None' ? 'none' : match[1]
}

function infoNumber(info: string | null, name: string): number | null {
  const word = infoWord(info, name)
  return word === null ? null : positiveNumber(word, MAX_PARALLEL)
}

function infoSpeculation(info: string | null): boolean | null {
  const word = infoWord(info, 'speculative_config')
  return word === null ? null : word !== 'none'
}
