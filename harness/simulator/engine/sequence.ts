import { type BlockHash, chainStart } from './block-hash.ts'

export type FinishReason = 'stop' | 'length' | 'abort' | 'error'

/**
 * Called in the tick in which the engine emits the token. `piece` is an index into the token table; -1 is the end
 * token, which has no text. `more` when further tokens of the same step follow.
 */
export type TokenSink = (piece: number, outputTokens: number, finish: FinishReason | null, more: boolean) => void

/** One request to the engine. */
export interface EngineRequest {
  readonly promptTokens: readonly number[]
  readonly cacheSalt: string
  readonly maxTokens: number
  /** After this many tokens the model emits the end token; Infinity with `ignore_eos`. */
  readonly stopAfterTokens: number
  /** Called with each token of the answer. */
  readonly onToken: TokenSink
}
/** A request in the engine. Only the scheduler and the engine change it. */
export interface Sequence {
  readonly request: EngineRequest
  readonly promptLength: number
  /** Prompt and generated tokens. */
  readonly tokens: number[]
  /** Number of `tokens` with KV in the cache. */
  computed: number
  /** Number of `tokens` that the current step computes. */
  inFlight: number
  readonly blocks: number[]
  /** Hashes of the full blocks, computed on demand. */
  readonly hashes: BlockHash[]
  readonly chainStart: BlockHash
  /** Number of leading `blocks` that are registered by hash. */
  rememberedBlocks: number
  state: 'waiting' | 'running' | 'finished'
  readonly arrivedMs: number
  /** When the front end passes it to the scheduler. */
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
