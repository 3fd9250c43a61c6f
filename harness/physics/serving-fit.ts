import type { FitCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from './gpu-memory-utilization.ts'
import { doesNotFit, fitOf } from './memory.ts'
import { kvElementBytes } from './model/kv.ts'

/** The settings of a scenario's server that determine whether it starts. */
export interface ServingShape {
  readonly maxModelLen?: number | undefined
  readonly kvCacheDtype?: string | undefined
  readonly gpuMemoryUtilization?: number | undefined
  readonly tensorParallel?: number | undefined
}

/**
 * Whether vLLM would start for a scenario: weights, overhead and one sequence of `--max-model-len` (or of the longest
 * request). Too many sequences cause no OOM in vLLM: they queue. `reason` says in one line why not, `evidence` has all bytes.
 */
export function servingFit(
  card: FitCard,
  model: Model,
  server: ServingShape,
  longestRequestTokens: number,
): { readonly fits: boolean; readonly reason: string; readonly evidence: string } {
  const contextTokens = server.maxModelLen ?? longestRequestTokens
  const gpus = server.tensorParallel ?? 1
  const fit = fitOf(card, model, {
    contextTokens,
    sessions: 1,
    kvBytesPerElement: kvElementBytes(server.kvCacheDtype),
    gpuMemoryUtilization: server.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION,
    gpus,
  })
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1)
  const cards = gpus === 1 ? card.label : `${gpus} x ${card.label}`
  const evidence = `${gb(fit.weightsBytes)} GB of weights, ${gb(fit.overheadBytes)} GB of overhead and ${gb(fit.kvBytesPerToken * contextTokens)} GB for ${contextTokens} tokens of KV, into ${gb(fit.budgetBytes)} GB (${cards})`
  const kvBytes = fit.freeBytes > 0 ? fit.kvBytesPerToken * contextTokens : null
  const reason = doesNotFit(fit.weightsBytes, card.vramGb.value * gpus, kvBytes)
  return { fits: fit.headroomRatio >= 1, reason, evidence }
}
