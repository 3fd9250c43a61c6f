import type { EngineGauges, EngineObserver } from '../engine/observer.ts'
import type { FinishReason, Sequence } from '../engine/sequence.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import { formatValue } from './prometheus.ts'

/** The page of /metrics of one server process: its start time, and the metrics of its engine, anew after each restart. */
export class ServerPage implements EngineObserver {
  readonly #makeMetrics: () => EngineMetrics
  #metrics: EngineMetrics
  #startedS: number

  constructor(startedS: number, makeMetrics: () => EngineMetrics) {
    this.#startedS = startedS
    this.#makeMetrics = makeMetrics
    this.#metrics = makeMetrics()
  }

  /** All counters begin at 0, as in a new process. */
  restart(startedS: number): void {
    this.#startedS = startedS
    this.#metrics = this.#makeMetrics()
  }

  /** The text of the page. */
  render(): string {
    return `${this.renderProcess()}${this.#metrics.render()}`
  }

  /** The part of the page that Prometheus' own client adds. */
  renderProcess(): string {
    const name = 'process_start_time_seconds'
    const help = 'Start time of the process since unix epoch in seconds.'
    return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${formatValue(this.#startedS)}\n`
  }

  stepEnded(tokenCount: number, gauges: EngineGauges): void {
    this.#metrics.stepEnded(tokenCount, gauges)
  }

  prefixLookup(queriedTokens: number, hitTokens: number): void {
    this.#metrics.prefixLookup(queriedTokens, hitTokens)
  }

  preempted(): void {
    this.#metrics.preempted()
  }

  tokenEmitted(sequence: Sequence, atMs: number, sameStep: boolean): void {
    this.#metrics.tokenEmitted(sequence, atMs, sameStep)
  }

  drafted(draftTokens: number, acceptedTokens: number): void {
    this.#metrics.drafted(draftTokens, acceptedTokens)
  }

  finished(sequence: Sequence, reason: FinishReason, atMs: number): void {
    this.#metrics.finished(sequence, reason, atMs)
  }
}
