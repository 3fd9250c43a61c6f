import { type BlockHash, chainBlock } from './block-hash.ts'
import { BlockPool } from './block-pool.ts'
import { outputTokensOf, type Sequence } from './sequence.ts'
import type { PrefillChunk, StepWork } from './step-work.ts'

export interface SchedulerLimits {
  readonly blockSize: number
  readonly blockCount: number
  /** Sequences that may run at once. */
  readonly maxNumSeqs: number
  /** Tokens that one step may compute. */
  readonly maxNumBatchedTokens: number
  readonly prefixCaching: boolean
}

export interface SchedulerEvents {
  prefixLookup?(queriedTokens: number, hitTokens: number): void
  preempted?(): void
}

/**
 * vLLM's V1 scheduler: first running sequences in the order of admission, then waiting sequences while the token
 * budget lasts; long prompts in chunks. When no KV block is free, the last admitted sequence releases its blocks and
 * restarts later.
 */
export class Scheduler {
  readonly pool: BlockPool
  readonly #limits: SchedulerLimits
  readonly #events: SchedulerEvents
  readonly #running: Sequence[] = []
  readonly #waiting: Sequence[] = []

  constructor(limits: SchedulerLimits, events: SchedulerEvents) {
    this.pool = new BlockPool(limits.blockCount)
    this.#limits = limits
    this.#events = events
  }

  get runningCount(): number {
    return this.#running.length
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  /** When the first sequence in the queue may be admitted; null when the queue is empty. */
  get nextReadyMs(): number | null {
    return this.#waiting[0]?.readyMs ?? null
  }

  add(sequence: Sequence): void {
    this.#waiting.push(sequence)
  }

  /** Removes a sequence in any state and releases its blocks. */
  remove(sequence: Sequence): void {
    const queue = sequence.state === 'running' ? this.#running : this.#waiting
    const index = queue.indexOf(sequence)
    if (index >= 0) queue.splice(index, 1)
    this.#free(sequence)
    sequence.state = 'finished'
  }

  /** The work of a step that starts now; null when there is none. */
  schedule(nowMs: number): StepWork | null {
    const draft = new Draft(this.#limits.maxNumBatchedTokens)
    const preempted = this.#continueRunning(draft)
    if (!preempted) this.#admitWaiting(draft, nowMs)
    return draft.scheduled.length > 0 ? draft : null
  }

  #continueRunning(draft: Draft): boolean {
    let preempted = false
    for (let index = 0; index < this.#running.length && draft.budget > 0; index += 1) {
      const sequence = this.#running[index] as Sequence
      const newTokens = Math.min(sequence.tokens.length - sequence.computed, draft.budget)
      while (!this.#reserve(sequence, sequence.computed + newTokens)) {
        preempted = true
        if (this.#preemptLast() === sequence) return true
      }
      draft.take(sequence, newTokens)
    }
    return preempted
  }

  #admitWaiting(draft: Draft, nowMs: number): void {
    while (draft.budget > 0 && this.#running.length < this.#limits.maxNumSeqs) {
      const sequence = this.#waiting[0]
      if (sequence === undefined || sequence.readyMs > nowMs) return
      const hits = this.#findHits(sequence)
      const missingBlocks = this.#blocksFor(sequence.tokens.length) - hits.length
      const freeBesideHits = this.pool.freeCount - hits.filter((block) => this.pool.isFree(block)).length
      // the first sequence does not fit: no other sequence may overtake it
      if (missingBlocks > freeBesideHits) return
      this.#waiting.shift()
      this.#admit(sequence, hits, nowMs)
      const newTokens = Math.min(sequence.tokens.length - sequence.computed, draft.budget)
      this.#reserve(sequence, sequence.computed + newTokens)
      draft.take(sequence, newTokens)
    }
  }

  #admit(sequence: Sequence, hits: readonly number[], nowMs: number): void {
    for (const block of hits) {
      this.pool.retain(block)
      sequence.blocks.push(block)
    }
    sequence.computed = hits.length * this.#limits.blockSize
    sequence.rememberedBlocks = hits.length
    sequence.state = 'running'
    this.#running.push(sequence)
    if (sequence.scheduledMs !== null) return
    sequence.scheduledMs = nowMs
    sequence.cachedTokens = sequence.computed
    if (this.#limits.prefixCaching) this.#events.prefixLookup?.(sequence.promptLength, sequence.cachedTokens)
  }

  /** Cached blocks with the content of the sequence, from its start. At least one token is always computed. */
  #findHits(sequence: Sequence): number[] {
    const hits: number[] = []
    if (!this.#limits.prefixCaching) return hits
    const fullBlocks = Math.floor((sequence.tokens.length - 1) / this.#limits.blockSize)
    for (let index = 0; index < fullBlocks; index += 1) {
      const block = this.pool.find(this.#hashOf(sequence, index))
      if (block === undefined) break
      hits.push(block)
    }
    return hits
  }

  /** Allocates blocks for the KV of the first `tokenCount` tokens. False, without any allocation, when they do not fit. */
  #reserve(sequence: Sequence, tokenCount: number): boolean {
    const missing = this.#blocksFor(tokenCount) - sequence.blocks.length
    if (missing > this.pool.freeCount) return false
    for (let count = 0; count < missing; count += 1) sequence.blocks.push(this.pool.allocate() as number)
    if (!this.#limits.prefixCaching) return true
    while ((sequence.rememberedBlocks + 1) * this.#limits.blockSize <= tokenCount) {
      const index = sequence.rememberedBlocks
      this.pool.remember(sequence.blocks[index] as number, this.#hashOf(sequence, index))
      sequence.rememberedBlocks += 1
    }
    return true
  }

  #preemptLast(): Sequence {
    const victim = this.#running.pop() as Sequence
    this.#free(victim)
    victim.computed = 0
    victim.rememberedBlocks = 0
    victim.state = 'waiting'
    this.#waiting.unshift(victim)
    this.#events.preempted?.()
    return victim
  }

  #free(sequence: Sequence): void {
    this.pool.release(sequence.blocks)
    sequence.blocks.length = 0
  }

  #hashOf(sequence: Sequence, index: number): BlockHash {
    const { blockSize } = this.#limits
    for (let next = sequence.hashes.length; next <= index; next += 1) {
      const parent = sequence.hashes[next - 1] ?? sequence.chainStart
      sequence.hashes.push(chainBlock(parent, sequence.tokens, next * blockSize, (next + 1) * blockSize))
    }
    return sequence.hashes[index] as BlockHash
  }

  #blocksFor(tokenCount: number): number {
    return Math.ceil(tokenCount / this.#limits.blockSize)
  }
}

/** A step under construction. */
class Draft implements StepWork {
  readonly scheduled: Sequence[] = []
  readonly prefills: PrefillChunk[] = []
  decodeCount = 0
  decodeContextSum = 0
  tokenCount = 0
  budget: number

  constructor(budget: number) {
    this.budget = budget
  }

  take(sequence: Sequence, newTokens: number): void {
    sequence.inFlight = newTokens
    this.scheduled.push(sequence)
    this.budget -= newTokens
    this.tokenCount += newTokens
    const completes = sequence.computed + newTokens === sequence.tokens.length
    if (completes && newTokens === 1 && outputTokensOf(sequence) > 0) {
      this.decodeCount += 1
      this.decodeContextSum += sequence.tokens.length
    } else {
      this.prefills.push({ newTokens, cachedTokens: sequence.computed, completes })
    }
  }
}
