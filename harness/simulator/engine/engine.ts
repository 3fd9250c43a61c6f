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
  /** Time from the arrival of a request to the scheduler: HTTP, validation and the hop to the engine process. */
  readonly frontEndMs: number
  /** Deviation of a step's time as a share of its mean. */
  readonly jitterCv: number
  /** The first steps take longer by this share, which decays over `warmupSteps`. */
  readonly warmupExcess: number
  readonly warmupSteps: number
  /** Speculative decoding; one token per step without it. */
  readonly speculation?: Speculation | null
}

interface StepInFlight {
  readonly work: StepWork
  readonly endMs: number
}

/**
 * The engine as a state machine without timers: the caller passes the time, and every step that is due by then
 * ends. Steps follow one another without a gap, each starting when the previous one ended and not when the caller
 * advances the engine, so the pace does not depend on how often or how late it is called.
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
      prefixLookup: (queried, hits) => this.#notify((observer) => observer.prefixLookup?.(queried, hits)),
      preempted: () => this.#notify((observer) => observer.preempted?.()),
    })
  }

  get gauges(): EngineGauges {
    return {
      running: this.#scheduler.runningCount,
      waiting: this.#scheduler.waitingCount,
      kvUsedShare: this.#scheduler.pool.usedShare,
    }
  }

  /** Time of the next event; null while idle. */
  get nextEventMs(): number | null {
    if (this.#step !== null) return this.#step.endMs
    const readyMs = this.#scheduler.nextReadyMs
    return readyMs === null ? null : Math.max(readyMs, this.#lastEndMs)
  }

  /** Submits a request that arrived now. */
  submit(request: EngineRequest, nowMs: number): Sequence {
    const sequence = newSequence(request, nowMs, nowMs + this.#config.frontEndMs)
    this.#scheduler.add(sequence)
    return sequence
  }

  /** Aborts a sequence: it gets no further token and its blocks are released immediately. */
  abort(sequence: Sequence, nowMs: number, reason: 'abort' | 'error' = 'abort'): void {
    if (sequence.state === 'finished') return
    this.#scheduler.remove(sequence)
    this.#notify((observer) => observer.finished?.(sequence, reason, nowMs))
  }

  /** Advances the engine to `nowMs`, by at most `maxSteps` steps. */
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
    this.#notify((observer) => observer.stepBegan?.(startMs, endMs, cost))
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
    // the next step starts immediately, so that the gauges of this step show its queue length
    if (this.#scheduler.runningCount > 0) this.#begin(step.endMs)
    const gauges = this.gauges
    this.#notify((observer) => observer.stepEnded?.(step.work.tokenCount, gauges))
  }

  /** Emits one token, and the accepted tokens of a draft. */
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
    // all verified tokens are computed; only the last token is not
    sequence.computed = sequence.tokens.length - 1
    this.#notify((observer) => observer.drafted?.(drafted.draftTokens, emitted - 1))
  }

  #emitToken(sequence: Sequence, atMs: number, sameStep: boolean, more: boolean): void {
    const { request } = sequence
    const outputTokens = outputTokensOf(sequence) + 1
    const finish = this.#finishReason(sequence, outputTokens)
    const piece = finish === 'stop' ? -1 : this.#choosePiece(sequence, outputTokens)
    sequence.tokens.push(piece < 0 ? this.#config.vocab - 1 : (this.#pieceTokens[piece] as number))
    this.#notify((observer) => observer.tokenEmitted?.(sequence, atMs, sameStep))
    sequence.firstTokenMs ??= atMs
    sequence.lastTokenMs = atMs
    if (finish !== null) {
      this.#scheduler.remove(sequence)
      this.#notify((observer) => observer.finished?.(sequence, finish, atMs))
    }
    request.onToken(piece, outputTokens, finish, more && finish === null)
  }

  #finishReason(sequence: Sequence, outputTokens: number): FinishReason | null {
    if (outputTokens >= sequence.request.stopAfterTokens) return 'stop'
    if (outputTokens >= sequence.request.maxTokens) return 'length'
    return sequence.tokens.length + 1 >= this.#config.maxModelLen ? 'length' : null
  }

  /** Greedy sampling of a fixed model: the next token depends only on the previous tokens. */
  #choosePiece(sequence: Sequence, outputTokens: number): number {
    const last = sequence.tokens[sequence.tokens.length - 1] ?? 0
    return mix32(last ^ Math.imul(outputTokens, 0x9e3779b9)) % this.#pieceTokens.length
  }

  #notify(call: (observer: EngineObserver) => void): void {
    for (const observer of this.#observers) call(observer)
  }
}
