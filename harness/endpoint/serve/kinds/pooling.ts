import type { FitCard } from '../../../catalogue/own/known.ts'
import { describedModel, modelByKey } from '../../../catalogue/own-models.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../../physics/gpu-memory-utilization.ts'
import { fitOf } from '../../../physics/memory.ts'
import { kvElementBytes } from '../../../physics/model/kv.ts'
import type { EmbeddingsScenario } from '../../../scenario/schema.ts'
import { serverContainer } from '../container-words.ts'
import { modelFolder } from '../engine/weights.ts'
import type { ServeOptions, ServePlan } from '../plan.ts'
import { quantizationFlag, VLLM_PORT, VLLM_READY_PATH, vllmImage } from './vllm.ts'

/**
 * Context for texts of so many tokens: a reranker gets words, whose tokens are counted by the server only, and one text that is
 * too long would be refused.
 */
const withRoom = (tokens: number): number => tokens + Math.max(64, Math.ceil(tokens / 4))

/**
 * vLLM with its pooling runner for embeddings or reranking. The context is that of the longest text, with room, unless the
 * scenario says otherwise: the model's own may need more KV cache than the card has. A model that is not described is served under its name,
 * as it is measured; whether it fits is then not known.
 */
export function poolingPlan(scenario: EmbeddingsScenario, card: FitCard, options: ServeOptions): ServePlan {
  const { server = {}, texts, api } = scenario
  const model = modelByKey(scenario.model)
  const described = model ?? describedModel(scenario.model)
  const name = described?.servedAs[0] ?? scenario.model
  const needed = texts.tokens + (api === 'rerank' ? texts.queryTokens : 0)
  const longest = described?.maxContext ?? Number.POSITIVE_INFINITY
  const tensorParallel = server.tensorParallel ?? 1
  const gpuMemoryUtilization = server.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION
  const corrections: string[] = []
  const asked = server.maxModelLen ?? Math.min(withRoom(needed), Math.max(needed, longest))
  const context = Math.min(asked, longest)
  if (context < asked) corrections.push(`--max-model-len ${asked} became ${context}, which is the model's maximum`)
  const shape = { kvBytesPerElement: kvElementBytes(server.kvCacheDtype), gpuMemoryUtilization, gpus: tensorParallel }
  const fit = model === null ? null : fitOf(card, model, { ...shape, contextTokens: context, sessions: 1 })
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const refusal =
    context < needed
      ? `a text of ${needed} tokens is longer than the ${longest} that the model reads`
      : fit !== null && fit.headroomRatio < 1
        ? `${gb(fit.weightsBytes)} of weights, ${gb(fit.overheadBytes)} of overhead and the KV cache of ${context} tokens do not fit into ${gb(fit.budgetBytes)} of ${card.label}`
        : null
  const folder = described === null ? null : modelFolder(described)
  const serverFlags = [
    ...(folder?.serverFlags ?? ['--model', name]),
    ...['--runner', 'pooling'],
    ...(model === null ? [] : quantizationFlag(model, server.quantization, corrections)),
    ...(server.kvCacheDtype === undefined ? [] : ['--kv-cache-dtype', server.kvCacheDtype]),
    ...['--max-model-len', String(refusal === null ? context : asked)],
    ...(server.maxNumSeqs === undefined ? [] : ['--max-num-seqs', String(server.maxNumSeqs)]),
    ...['--gpu-memory-utilization', String(gpuMemoryUtilization)],
    ...(tensorParallel > 1 ? ['--tensor-parallel-size', String(tensorParallel)] : []),
    ...(options.vllmArgs ?? []),
  ]
  return {
    ...serverContainer({ image: vllmImage(options), containerPort: VLLM_PORT, serverFlags, folder }, options),
    runtime: 'pooling',
    readyPath: VLLM_READY_PATH,
    model: described?.key ?? scenario.model,
    repository: folder === null ? name : null,
    weightsBytes: fit?.weightsBytes ?? (described?.kind === 'partly-known' ? described.checkpointBytes : null),
    corrections,
    refusal,
    fit,
  }
}
