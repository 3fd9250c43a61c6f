import { type BlockHash, chainStart } from './block-hash.ts'

export type FinishReason = 'stop' | 'length' | 'abort' | 'error'

/**
 * Called in the tick in which the token leaves the engine. `piece` is an index into the token table; -1 is the end
 * token, which has no text. `more` when further tokens of the same step follow.
 */
export type TokenSink = (piece: number, outputTokens: number, finish: FinishReason | null, more: boolean) => void

/** One request as the engine takes it. */
export interface EngineRequest {
  readonly promptTokens: readonly number[]
  readonly cacheSalt: string
  readonly maxTokens: number
  /** After this many tokens the model ends by itself; Infinity under `ignore_eos`. */
  readonly stopAfterTokens: number
  /** Called with each token of the answer. */
  readonly onToken: TokenSink
}
/** A request on its way through the engine. Only the scheduler and the engine change it. */
export interface Sequence {
  readonly request: EngineRequest
  readonly promptLength: number
  /** Prompt and generated tokens: all that is known. */
  readonly tokens: number[]
  /** How many of `tokens` have their KV in the cache. */
  computed: number
  /** How many of them the step in flight is computing. */
  inFlight: number
  readonly blocks: number[]
  /** Hashes of the full blocks, as far as they have been needed. */
  readonly hashes: BlockHash[]
  readonly chainStart: BlockHash
  /** How many of `blocks`, from the first, can be found by their hash. */
  rememberedBlocks: number
  state: 'waiting' | 'running' | 'finished'
  readonly arrivedMs: number
  /** When the front end has handed it to the scheduler. */
  readonly readyMs: number
  scheduledMs: number | null
  firstTokenMs: number | null
  lastTokenMs: number | null
  /** Prompt tokens found in the cache when it was first admitted. */
  cachedTokens: number
}

export const outputTokensOf = (sequence: Sequence): number => sequence.tokens.length - sequence.promptLength

/** A sequence that waits to be admitted. */
export function newSequence(request: EngineRequest, arrivedMs: number, readyMs: number): Sequence {
  return {
    request,
    promptLength: request.promptTokens.length,
    tokens: request.promptTokens.slice(),
    computed: 0,
    inFlight: 0,
    blocks: [],
    hashes: [],
    chainStart: chainStart(request.cacheSalt),
    rememberedBlocks: 0,
    state: 'waiting',
    arrivedMs,
    readyMs,
    scheduledMs: null,
    firstTokenMs: null,
    lastTokenMs: null,
    cachedTokens: 0,
  }
}
