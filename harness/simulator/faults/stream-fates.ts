import { seededRandom } from '../random.ts'
import type { FaultName } from './names.ts'

/** How a stream ends before its time. */
export type BrokenEnd = 'in-stream-error' | 'cut-stream' | 'abort' | 'engine-death'

/** What befalls one stream. */
export interface StreamFate {
  /** Half-way, in place of its proper end; null when it may go on. */
  readonly end: BrokenEnd | null
  /** Tokens that leave in one event. */
  readonly mergeTokens: number
  readonly withUsage: boolean
}

const untouched: StreamFate = { end: null, mergeTokens: 1, withUsage: true }
const MERGED_TOKENS = 4

/** The engine lives until a run is well under way. */
const STREAMS_BEFORE_DEATH = 8

/** Steps of this size fill the unit interval evenly and in no pattern that a client with a few connections would keep. */
const GOLDEN_SHARE = (Math.sqrt(5) - 1) / 2

const brokenEnds: readonly BrokenEnd[] = ['in-stream-error', 'cut-stream', 'abort']

/**
 * Deals the faults out: the stated share of streams, to within one stream of any number of them, is hit; which ones
 * follows from the seed and the order of arrival alone. Several faults that end a stream take turns.
 */
export class StreamFates {
  readonly #share: number
  readonly #phase: number
  readonly #ends: readonly BrokenEnd[]
  readonly #hit: Omit<StreamFate, 'end'>
  readonly #isMortal: boolean
  #streams = 0
  #hits = 0

  constructor(faults: readonly FaultName[], share: number, seed: number) {
    this.#share = share
    this.#phase = seededRandom(seed)()
    this.#ends = brokenEnds.filter((end) => faults.includes(end))
    this.#isMortal = faults.includes('engine-death')
    this.#hit = {
      mergeTokens: faults.includes('merged-chunks') ? MERGED_TOKENS : 1,
      withUsage: !faults.includes('missing-usage'),
    }
  }

  /** The fate of the next stream. */
  next(): StreamFate {
    const index = this.#streams++
    if (this.#isMortal && index === STREAMS_BEFORE_DEATH) return { ...untouched, end: 'engine-death' }
    if ((this.#phase + index * GOLDEN_SHARE) % 1 >= this.#share) return untouched
    const end = this.#ends.length === 0 ? null : (this.#ends[this.#hits++ % this.#ends.length] as BrokenEnd)
    return { ...this.#hit, end }
  }
}
