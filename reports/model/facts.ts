import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { fitCard } from '../../harness/catalogue/own/known.ts'
import type { AttentionGroup, DescribedModel, Model } from '../../harness/catalogue/types.ts'
import { memoryBound } from '../../harness/physics/bounding-card.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { decodeLimit } from '../../harness/physics/limit.ts'
import { type FitVerdict, fitOf } from '../../harness/physics/memory.ts'
import { kvBytesPerSequence, kvBytesPerToken, stateBytesPerSequence } from '../../harness/physics/model/kv.ts'
import { headParams, weightBytes, weightBytesRead } from '../../harness/physics/model/weights.ts'
import { weightsLimit } from '../../harness/physics/model/weights-limit.ts'

/** What a card can do with a model at most, and whether it has the memory. */
export interface CardLimit {
  readonly card: string
  /** Null where the model is not known well enough. */
  readonly fit: FitVerdict | null
  /** Upper bounds in tokens/s: one sequence, and 32 at once. */
  readonly oneSequence: Bound
  readonly sequences32: Bound
}

/** A bound with its formula, or why there is none. */
export type Bound = { readonly tokensPerS: number; readonly formula: string } | { readonly reason: string }

/** What follows from the description of a model. Null: not known, for the reasons in `model.unknown`. */
export interface ModelFacts {
  readonly model: DescribedModel
  readonly totalParams: number | null
  /** Parameters that compute a token: output head included, input embedding not. */
  readonly activeParams: number | null
  /** Of all weights, and of those that a step of one sequence reads. */
  readonly weightsBytes: number | null
  readonly weightsBytesReadPerStep: number | null
  /** Of one token while no window is full, in 16 bits and in 8. */
  readonly kvBytesPerToken: { readonly bf16: number; readonly fp8: number } | null
  /** KV cache and state of one sequence at `contextTokens`, in 16 bits; of these the state, whatever the length. */
  readonly contextTokens: number
  readonly kvBytesPerSequence: number | null
  readonly stateBytesPerSequence: number | null
  readonly limits: readonly CardLimit[]
}

/** The facts of a model, with its limits on cards at a context. */
export function modelFacts(model: DescribedModel, cards: readonly CardEntry[], contextTokens: number): ModelFacts {
  const limits = cards.map((card) => limitOn(card, model, contextTokens))
  if (model.kind === 'partly-known') {
    return {
      model,
      totalParams: null,
      activeParams: null,
      weightsBytes: model.checkpointBytes,
      weightsBytesReadPerStep: model.leastBytesRead,
      kvBytesPerToken: null,
      contextTokens,
      kvBytesPerSequence: null,
      stateBytesPerSequence: null,
      limits,
    }
  }
  return {
    model,
    totalParams: model.totalParams,
    activeParams: model.activeLinearParams + headParams(model),
    weightsBytes: weightBytes(model),
    weightsBytesReadPerStep: weightBytesRead(model, 1, 'limit'),
    kvBytesPerToken: { bf16: kvBytesPerToken(model, 2), fp8: kvBytesPerToken(model, 1) },
    contextTokens,
    kvBytesPerSequence: kvBytesPerSequence(model, 2, contextTokens),
    stateBytesPerSequence: stateBytesPerSequence(model),
    limits,
  }
}

function limitOn(entry: CardEntry, model: DescribedModel, contextTokens: number): CardLimit {
  const bounding = memoryBound(entry)
  const bound = (concurrency: number): Bound => {
    if ('reason' in bounding) return bounding
    const { card } = bounding
    const limit =
      model.kind === 'text'
        ? decodeLimit(card, model, { concurrency, contextTokens, kvBytesPerElement: kvBytesOf(model) })
        : weightsLimit(card, model, { concurrency })
    return 'reason' in limit ? limit : { tokensPerS: limit.tokensPerS, formula: limit.formula }
  }
  const shape = { sessions: 1, gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION }
  const withMemory = fitCard(entry)
  const fit =
    model.kind === 'text' && !('reason' in withMemory)
      ? fitOf(withMemory, model, { ...shape, contextTokens, kvBytesPerElement: kvBytesOf(model) }).verdict
      : null
  return { card: entry.key, fit, oneSequence: bound(1), sequences32: bound(32) }
}

/** The KV cache of the checkpoint's own format. */
const kvBytesOf = ({ kvCacheFormat }: Model): 1 | 2 => (kvCacheFormat === 'fp8' ? 1 : 2)

/** A kind of attention in words, such as "25 of window 1024: 16 heads, 8 KV heads of 256". */
export function attentionText(group: AttentionGroup): string {
  const { layers } = group
  if (group.kind === 'linear') return `${layers} linear: a state of ${group.stateBytes} bytes each`
  if (group.kind === 'mla') return `${layers} latent (MLA): ${group.heads} heads, ${group.latentDim} elements per token`
  const seen = { full: 'full', sliding: '', chunked: '' }[group.kind]
  const reach =
    group.kind === 'sliding' ? `window ${group.window}` : group.kind === 'chunked' ? `chunk ${group.chunk}` : seen
  const own = group.kvLayers === undefined ? '' : `, ${group.kvLayers} with KV of their own`
  return `${layers} ${reach}: ${group.heads} heads, ${group.kvHeads} KV heads of ${group.headDim}${own}`
}
