import { PRIMING } from '../load/protocol.ts'
import { FailureTally } from '../record/failure-tally.ts'
import type { Outcome, RequestRow } from '../record/rows.ts'
import { percentileSorted } from '../stats/percentiles.ts'
import { counted } from '../units.ts'

/** What the watch depends on. */
export interface RequestWatchOptions {
  /** Requests that the load keeps in flight at most. */
  readonly connections: number
  /** Time of one request alone on the server, in ms; null if unknown. */
  readonly aloneMs: number | null
  /** Called with the message of the first failure of each kind. */
  readonly onFirst: (message: string) => void
  /** Called once, with the reason, when no further request can be expected to succeed. */
  readonly onHopeless: (reason: string) => void
}

/** Without a success for this time, a load may be hopeless. */
const PATIENCE_MS = 5000
/** Under load a request may take several times as long as alone. */
const SLOWER_UNDER_LOAD = 5
/** Fewer failures in a row may be chance. */
const FEWEST_FAILURES = 5
/** How many of the latest requests stand for their time. */
const LATEST_REQUESTS = 100

/** Failures since the last success; times on the run's clock. */
interface FailedSpan {
  readonly sinceMs: number
  requests: number
}

const noSpan = (): FailedSpan => ({ sinceMs: Number.NaN, requests: 0 })

/**
 * Follows how the requests of a run end. The first failure of each kind is reported at once, and a load in which nothing
 * succeeds any more is ended: the server refuses every connection, or every request has failed for several times as long
 * as one takes.
 */
export class RequestWatch {
  readonly #options: RequestWatchOptions
  readonly #tally = new FailureTally()
  readonly #seen = new Set<Outcome>()
  /** Failures of any kind since the last success, and refused connections since the last answer of any kind. */
  #failed = noSpan()
  #refused = noSpan()
  /** When the last failed request ended. */
  #lastMs = 0
  #isHopeless = false
  /** Times of the latest requests that succeeded, in ms. */
  #okMs: number[] = []
  #phase = { sent: 0, ok: 0 }

  constructor(options: RequestWatchOptions) {
    this.#options = options
  }

  /** Median time of the latest requests that succeeded, in ms: the first of a warm-up may be slow. Null without one. */
  get typicalMs(): number | null {
    return percentileSorted(
      this.#okMs.toSorted((a, b) => a - b),
      0.5,
    )
  }

  /** Requests of the phase that have ended, and those of them that succeeded. */
  get phase(): { readonly sent: number; readonly ok: number } {
    return this.#phase
  }

  /** Starts to count a priming, a warm-up or a trial. */
  beginPhase(): void {
    this.#phase = { sent: 0, ok: 0 }
  }

  /** Why the phase that ended makes further ones pointless: it sent requests, and none succeeded. Null otherwise. */
  verdictOfPhase(): string | null {
    const { sent, ok } = this.#phase
    return sent > 0 && ok === 0 ? `none of ${counted(sent, 'request')} succeeded: ${this.#mostFrequent()}` : null
  }

  see(rows: readonly RequestRow[]): void {
    for (const row of rows) if (!isOurCut(row)) this.#add(row)
    this.#judge()
  }

  #add(row: RequestRow): void {
    this.#phase.sent += 1
    if (row.outcome === 'ok') {
      this.#phase.ok += 1
      // an answer of one token says nothing about the others
      if (row.trial !== PRIMING) this.#okMs.push((row.lastTokenMs ?? row.endMs) - (row.dispatchedMs ?? row.scheduledMs))
      if (this.#okMs.length > LATEST_REQUESTS) this.#okMs.shift()
      this.#failed = noSpan()
      this.#refused = noSpan()
      return
    }
    this.#tally.add(row.outcome, row.error)
    this.#failed = longer(this.#failed, row.endMs)
    this.#refused = row.outcome === 'connect' ? longer(this.#refused, row.endMs) : noSpan()
    this.#lastMs = Math.max(this.#lastMs, row.endMs)
    if (this.#seen.has(row.outcome)) return
    this.#seen.add(row.outcome)
    this.#options.onFirst(`a request failed (${row.outcome}): ${row.error || 'no message'}`)
  }

  #judge(): void {
    if (this.#isHopeless) return
    const { connections, aloneMs } = this.#options
    const failedForMs = this.#lastMs - this.#failed.sinceMs
    const refusedForMs = this.#lastMs - this.#refused.sinceMs
    const knownMs = Math.max(aloneMs ?? 0, this.typicalMs ?? 0)
    const isGone = this.#refused.requests >= FEWEST_FAILURES && refusedForMs >= PATIENCE_MS
    const isFailing =
      this.#failed.requests >= Math.max(FEWEST_FAILURES, 2 * connections) &&
      failedForMs >= Math.max(PATIENCE_MS, SLOWER_UNDER_LOAD * knownMs)
    if (!isGone && !isFailing) return
    this.#isHopeless = true
    const seconds = ((isGone ? refusedForMs : failedForMs) / 1000).toFixed(1)
    this.#options.onHopeless(
      isGone
        ? `the server has refused every connection for ${seconds} s (${counted(this.#refused.requests, 'request')}): ${this.#mostFrequent('connect')}; check its log for the reason of its end`
        : `no request has succeeded for ${seconds} s (${this.#failed.requests} failed): ${this.#mostFrequent()}`,
    )
  }

  /** The most frequent message of all failures, or of one kind. */
  #mostFrequent(only?: Outcome): string {
    const kinds = Object.entries(this.#tally.mostFrequent()).filter(([kind]) => only === undefined || kind === only)
    const [first, ...others] = kinds
    if (first === undefined) return 'no message'
    const [kind, { message }] = others.reduce(
      (best, each) => (each[1].requests > best[1].requests ? each : best),
      first,
    )
    return `${kind}: ${message || 'no message'}`
  }
}

const longer = (span: FailedSpan, endMs: number): FailedSpan =>
  span.requests === 0 ? { sinceMs: endMs, requests: 1 } : { ...span, requests: span.requests + 1 }

/** A request that the harness cut says nothing about the server; one that the server cut has its finish_reason. */
const isOurCut = ({ outcome, finishReason }: RequestRow): boolean => outcome === 'aborted' && finishReason === null
