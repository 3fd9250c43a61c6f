import { Heap } from './heap.ts'
import { decodeStepMs, type RequestSize, type ServedModel, type SloLimits } from './served-model.ts'

/** Who sends when: at given times, or users who each send their next request a pause after the last answer. */
export type Senders =
  | { readonly kind: 'open'; readonly arrivalsMs: Float64Array }
  | {
      readonly kind: 'users'
      readonly users: number
      readonly pausesMs: Float64Array
      /** Time over which the users start, evenly; equal requests that start together would stay in step for ever. */
      readonly startMs: number
    }

/** A load on one server: request `i` has the size `sizes[i % sizes.length]`. */
export interface PlayedLoad {
  readonly senders: Senders
  readonly sizes: readonly RequestSize[]
  /** Requests that are played, and how many of the first are not counted. */
  readonly requests: number
  readonly warmup: number
  readonly slo: SloLimits
}

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

/** Share of an answer whose cache is held on average: requests that run together are at all stages of theirs. */
export const HELD_OF_ANSWER = 0.6
/** Fewest prompt tokens that a step computes, however many requests decode in it. */
const LEAST_CHUNK = 16

/**
 * Plays a load on a server, event by event: between two arrivals or ends all decode steps are alike and are taken at once.
 * A request is admitted in order of arrival, when a place and KV cache for its prompt and what its answer holds on average are free.
 */
export function play(server: ServedModel, load: PlayedLoad): Played {
  return new Player(server, load).run()
}

class Player {
  readonly #server: ServedModel
  readonly #load: PlayedLoad
  readonly #arrivals = new Heap()
  readonly #decodes = new Heap()
  readonly #stepMs: Float64Array
  readonly #arrivedMs: Float64Array
  readonly #firstMs: Float64Array
  readonly #left: Float64Array
  readonly #obstacle: Uint8Array
  readonly #waiting: number[] = []
  readonly #prompts: number[] = []
  #waitingFrom = 0
  #promptsFrom = 0
  #sent = 0
  #ended = 0
  #nowMs = 0
  #steps = 0
  #kvUsed = 0
  #busyMs = 0
  #promptMs = 0
  #tokens = 0
  #inFlightMs = 0
  #countFromMs = Number.NaN
  #mostInFlight = 0
  #good = 0
  #counted = 0
  #lateFirst = 0
  #slowDecode = 0
  #ttftSumMs = 0
  #e2eSumMs = 0

  constructor(server: ServedModel, load: PlayedLoad) {
    this.#server = server
    this.#load = load
    const places = Math.min(server.mostRunning, load.requests) + 2
    this.#stepMs = Float64Array.from({ length: places }, (_, running) =>
      decodeStepMs(server.decode, Math.max(1, running)),
    )
    this.#arrivedMs = new Float64Array(load.requests)
    this.#firstMs = new Float64Array(load.requests)
    this.#left = new Float64Array(load.requests)
    this.#obstacle = new Uint8Array(load.requests)
    const { senders } = load
    if (senders.kind === 'users') {
      for (let user = 0; user < senders.users; user += 1) this.#send((user * senders.startMs) / senders.users)
    }
  }

  run(): Played {
    const { requests, senders } = this.#load
    while (this.#ended < requests) {
      this.#receive()
      this.#admit()
      const isIdle = this.#decodes.size === 0 && this.#promptsFrom === this.#prompts.length
      if (isIdle) {
        const next = this.#nextArrivalMs()
        if (!Number.isFinite(next)) break
        this.#nowMs = next
      } else if (this.#promptsFrom < this.#prompts.length) this.#promptStep()
      else this.#decodeSteps()
      // what is left of a closed loop is no longer its load
      if (senders.kind === 'users' && this.#sent >= requests) break
    }
    return this.#played()
  }

  #nextArrivalMs(): number {
    const { senders, requests } = this.#load
    if (senders.kind === 'users') return this.#arrivals.lowest
    return this.#sent < requests ? senders.arrivalsMs[this.#sent]! : Number.POSITIVE_INFINITY
  }

  /** A user sends a request after a pause. */
  #send(atMs: number): void {
    const { senders, requests } = this.#load
    if (senders.kind !== 'users' || this.#sent >= requests) return
    const pauseMs = senders.pausesMs[this.#sent % senders.pausesMs.length] ?? 0
    this.#arrivals.push(atMs + pauseMs, this.#sent)
    this.#sent += 1
  }

  #receive(): void {
    const { senders, warmup } = this.#load
    while (this.#nextArrivalMs() <= this.#nowMs) {
      const [atMs, request] =
        senders.kind === 'users'
          ? [this.#arrivals.lowest, this.#arrivals.pop()]
          : [senders.arrivalsMs[this.#sent]!, this.#sent++]
      this.#arrivedMs[request] = atMs
      this.#left[request] = this.#newTokens(request)
      this.#waiting.push(request)
      if (request === warmup) this.#startCounting()
    }
  }

  #startCounting(): void {
    this.#countFromMs = this.#nowMs
    this.#busyMs = 0
    this.#promptMs = 0
    this.#tokens = 0
    this.#inFlightMs = 0
  }

  #size(request: number): RequestSize {
    return this.#load.sizes[request % this.#load.sizes.length]!
  }

  #newTokens(request: number): number {
    const { promptTokens, cachedTokens } = this.#size(request)
    return Math.max(1, promptTokens - cachedTokens)
  }

  #kvOf(request: number): number {
    const { promptTokens, outputTokens } = this.#size(request)
    return promptTokens + HELD_OF_ANSWER * outputTokens
  }

  #admit(): void {
    const { mostRunning, kvTokens } = this.#server
    while (this.#waitingFrom < this.#waiting.length) {
      const request = this.#waiting[this.#waitingFrom]!
      const running = this.#decodes.size + this.#prompts.length - this.#promptsFrom
      const isAlone = running === 0
      if (running >= mostRunning) {
        this.#obstacle[request]! |= FOR_PLACE
        return
      }
      if (kvTokens !== null && this.#kvUsed + this.#kvOf(request) > kvTokens && !isAlone) {
        this.#obstacle[request]! |= FOR_KV
        return
      }
      this.#kvUsed += this.#kvOf(request)
      this.#prompts.push(request)
      this.#waitingFrom += 1
    }
  }

  /** One step in which prompts are computed beside the decodes. */
  #promptStep(): void {
    const { stepTokens, promptTokenMs } = this.#server
    const decoding = this.#decodes.size
    const inFlight = this.#inFlight
    let budget = Math.max(LEAST_CHUNK, stepTokens - decoding)
    let tokens = 0
    const done: number[] = []
    while (budget > 0 && this.#promptsFrom < this.#prompts.length) {
      const request = this.#prompts[this.#promptsFrom]!
      const taken = Math.min(budget, this.#left[request]!)
      this.#left[request]! -= taken
      tokens += taken
      budget -= taken
      if (this.#left[request]! > 0) break
      this.#promptsFrom += 1
      done.push(request)
    }
    // the weights are read once for prompts and decodes: what a step takes alone is not added again
    const longerMs = Math.max(0, tokens * promptTokenMs - this.#stepMs[1]!)
    this.#pass(this.#stepMs[decoding]! + longerMs, 1, inFlight)
    this.#promptMs += longerMs
    this.#tokens += done.length
    this.#endDecodes()
    for (const request of done) {
      this.#firstMs[request] = this.#nowMs
      const { outputTokens } = this.#size(request)
      if (outputTokens <= 1) this.#end(request)
      else this.#decodes.push(this.#steps + outputTokens - 1, request)
    }
    this.#compact()
  }

  /** Decode steps up to the next end or arrival. */
  #decodeSteps(): void {
    const stepMs = this.#stepMs[this.#decodes.size]!
    const toEnd = this.#decodes.lowest - this.#steps
    const toArrival = Math.max(1, Math.ceil((this.#nextArrivalMs() - this.#nowMs) / stepMs))
    const steps = this.#waitingFrom < this.#waiting.length ? toEnd : Math.min(toEnd, toArrival)
    this.#pass(stepMs, steps, this.#inFlight)
    this.#endDecodes()
  }

  #pass(stepMs: number, steps: number, inFlight: number): void {
    const ms = stepMs * steps
    this.#nowMs += ms
    this.#steps += steps
    this.#busyMs += ms
    this.#tokens += this.#decodes.size * steps
    this.#inFlightMs += inFlight * ms
    if (inFlight > this.#mostInFlight && !Number.isNaN(this.#countFromMs)) this.#mostInFlight = inFlight
  }

  get #inFlight(): number {
    return this.#decodes.size + this.#prompts.length - this.#promptsFrom + this.#waiting.length - this.#waitingFrom
  }

  #endDecodes(): void {
    while (this.#decodes.lowest <= this.#steps) this.#end(this.#decodes.pop())
  }

  #end(request: number): void {
    const { warmup, slo } = this.#load
    this.#kvUsed -= this.#kvOf(request)
    this.#ended += 1
    this.#send(this.#nowMs)
    if (request < warmup) return
    const { outputTokens } = this.#size(request)
    const { frontEndMs } = this.#server
    const e2eMs = this.#nowMs - this.#arrivedMs[request]! + frontEndMs
    const ttftMs = this.#firstMs[request]! - this.#arrivedMs[request]! + frontEndMs
    const tpotMs = outputTokens > 1 ? (e2eMs - ttftMs) / (outputTokens - 1) : 0
    const isLate = slo.ttftMs !== undefined && ttftMs > slo.ttftMs
    const isSlow = slo.tpotMs !== undefined && tpotMs > slo.tpotMs
    const isLong = slo.e2eMs !== undefined && e2eMs > slo.e2eMs
    this.#counted += 1
    this.#good += Number(!(isLate || isSlow || isLong))
    this.#lateFirst += Number(isLate)
    this.#slowDecode += Number(isSlow)
    this.#ttftSumMs += ttftMs
    this.#e2eSumMs += e2eMs
  }

  /** Long queues are arrays with a moving start; what lies before it is dropped now and then. */
  #compact(): void {
    if (this.#promptsFrom > 1024) {
      this.#prompts.splice(0, this.#promptsFrom)
      this.#promptsFrom = 0
    }
    if (this.#waitingFrom > 1024) {
      this.#waiting.splice(0, this.#waitingFrom)
      this.#waitingFrom = 0
    }
  }

  #played(): Played {
    const counted = Math.max(1, this.#counted)
    const spanMs = Math.max(1e-9, this.#nowMs - this.#countFromMs)
    const waited = (mark: number) =>
      this.#obstacle.reduce((sum, seen) => sum + Number((seen & mark) > 0), 0) / this.#load.requests
    return {
      counted: this.#counted,
      goodShare: this.#good / counted,
      lateFirst: this.#lateFirst / counted,
      slowDecode: this.#slowDecode / counted,
      waitedForKv: waited(FOR_KV),
      waitedForPlace: waited(FOR_PLACE),
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

const FOR_PLACE = 1
const FOR_KV = 2
