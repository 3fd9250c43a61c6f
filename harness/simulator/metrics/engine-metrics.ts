import type { EngineGauges, EngineObserver } from '../engine/observer.ts'
import type { FinishReason, Sequence } from '../engine/sequence.ts'
import { interTokenS, iterationTokens, timeToFirstTokenS } from './buckets.ts'
import { DraftMetrics } from './draft-metrics.ts'
import { currentGeneration, type Generation } from './generations.ts'
import type { Counter, Gauge, Histogram, Labels } from './prometheus.ts'
import { Registry } from './registry.ts'
import { RequestMetrics } from './request-metrics.ts'

export interface MetricsOptions {
  readonly modelName: string
  readonly maxModelLen: number
  /** Every field of vLLM's CacheConfig, as text. */
  readonly cacheConfig: Labels
  readonly startedS: number
  readonly generation?: Generation
  /** Whether to export draft counters, as vLLM does with speculative decoding. */
  readonly draftCounters?: boolean
  /** The clock of the front end for first-token and end-to-end times; all other times come from the engine. */
  readonly nowMs: () => number
}

const tokenSources = ['local_compute', 'local_cache_hit', 'external_kv_transfer'] as const
const sleepStates = ['awake', 'weights_offloaded', 'discard_all'] as const

/** The page of /metrics as updated by the V1 engine: once per step, and unchanged while idle. */
export class EngineMetrics implements EngineObserver {
  readonly #registry: Registry
  readonly #nowMs: () => number
  readonly #finishReasons: readonly string[]
  readonly #running: Gauge
  readonly #waiting: Gauge
  readonly #waitingByReason: Gauge
  readonly #kvUsage: Gauge
  readonly #queried: Counter
  readonly #hits: Counter
  readonly #preemptions: Counter
  readonly #promptTokens: Counter
  readonly #promptBySource: Counter
  readonly #promptCached: Counter
  readonly #generationTokens: Counter
  readonly #success: Counter
  readonly #iterationTokens: Histogram
  readonly #firstToken: Histogram
  readonly #interToken: Histogram
  readonly #requests: RequestMetrics
  readonly #drafts: DraftMetrics | null

  constructor(options: MetricsOptions) {
    const { names, finishReasons } = options.generation ?? currentGeneration
    const registry = new Registry(options.modelName, options.startedS, names)
    this.#finishReasons = finishReasons
    this.#registry = registry
    this.#nowMs = options.nowMs
    this.#running = registry.gauge('num_requests_running', 'Number of requests in model execution batches.')
    this.#waiting = registry.gauge('num_requests_waiting', 'Number of requests waiting to be processed.')
    this.#waitingByReason = registry.gauge('num_requests_waiting_by_reason', 'Number of waiting requests by reason.', {
      name: 'reason',
      values: ['capacity', 'deferred'],
    })
    registry
      .gauge('engine_sleep_state', 'Engine sleep state.', { name: 'sleep_state', values: sleepStates })
      .set(1, sleepStates.indexOf('awake'))
    this.#kvUsage = registry.gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.')
    this.#queried = registry.counter(
      'prefix_cache_queries',
      'Prefix cache queries, in terms of number of queried tokens.',
    )
    this.#hits = registry.counter('prefix_cache_hits', 'Prefix cache hits, in terms of number of cached tokens.')
    registry.counter('external_prefix_cache_queries', 'External prefix cache queries, in number of queried tokens.')
    registry.counter('external_prefix_cache_hits', 'External prefix cache hits, in number of cached tokens.')
    registry.counter('mm_cache_queries', 'Multi-modal cache queries, in terms of number of queried items.')
    registry.counter('mm_cache_hits', 'Multi-modal cache hits, in terms of number of cached items.')
    this.#preemptions = registry.counter('num_preemptions', 'Cumulative number of preemption from the engine.')
    this.#promptTokens = registry.counter('prompt_tokens', 'Number of prefill tokens processed.')
    this.#promptBySource = registry.counter('prompt_tokens_by_source', 'Number of prompt tokens by source.', {
      name: 'source',
      values: tokenSources,
    })
    this.#promptCached = registry.counter('prompt_tokens_cached', 'Number of cached prompt tokens.')
    this.#generationTokens = registry.counter('generation_tokens', 'Number of generation tokens processed.')
    this.#success = registry.counter('request_success', 'Count of successfully processed requests.', {
      name: 'finished_reason',
      values: finishReasons,
    })
    this.#iterationTokens = registry.histogram(
      'iteration_tokens_total',
      'Histogram of number of tokens per engine_step.',
      iterationTokens,
    )
    this.#firstToken = registry.histogram(
      'time_to_first_token_seconds',
      'Histogram of time to first token in seconds.',
      timeToFirstTokenS,
    )
    this.#interToken = registry.histogram(
      'inter_token_latency_seconds',
      'Histogram of inter-token latency in seconds.',
      interTokenS,
    )
    this.#requests = new RequestMetrics(registry, options.maxModelLen)
    this.#drafts = options.draftCounters ? new DraftMetrics(registry) : null
    registry.info('cache_config_info', 'Information of the LLMEngine CacheConfig', options.cacheConfig)
  }

  /** The text of the page. */
  render(): string {
    return this.#registry.render()
  }

  stepEnded(tokenCount: number, gauges: EngineGauges): void {
    this.#iterationTokens.observe(tokenCount)
    this.#running.set(gauges.running)
    this.#waiting.set(gauges.waiting)
    this.#waitingByReason.set(gauges.waiting)
    this.#kvUsage.set(gauges.kvUsedShare)
  }

  prefixLookup(queriedTokens: number, hitTokens: number): void {
    this.#queried.add(queriedTokens)
    this.#hits.add(hitTokens)
  }

  preempted(): void {
    this.#preemptions.add(1)
  }

  tokenEmitted(sequence: Sequence, atMs: number, sameStep: boolean): void {
    this.#generationTokens.add(1)
    // one sample per request and step, for any number of tokens in the step
    if (sameStep) return
    if (sequence.lastTokenMs !== null) {
      this.#interToken.observe((atMs - sequence.lastTokenMs) / 1000)
      return
    }
    this.#firstToken.observe((this.#nowMs() - sequence.arrivedMs) / 1000)
    this.#promptTokens.add(sequence.promptLength)
    this.#promptBySource.add(sequence.promptLength - sequence.cachedTokens, tokenSources.indexOf('local_compute'))
    this.#promptBySource.add(sequence.cachedTokens, tokenSources.indexOf('local_cache_hit'))
    this.#promptCached.add(sequence.cachedTokens)
  }

  drafted(draftTokens: number, acceptedTokens: number): void {
    this.#drafts?.add(draftTokens, acceptedTokens)
  }

  finished(sequence: Sequence, reason: FinishReason, atMs: number): void {
    // a vLLM generation without this reason counts it as an abort
    const index = this.#finishReasons.indexOf(reason)
    this.#success.add(1, index < 0 ? this.#finishReasons.indexOf('abort') : index)
    this.#requests.finished(sequence, atMs, this.#nowMs())
  }
}
