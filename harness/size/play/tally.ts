import type { SloLimits } from '../served-model.ts'

/** What became of the counted requests. */
export interface Played {
  readonly counted: number
  /** Share that met every limit. */
  readonly goodShare: number
  /** Shares that missed the limit of the TTFT, and that of the TPOT. */
  readonly lateFirst: number
  readonly slowDecode: number
  /** Share of all requests that had to wait for room in the KV cache, or for one of the places. */
  readonly waitedForKv: number
  readonly waitedForPlace: number
  readonly meanTtftMs: number
  readonly meanE2eMs: number
  readonly requestsPerS: number
  readonly outputTokensPerS: number
  /** Requests in the server, mean over time, and highest. */
  readonly meanInFlight: number
  readonly mostInFlight: number
  /** Share of the busy time that steps took longer because of prompts. */
  readonly promptShare: number
}

/** A request that was answered, by the time of its client. */
export interface Answered {
  readonly ttftMs: number
  readonly e2eMs: number
  readonly outputTokens: number
}

/** Counts what a played server does, from the first counted request on. */
export class Tally {
  readonly #slo: SloLimits
  #fromMs = Number.NaN
  #busyMs = 0
  #promptMs = 0
  #tokens = 0
  #inFlightMs = 0
  #mostInFlight = 0
  #good = 0
  #counted = 0
  #lateFirst = 0
  #slowDecode = 0
  #ttftSumMs = 0
  #e2eSumMs = 0

  constructor(slo: SloLimits) {
    this.#slo = slo
  }

  /** Forgets what was before: the first counted request has arrived. */
  start(nowMs: number): void {
    this.#fromMs = nowMs
    this.#busyMs = 0
    this.#promptMs = 0
    this.#tokens = 0
    this.#inFlightMs = 0
  }

  /** Time in which the server worked, with the requests in it, and the decoded tokens. */
  pass(ms: number, inFlight: number, tokens: number): void {
    this.#busyMs += ms
    this.#tokens += tokens
    this.#inFlightMs += inFlight * ms
    if (inFlight > this.#mostInFlight && !Number.isNaN(this.#fromMs)) this.#mostInFlight = inFlight
  }

  /** What prompts add to a step, and the first tokens that came out of it. */
  prompts(longerMs: number, firstTokens: number): void {
    this.#promptMs += longerMs
    this.#tokens += firstTokens
  }

  /** A counted request has ended. */
  end({ ttftMs, e2eMs, outputTokens }: Answered): void {
    const tpotMs = outputTokens > 1 ? (e2eMs - ttftMs) / (outputTokens - 1) : 0
    const isLate = this.#slo.ttftMs !== undefined && ttftMs > this.#slo.ttftMs
    const isSlow = this.#slo.tpotMs !== undefined && tpotMs > this.#slo.tpotMs
    const isLong = this.#slo.e2eMs !== undefined && e2eMs > this.#slo.e2eMs
    this.#counted += 1
    this.#good += Number(!(isLate || isSlow || isLong))
    this.#lateFirst += Number(isLate)
    this.#slowDecode += Number(isSlow)
    this.#ttftSumMs += ttftMs
    this.#e2eSumMs += e2eMs
  }

  /** The result. `waited` are the shares of all requests that had to wait. */
  played(nowMs: number, waited: Pick<Played, 'waitedForKv' | 'waitedForPlace'>): Played {
    const counted = Math.max(1, this.#counted)
    const spanMs = Math.max(1e-9, nowMs - this.#fromMs)
    return {
      counted: this.#counted,
      goodShare: this.#good / counted,
      lateFirst: this.#lateFirst / counted,
      slowDecode: this.#slowDecode / counted,
      ...waited,
      meanTtftMs: this.#ttftSumMs / counted,
      meanE2eMs: this.#e2eSumMs / counted,
      requestsPerS: (this.#counted * 1000) / spanMs,
      outputTokensPerS: (this.#tokens * 1000) / spanMs,
      meanInFlight: this.#inFlightMs / spanMs,
      mostInFlight: this.#mostInFlight,
      promptShare: this.#busyMs === 0 ? 0 : this.#promptMs / this.#busyMs,
    }
  }
}
