import { outputTokensOf, type Sequence } from '../engine/sequence.ts'
import { interTokenS, requestN, requestS, tokenCounts } from './buckets.ts'
import type { Histogram } from './prometheus.ts'
import type { Registry } from './registry.ts'

/** The distributions with one value per finished request. */
export class RequestMetrics {
  readonly #promptTokens: Histogram
  readonly #generationTokens: Histogram
  readonly #maxGenerationTokens: Histogram
  readonly #n: Histogram
  readonly #maxTokens: Histogram
  readonly #timePerOutputToken: Histogram
  readonly #endToEnd: Histogram
  readonly #queue: Histogram
  readonly #inference: Histogram
  readonly #prefill: Histogram
  readonly #decode: Histogram
  readonly #prefillComputed: Histogram

  constructor(registry: Registry, maxModelLen: number) {
    const counts = tokenCounts(maxModelLen)
    const tokens = (name: string, help: string) => registry.histogram(`request_${name}`, help, counts)
    const time = (name: string, phase: string) =>
      registry.histogram(
        `request_${name}_time_seconds`,
        `Histogram of time spent in ${phase} phase for request.`,
        requestS,
      )
    this.#promptTokens = tokens('prompt_tokens', 'Number of prefill tokens processed.')
    this.#generationTokens = tokens('generation_tokens', 'Number of generation tokens processed.')
    this.#maxGenerationTokens = tokens(
      'max_num_generation_tokens',
      'Histogram of maximum number of requested generation tokens.',
    )
    this.#n = registry.histogram('request_params_n', 'Histogram of the n request parameter.', requestN)
    this.#maxTokens = tokens('params_max_tokens', 'Histogram of the max_tokens request parameter.')
    this.#timePerOutputToken = registry.histogram(
      'request_time_per_output_token_seconds',
      'Histogram of time_per_output_token_seconds per request.',
      interTokenS,
    )
    this.#endToEnd = registry.histogram(
      'e2e_request_latency_seconds',
      'Histogram of e2e request latency in seconds.',
      requestS,
    )
    this.#queue = time('queue', 'WAITING')
    this.#inference = time('inference', 'RUNNING')
    this.#prefill = time('prefill', 'PREFILL')
    this.#decode = time('decode', 'DECODE')
    this.#prefillComputed = tokens(
      'prefill_kv_computed_tokens',
      'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
    )
  }

  /** `engineMs` is when the engine finished it, `seenMs` when the front end received that. */
  finished(sequence: Sequence, engineMs: number, seenMs: number): void {
    const { arrivedMs, readyMs, scheduledMs, firstTokenMs, promptLength, cachedTokens, request } = sequence
    const outputTokens = outputTokensOf(sequence)
    this.#endToEnd.observe((seenMs - arrivedMs) / 1000)
    this.#promptTokens.observe(promptLength)
    this.#generationTokens.observe(outputTokens)
    this.#maxGenerationTokens.observe(outputTokens)
    this.#maxTokens.observe(request.maxTokens)
    this.#n.observe(1)
    if (scheduledMs === null || firstTokenMs === null) return
    const decodeS = (engineMs - firstTokenMs) / 1000
    this.#queue.observe((scheduledMs - readyMs) / 1000)
    this.#prefill.observe((firstTokenMs - scheduledMs) / 1000)
    this.#inference.observe((engineMs - scheduledMs) / 1000)
    this.#decode.observe(decodeS)
    this.#prefillComputed.observe(promptLength - cachedTokens)
    if (outputTokens > 1) this.#timePerOutputToken.observe(decodeS / (outputTokens - 1))
  }
}
