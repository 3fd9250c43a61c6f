import { mix32, type Random, seededRandom, unitLognormal } from '../random.ts'
import type { EngineGauges, EngineObserver } from './observer.ts'
import { Scheduler, type SchedulerLimits } from './scheduler.ts'
import { type EngineRequest, type FinishReason, newSequence, outputTokensOf, type Sequence } from './sequence.ts'
import { acceptedDrafts, type Speculation } from './speculation.ts'
import type { StepCostModel, StepWork } from './step-work.ts'
import { pieceTokens } from './token-table.ts'

export interface EngineConfig extends SchedulerLimits {
  readonly maxModelLen: number
  readonly vocab: number
  readonly seed: number
  readonly costOf: StepCostModel
  /** From the arrival of a request to the scheduler: HTTP, validation and the hop to the engine process. */
  readonly frontEndMs: number
  /** Deviation of a step's time as a share of its mean. */
  readonly jitterCv: number
  /** The very first steps take this much longer, as a share, and the excess dies away over `warmupSteps`. */
  readonly warmupExcess: number
  readonly warmupSteps: number
  /** Speculative decoding; one token a step without it. */
  readonly speculation?: Speculation | null
}

interface StepInFlight {
  readonly work: StepWork
  readonly endMs: number
}

/**
 * The engine as a state machine without timers: the caller says what time it is, and every step that has ended by then
 * ends. Steps follow one another without a gap, each beginning when the one before ended and not when the caller
 * noticed, so the pace does not depend on how often or how late it is called.
 */
export class Engine {
  readonly #config: EngineConfig
  readonly #observers: readonly EngineObserver[]
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #draftRandom: Random
  readonly #pieceTokens: readonly number[]
  #step: StepInFlight | null = null
  #lastEndMs = 0
  #stepCount = 0

  constructor(config: EngineConfig, observers: readonly EngineObserver[] = []) {
    this.#config = config
    this.#observers = observers
    this.#random = seededRandom(config.seed)
    this.#draftRandom = seededRandom(config.seed + 2)
    this.#pieceTokens = pieceTokens(config.vocab)
    this.#scheduler = new Scheduler(config, {
      prefixLookup: (queried, hits) => this.#tell((observer) => observer.prefixLookup?.(queried, hits)),
      preempted: () => this.#tell((observer) => observer.preempted?.()),
    })
  }

  get gauges(): EngineGauges {
    return {
      running: this.#scheduler.runningCount,
      waiting: this.#scheduler.waitingCount,
      kvUsedShare: this.#scheduler.pool.usedShare,
    }
  }

  /** When something will happen next; null while idle. */
  get nextEventMs(): number | null {
    if (this.#step !== null) return this.#step.endMs
    const readyMs = this.#scheduler.nextReadyMs
    return readyMs === null ? null : Math.max(readyMs, this.#lastEndMs)
  }

  /** Takes a request that arrived now. */
  submit(request: EngineRequest, nowMs: number): Sequence {
    const sequence = newSequence(request, nowMs, nowMs + this.#config.frontEndMs)
    this.#scheduler.add(sequence)
    return sequence
  }

  /** Nobody wants the rest: the sequence leaves without another token and its blocks are free at once. */
  abort(sequence: Sequence, nowMs: number, reason: 'abort' | 'error' = 'abort'): void {
    if (sequence.state === 'finished') return
    this.#scheduler.remove(sequence)
    this.#tell((observer) => observer.finished?.(sequence, reason, nowMs))
  }

  /** Brings the engine up to `nowMs`, or `maxSteps` steps nearer to it. */
  advance(nowMs: number, maxSteps = Number.POSITIVE_INFINITY): void {
    const lastStep = this.#stepCount + maxSteps
    while (this.#stepCount < lastStep) {
      if (this.#step === null) {
        const startMs = this.nextEventMs
        if (startMs === null || startMs > nowMs || !this.#begin(startMs)) return
      } else {
        if (this.#step.endMs > nowMs) return
        this.#finish(this.#step)
      }
    }
  }

  #begin(startMs: number): boolean {
    const work = this.#scheduler.schedule(startMs)
    if (work === null) return false
    const { costOf, jitterCv, warmupExcess, warmupSteps } = this.#config
    const cost = costOf(work)
    const warmup = 1 + warmupExcess * Math.exp(-this.#stepCount / warmupSteps)
    const endMs = startMs + cost.timeMs * warmup * unitLognormal(this.#random, jitterCv)
    this.#stepCount += 1
    this.#step = { work, endMs }
    this.#tell((observer) => observer.stepBegan?.(startMs, endMs, cost))
    return true
  }

  #finish(step: StepInFlight): void {
    this.#step = null
    this.#lastEndMs = step.endMs
    for (const sequence of step.work.scheduled) {
      if (sequence.state !== 'running') continue
      sequence.computed += sequence.inFlight
      sequence.inFlight = 0
      if (sequence.computed === sequence.tokens.length) this.#emitTokens(sequence, step.endMs)
    }
    // The next step begins here and now, so that its queue length is what the gauges of this one show.
    if (this.#scheduler.runningCount > 0) this.#begin(step.endMs)
    const gauges = this.gauges
    this.#tell((observer) => observer.stepEnded?.(step.work.tokenCount, gauges))
  }

  /** One token, and as many more as a draft had right. */
  #emitTokens(sequence: Sequence, atMs: number): void {
    const { speculation } = this.#config
    // the token after the prompt has no draft
    const drafted = speculation && outputTokensOf(sequence) > 0 ? speculation : null
    const accepted = drafted ? acceptedDrafts(drafted, this.#draftRandom) : 0
    let emitted = 0
    while (emitted <= accepted && sequence.state === 'running') {
      this.#emitToken(sequence, atMs, emitted > 0, emitted < accepted)
      emitted += 1
    }
    if (drafted === null) return
    // what was checked in this step is computed; only the last token is not
    sequence.computed = sequence.tokens.length - 1
    this.#tell((observer) => observer.drafted?.(drafted.draftTokens, emitted - 1))
  }

  #emitToken(sequence: Sequence, atMs: number, sameStep: boolean, more: boolean): void {
    const { request } = sequence
    const outputTokens = outputTokensOf(sequence) + 1
    const finish = this.#finishReason(sequence, outputTokens)
    const piece = finish === 'stop' ? -1 : this.#choosePiece(sequence, outputTokens)
    sequence.tokens.push(piece < 0 ? this.#config.vocab - 1 : (this.#pieceTokens[piece] as number))
    this.#tell((observer) => observer.tokenEmitted?.(sequence, atMs, sameStep))
    sequence.firstTokenMs ??= atMs
    sequence.lastTokenMs = atMs
    if (finish !== null) {
      this.#scheduler.remove(sequence)
      this.#tell((observer) => observer.finished?.(sequence, finish, atMs))
    }
    request.onToken(piece, outputTokens, finish, more && finish === null)
  }

  #finishReason(sequence: Sequence, outputTokens: number): FinishReason | null {
    if (outputTokens >= sequence.request.stopAfterTokens) return 'stop'
    if (outputTokens >= sequence.request.maxTokens) return 'length'
    return sequence.tokens.length + 1 >= this.#config.maxModelLen ? 'length' : null
  }

  /** Greedy sampling of a fixed model: what is said follows from what was said before. */
  #choosePiece(sequence: Sequence, outputTokens: number): number {
    const last = sequence.tokens[sequence.tokens.length - 1] ?? 0
    return mix32(last ^ Math.imul(outputTokens, 0x9e3779b9)) % this.#pieceTokens.length
  }

  #tell(say: (observer: EngineObserver) => void): void {
    for (const observer of this.#observers) say(observer)
  }
}
