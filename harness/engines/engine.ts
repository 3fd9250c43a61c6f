import type { ServerMetric } from '../record/schema/server.ts'

/** Metrics that an engine exports under a name of its own. */
export type NamedMetric = Exclude<ServerMetric, 'processStartS' | 'otherModelTokens'>

/**
 * Where a value stands on a page of metrics: names without the prefix of the engine, newest first. Several names in one entry
 * are added up. Counters are found with and without `_total`.
 */
export type MetricNames = readonly (readonly string[])[]

/** The Prometheus page of an engine, and how its names become ours. Times are in seconds, as everywhere in the record. */
export interface EngineCounters {
  readonly path: string
  readonly names: Readonly<Partial<Record<NamedMetric, MetricNames>>>
  /** Label that says which model a series is of; null where a page has one model only. */
  readonly modelLabel: string | null
  /** How the server must be started so that the page exists. */
  readonly switchedOnBy: string
  /** Whether the counters appear with the first request, and not with the start of the server. */
  readonly appearWithRequests: boolean
  /**
   * Counters that appear with their first count. Where `beside` is on the page and they are not, nothing has been counted;
   * where it is not there either, the version may not have them.
   */
  readonly zeroUntilCounted?: { readonly beside: NamedMetric; readonly metrics: readonly NamedMetric[] }
  /** Significant digits with which values are printed, where that is fewer than a counter of tokens needs. */
  readonly digits?: number
  /** Why a metric of ours has no name here, where that is more than "not exported". */
  readonly missing: Readonly<Partial<Record<NamedMetric, string>>>
}

/** How a request must be written so that the engine takes it. A probe before the run finds out where a version differs. */
export interface RequestAbilities {
  /** `prompt` of /v1/completions as token ids: exact lengths without a tokenizer. */
  readonly tokenIds: boolean
  /** `ignore_eos`: the answer has the requested length. */
  readonly ignoreEos: boolean
  readonly minTokens: boolean
  /** `stream_options.include_usage`. */
  readonly streamUsage: boolean
  /** `stream_options.continuous_usage_stats`: the number of tokens of each event. */
  readonly continuousUsage: boolean
  /** `usage.prompt_tokens_details.cached_tokens`, and what switches it on; null where it does not exist. */
  readonly cachedTokens: string | null
}

/** What the pages of an engine say about it. Null: not said. */
export interface EngineFacts {
  readonly version: string | null
  readonly modelRoot: string | null
  readonly maxModelLen: number | null
  /** Requests that run at once. */
  readonly parallelRequests: number | null
  readonly kvCapacityTokens: number | null
  readonly kvBlockTokens: number | null
  readonly kvCacheDtype: string | null
  readonly prefixCaching: boolean | null
  readonly gpuMemoryUtilization: number | null
  readonly speculation: boolean | null
  readonly quantization: string | null
  readonly tensorParallel: number | null
}

/** Nothing is said. */
export const noFacts: EngineFacts = {
  version: null,
  modelRoot: null,
  maxModelLen: null,
  parallelRequests: null,
  kvCapacityTokens: null,
  kvBlockTokens: null,
  kvCacheDtype: null,
  prefixCaching: null,
  gpuMemoryUtilization: null,
  speculation: null,
  quantization: null,
  tensorParallel: null,
}

/** A JSON page that only this engine has. */
export interface EnginePage {
  readonly path: string
  /** What it says; null for a document that is not of this engine. Every value is checked and bounded. Never throws. */
  readonly read: (document: unknown) => Partial<EngineFacts> | null
}

/** One inference engine: how it is recognised, what it reports, what it takes, and what it cannot show. */
export interface EngineDefinition {
  /** As its makers write it. */
  readonly name: string
  /** `owned_by` in /v1/models, where the engine writes its own name there. */
  readonly ownedBy: readonly string[]
  readonly pages: readonly EnginePage[]
  /** What the names of its metrics begin with; null where it has none. No prefix of one engine begins another's. */
  readonly metricPrefix: string | null
  readonly counters: EngineCounters | null
  readonly request: RequestAbilities
  /** The setting that limits how many requests run at once. */
  readonly parallelSetting: string
  /** The setting of the longest context of a request. */
  readonly contextSetting: string
  /** What the names of its processes contain, as nvidia-smi lists them; in lower case. */
  readonly processNames: readonly string[]
  /** Tokens of a block of the prefix cache where the server does not say; null where that is not known. */
  readonly usualBlockTokens: number | null
  /** How one knows that the server does not speculate, where `speculation` is false; null where that is never reported. */
  readonly noSpeculation: string | null
  /** What no reader of a run on this engine can prove, one sentence each. */
  readonly cannotProve: readonly string[]
  /** What this entry was checked against, for people. */
  readonly checkedAgainst: string
}
