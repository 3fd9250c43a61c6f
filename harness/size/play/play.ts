import { decodeStepMs, type RequestSize, type ServedModel } from '../served-model.ts'
import { Heap } from './heap.ts'
import type { PlayedLoad } from './load.ts'
import { type Played, Tally } from './tally.ts'

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
  readonly #tally: Tally
  readonly #waiting: number[] = []
  readonly #prompts: number[] = []
  #waitingFrom = 0
  #promptsFrom = 0
  #sent = 0
  #ended = 0
  #nowMs = 0
  #steps = 0
  #kvUsed = 0

  constructor(server: ServedModel, load: PlayedLoad) {
    this.#server = server
    this.#load = load
    this.#tally = new Tally(load.slo)
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
      if (request === warmup) this.#tally.start(this.#nowMs)
    }
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
    this.#tally.prompts(longerMs, done.length)
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
    this.#tally.pass(ms, inFlight, this.#decodes.size * steps)
  }

  get #inFlight(): number {
    return this.#decodes.size + this.#prompts.length - this.#promptsFrom + this.#waiting.length - this.#waitingFrom
  }

  #endDecodes(): void {
    while (this.#decodes.lowest <= this.#steps) this.#end(this.#decodes.pop())
  }

  #end(request: number): void {
    this.#kvUsed -= this.#kvOf(request)
    this.#ended += 1
    this.#send(this.#nowMs)
    if (request < this.#load.warmup) return
    const { outputTokens } = this.#size(request)
    const { frontEndMs } = this.#server
    const e2eMs = this.#nowMs - this.#arrivedMs[request]! + frontEndMs
    const ttftMs = this.#firstMs[request]! - this.#arrivedMs[request]! + frontEndMs
    this.#tally.end({ ttftMs, e2eMs, outputTokens })
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
    const waited = (mark: number) =>
      this.#obstacle.reduce((sum, seen) => sum + Number((seen & mark) > 0), 0) / this.#load.requests
    return this.#tally.played(this.#nowMs, { waitedForKv: waited(FOR_KV), waitedForPlace: waited(FOR_PLACE) })
  }
}

const FOR_PLACE = 1
const FOR_KV = 2
