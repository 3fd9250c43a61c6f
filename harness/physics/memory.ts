import type { FitCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { type KvElementBytes, kvBytesPerSequence, kvBytesPerToken } from './model/kv.ts'
import { weightBytes } from './model/weights.ts'

export interface FitShape {
  readonly contextTokens: number
  readonly sessions: number
  readonly kvBytesPerElement: KvElementBytes
  /** vLLM's `--gpu-memory-utilization`: share of the memory available to CUDA, including weights. */
  readonly gpuMemoryUtilization: number
  readonly gpus?: number
}

export type FitVerdict = 'OOM' | 'Tight' | 'Comfortable' | 'Trivial'

export interface Fit {
  readonly verdict: FitVerdict
  /** Memory free for KV / KV memory required: below 1 the model does not fit. */
  readonly headroomRatio: number
  readonly weightsBytes: number
  readonly kvBytesPerToken: number
  readonly overheadBytes: number
  readonly budgetBytes: number
  /** Memory free for KV; negative when the weights alone do not fit. */
  readonly freeBytes: number
  /** Longest context that fits with this many sessions, ignoring the model's limit; most sessions with this context. */
  readonly maxContextTokens: number
  readonly maxSessions: number
}

/**
 * Memory of vLLM besides weights and KV: CUDA context 0.35 GiB, activations 1 to 2 GiB, CUDA graphs. An allowance:
 * 1.8 GB for cards up to 32 GB, 2.5 GB above. A published start-up log shows 2.6 GB before graphs at a long profile (vLLM
 * issue 10517). The actual value is in the server's log.
 */
export const overheadBytesOf = (card: FitCard): number => (card.vramGb.value <= 32 ? 1.8e9 : 2.5e9)

/**
 * The least memory of vLLM besides weights and KV per GPU: 0.6 GiB of context and activations and 0.2 GiB of graphs in a
 * published start-up log (vLLM issue 57047, a 48 GB card). Below this nothing starts, whatever is unloaded.
 */
export const LEAST_OVERHEAD_BYTES = 0.8 * 2 ** 30

/** The class of a headroom: OOM under 1, Tight under 2, Comfortable under 8, else Trivial. */
export const fitClass = (headroomRatio: number): FitVerdict =>
  headroomRatio < 1 ? 'OOM' : headroomRatio < 2 ? 'Tight' : headroomRatio < 8 ? 'Comfortable' : 'Trivial'

/**
 * Whether a model fits: h = (util · CUDA total - weights - overhead) / (KV and state of a sequence · sessions);
 * OOM under 1, Tight under 2, Comfortable under 8, else Trivial. GPUs share weights and KV; each has its own overhead.
 */
export function fitOf(card: FitCard, model: Model, shape: FitShape): Fit {
  const gpus = shape.gpus ?? 1
  const perToken = kvBytesPerToken(model, shape.kvBytesPerElement)
  const budgetBytes = shape.gpuMemoryUtilization * card.cudaBytes.value * gpus
  const overheadBytes = overheadBytesOf(card) * gpus
  const weightsBytes = weightBytes(model)
  const freeBytes = budgetBytes - weightsBytes - overheadBytes
  const perSequence = (contextTokens: number) => kvBytesPerSequence(model, shape.kvBytesPerElement, contextTokens)
  const headroomRatio = freeBytes / (perSequence(shape.contextTokens) * shape.sessions)
  return {
    verdict: fitClass(headroomRatio),
    headroomRatio,
    weightsBytes,
    kvBytesPerToken: perToken,
    overheadBytes,
    budgetBytes,
    freeBytes,
    maxContextTokens: longestContext(freeBytes / shape.sessions, perSequence),
    maxSessions: Math.max(0, Math.floor(freeBytes / perSequence(shape.contextTokens))),
  }
}

/** More than any context; a cache without a longest one, as of windows alone, counts as this. */
const MAX_CONTEXT = 2 ** 31

/** The longest context whose KV and state take no more than these bytes, in tokens. */
function longestContext(bytes: number, perSequence: (contextTokens: number) => number): number {
  let fits = 0
  let exceeds = MAX_CONTEXT
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2)
    if (perSequence(middle) <= bytes) fits = middle
    else exceeds = middle
  }
  return fits
}

/** Expected KV cache capacity of vLLM in tokens; 0 when the weights alone do not fit. */
export function kvCapacityTokens(
  card: FitCard,
  model: Model,
  shape: Omit<FitShape, 'contextTokens' | 'sessions'>,
): number {
  return fitOf(card, model, { ...shape, contextTokens: 1, sessions: 1 }).maxSessions
}

/**
 * Why a model does not fit, in one line for a reader: `does not fit: 39.8 GB of weights on 24 GB`. The bytes of what is counted
 * besides, and of what is usable, are the evidence and stand elsewhere. `memoryGb` is the rated memory of all GPUs together;
 * `kvBytes` is given where the weights alone would fit.
 */
export function doesNotFit(weightsBytes: number, memoryGb: number, kvBytes: number | null = null): string {
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const kv = kvBytes === null ? '' : ` and ${gb(kvBytes)} of KV cache`
  return `does not fit: ${gb(weightsBytes)} of weights${kv} on ${Number(memoryGb.toFixed(0))} GB`
}
