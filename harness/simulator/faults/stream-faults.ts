import { seededRandom } from '../random.ts'
import type { FaultName } from './names.ts'

/** How a stream ends early. */
export type BrokenEnd = 'in-stream-error' | 'error-event' | 'cut-stream' | 'abort' | 'engine-death' | 'restart'

/** The faults of one stream. */
export interface StreamFault {
  /** The fault half-way, instead of the normal end; null without one. */
  readonly end: BrokenEnd | null
  /** Tokens per event. */
  readonly mergeTokens: number
  readonly withUsage: boolean
}

const untouched: StreamFault = { end: null, mergeTokens: 1, withUsage: true }
const MERGED_TOKENS = 4

/** The engine exits, or the server restarts, only after this many streams. */
const STREAMS_BEFORE = { 'engine-death': 8, restart: 12 } as const

/** Steps of this size fill the unit interval evenly, without a pattern that could match a client's connections. */
const GOLDEN_SHARE = (Math.sqrt(5) - 1) / 2

const brokenEnds: readonly BrokenEnd[] = ['in-stream-error', 'cut-stream', 'abort', 'error-event']

/**
 * Assigns faults to the given share of streams, to within one stream at any time. Which streams are hit
 * depends only on the seed and the order of arrival. Several faults that end a stream alternate.
 */
export class StreamFaults {
  readonly #share: number
  readonly #phase: number
  readonly #ends: readonly BrokenEnd[]
  readonly #hit: Omit<StreamFault, 'end'>
  /** The end of the server in mid-run, or null. */
  readonly #serverEnd: keyof typeof STREAMS_BEFORE | null
  #streams = 0
  #hits = 0

  constructor(faults: readonly FaultName[], share: number, seed: number) {
    this.#share = share
    this.#phase = seededRandom(seed)()
    this.#ends = brokenEnds.filter((end) => faults.includes(end))
    this.#serverEnd = (['engine-death', 'restart'] as const).find((name) => faults.includes(name)) ?? null
    this.#hit = {
      mergeTokens: faults.includes('merged-chunks') ? MERGED_TOKENS : 1,
      withUsage: !faults.includes('missing-usage'),
    }
  }

  /** The faults of the next stream. */
  next(): StreamFault {
    const index = this.#streams++
    const serverEnd = this.#serverEnd
    if (serverEnd !== null && index === STREAMS_BEFORE[serverEnd]) return { ...untouched, end: serverEnd }
    if ((this.#phase + index * GOLDEN_SHARE) % 1 >= this.#share) return untouched
    const end = this.#ends.length === 0 ? null : (this.#ends[this.#hits++ % this.#ends.length] as BrokenEnd)
    return { ...this.#hit, end }
  }
}
