import type { EngineGauges, EngineObserver } from '../engine/observer.ts'
import { type FinishReason, outputTokensOf, type Sequence } from '../engine/sequence.ts'
import { interTokenS, iterationTokens, requestN, requestS, timeToFirstTokenS, tokenCounts } from './buckets.ts'
import { Counter, Gauge, Histogram, type Labels, type Metric } from './prometheus.ts'

export interface MetricsOptions {
  readonly modelName: string
  readonly maxModelLen: number
  /** Every field of vLLM's CacheConfig, as text. */
  readonly cacheConfig: Labels
  readonly startedS: number
}

const finishReasons = ['stop', 'length', 'abort', 'error', 'repetition'] as const
const tokenSources = ['local_compute', 'local_cache_hit', 'external_kv_transfer'] as const

/** The page of /metrics as the V1 engine fills it: once a step, and frozen while idle. */
export class EngineMetrics implements EngineObserver {
  readonly #metrics: Metric[] = []
  readonly #labels: Labels
  readonly #startedS: number
  readonly #running: Gauge
  readonly #waiting: Gauge
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
  readonly #requests: RequestHistograms

  constructor(options: MetricsOptions) {
    this.#labels = { engine: '0', model_name: options.modelName }
    this.#startedS = options.startedS
    this.#running = this.#gauge('num_requests_running', 'Number of requests in model execution batches.')
    this.#waiting = this.#gauge('num_requests_waiting', 'Number of requests waiting to be processed.')
    this.#kvUsage = this.#gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.')
    this.#queried = this.#counter('prefix_cache_queries', 'Prefix cache queries, in terms of number of queried tokens.')
    this.#hits = this.#counter('prefix_cache_hits', 'Prefix cache hits, in terms of number of cached tokens.')
    this.#preemptions = this.#counter('num_preemptions', 'Cumulative number of preemption from the engine.')
    this.#promptTokens = this.#counter('prompt_tokens', 'Number of prefill tokens processed.')
    this.#promptBySource = this.#counter(
      'prompt_tokens_by_source',
      'Number of prompt tokens by source.',
      'source',
      tokenSources,
    )
    this.#promptCached = this.#counter('prompt_tokens_cached', 'Number of cached prompt tokens.')
    this.#generationTokens = this.#counter('generation_tokens', 'Number of generation tokens processed.')
    this.#success = this.#counter(
      'request_success',
      'Count of successfully processed requests.',
      'finished_reason',
      finishReasons,
    )
    this.#iterationTokens = this.#histogram(
      'iteration_tokens_total',
      'Histogram of number of tokens per engine_step.',
      iterationTokens,
    )
    this.#firstToken = this.#histogram(
      'time_to_first_token_seconds',
      'Histogram of time to first token in seconds.',
      timeToFirstTokenS,
    )
    this.#interToken = this.#histogram(
      'inter_token_latency_seconds',
      'Histogram of inter-token latency in seconds.',
      interTokenS,
    )
    this.#requests = this.#requestHistograms(tokenCounts(options.maxModelLen))
    const config = { engine: '0', ...options.cacheConfig }
    this.#metrics.push(new Gauge('vllm:cache_config_info', 'Information of the LLMEngine CacheConfig', config, 1))
  }

  /** The text of the page. */
  render(): string {
    return this.#metrics.map((metric) => metric.render()).join('')
  }

  stepEnded(tokenCount: number, gauges: EngineGauges): void {
    this.#iterationTokens.observe(tokenCount)
    this.#running.value = gauges.running
    this.#waiting.value = gauges.waiting
    this.#kvUsage.value = gauges.kvUsedShare
  }

  prefixLookup(queriedTokens: number, hitTokens: number): void {
    this.#queried.add(queriedTokens)
    this.#hits.add(hitTokens)
  }

  preempted(): void {
    this.#preemptions.add(1)
  }

  tokenEmitted(sequence: Sequence, atMs: number): void {
    this.#generationTokens.add(1)
    if (sequence.lastTokenMs !== null) {
      this.#interToken.observe((atMs - sequence.lastTokenMs) / 1000)
      return
    }
    this.#firstToken.observe((atMs - sequence.arrivedMs) / 1000)
    this.#promptTokens.add(sequence.promptLength)
    this.#promptBySource.add(sequence.promptLength - sequence.cachedTokens, 0)
    this.#promptBySource.add(sequence.cachedTokens, 1)
    this.#promptCached.add(sequence.cachedTokens)
  }

  finished(sequence: Sequence, reason: FinishReason, atMs: number): void {
    this.#success.add(1, finishReasons.indexOf(reason))
    const { arrivedMs, readyMs, scheduledMs, firstTokenMs, promptLength, cachedTokens, request } = sequence
    const outputTokens = outputTokensOf(sequence)
    const seen = this.#requests
    seen.endToEnd.observe((atMs - arrivedMs) / 1000)
    seen.promptTokens.observe(promptLength)
    seen.generationTokens.observe(outputTokens)
    seen.maxGenerationTokens.observe(outputTokens)
    seen.maxTokens.observe(request.maxTokens)
    seen.n.observe(1)
    if (scheduledMs === null || firstTokenMs === null) return
    const decodeS = (atMs - firstTokenMs) / 1000
    seen.queue.observe((scheduledMs - readyMs) / 1000)
    seen.prefill.observe((firstTokenMs - scheduledMs) / 1000)
    seen.inference.observe((atMs - scheduledMs) / 1000)
    seen.decode.observe(decodeS)
    seen.prefillComputed.observe(promptLength - cachedTokens)
    if (outputTokens > 1) seen.timePerOutputToken.observe(decodeS / (outputTokens - 1))
  }

  #requestHistograms(counts: readonly number[]) {
    return {
      promptTokens: this.#histogram('request_prompt_tokens', 'Number of prefill tokens processed.', counts),
      generationTokens: this.#histogram('request_generation_tokens', 'Number of generation tokens processed.', counts),
      maxGenerationTokens: this.#histogram(
        'request_max_num_generation_tokens',
        'Histogram of maximum number of requested generation tokens.',
        counts,
      ),
      n: this.#histogram('request_params_n', 'Histogram of the n request parameter.', requestN),
      maxTokens: this.#histogram('request_params_max_tokens', 'Histogram of the max_tokens request parameter.', counts),
      timePerOutputToken: this.#histogram(
        'request_time_per_output_token_seconds',
        'Histogram of time_per_output_token_seconds per request.',
        interTokenS,
      ),
      endToEnd: this.#histogram(
        'e2e_request_latency_seconds',
        'Histogram of e2e request latency in seconds.',
        requestS,
      ),
      queue: this.#histogram(
        'request_queue_time_seconds',
        'Histogram of time spent in WAITING phase for request.',
        requestS,
      ),
      inference: this.#histogram(
        'request_inference_time_seconds',
        'Histogram of time spent in RUNNING phase for request.',
        requestS,
      ),
      prefill: this.#histogram(
        'request_prefill_time_seconds',
        'Histogram of time spent in PREFILL phase for request.',
        requestS,
      ),
      decode: this.#histogram(
        'request_decode_time_seconds',
        'Histogram of time spent in DECODE phase for request.',
        requestS,
      ),
      prefillComputed: this.#histogram(
        'request_prefill_kv_computed_tokens',
        'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
        counts,
      ),
    }
  }

  #gauge(name: string, help: string): Gauge {
    return this.#keep(new Gauge(`vllm:${name}`, help, this.#labels))
  }

  #counter(name: string, help: string, label?: string, values: readonly string[] = ['']): Counter {
    const series = values.map((value) => (label === undefined ? this.#labels : { ...this.#labels, [label]: value }))
    return this.#keep(new Counter(`vllm:${name}`, help, series, this.#startedS))
  }

  #histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#keep(new Histogram(`vllm:${name}`, help, this.#labels, bounds, this.#startedS))
  }

  #keep<Kept extends Metric>(metric: Kept): Kept {
    this.#metrics.push(metric)
    return metric
  }
}

type RequestHistograms = Readonly<
  Record<
    | 'promptTokens'
    | 'generationTokens'
    | 'maxGenerationTokens'
    | 'n'
    | 'maxTokens'
    | 'timePerOutputToken'
    | 'endToEnd'
    | 'queue'
    | 'inference'
    | 'prefill'
    | 'decode'
    | 'prefillComputed',
    Histogram
  >
>
