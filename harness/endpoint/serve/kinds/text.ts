import { allModels } from '../../../catalogue/models.ts'
import type { FitCard } from '../../../catalogue/own/known.ts'
import { modelByKey, whyNoModel } from '../../../catalogue/own-models.ts'
import type { Model } from '../../../catalogue/types.ts'
import { JoulemarkError } from '../../../errors.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../../physics/gpu-memory-utilization.ts'
import { type Fit, fitOf } from '../../../physics/memory.ts'
import { kvElementBytes } from '../../../physics/model/kv.ts'
import { longestTurn } from '../../../plan/session-turns.ts'
import { connectionsOf } from '../../../scenario/load-shape.ts'
import { mostLength, statedContextTokens } from '../../../scenario/prompt/length.ts'
import type { TextScenario } from '../../../scenario/schema.ts'
import { widthOf } from '../../../scenario/session/session-schema.ts'
import { serverContainer } from '../container-words.ts'
import { modelFolder } from '../engine/weights.ts'
import type { ServeOptions, ServePlan } from '../plan.ts'
import { quantizationFlag, VLLM_PORT, VLLM_READY_PATH, vllmImage } from './vllm.ts'

/**
 * vLLM for a text scenario on a card, valid for its images from 0.11 on. A setting that cannot work is corrected
 * (quantisation that is part of the checkpoint, a context that does not fit) or refused with the numbers. Throws
 * `bad-input` for a model that is not in the catalogue.
 */
export function textPlan(scenario: TextScenario, card: FitCard, options: ServeOptions): ServePlan {
  const model = modelByKey(scenario.model)
  if (model === null) throw new JoulemarkError('bad-input', whyNoModel({ scenario }))
  const { server, load } = scenario
  const { needed, requested: requestedContext } = contextOf(scenario, model)
  const tensorParallel = server?.tensorParallel ?? 1
  const gpuMemoryUtilization = server?.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION
  const shape = { kvBytesPerElement: kvElementBytes(server?.kvCacheDtype), gpuMemoryUtilization, gpus: tensorParallel }
  const fit = fitOf(card, model, { ...shape, contextTokens: requestedContext, sessions: 1 })
  const corrections: string[] = []
  const context = Math.min(requestedContext, fit.maxContextTokens, model.maxContext)
  const refusal = context < needed ? whyNot({ card, model, fit, needed, shape }) : null
  if (refusal === null && context < requestedContext) {
    const reason = context === model.maxContext ? "is the model's maximum" : 'is what the KV cache holds'
    corrections.push(`--max-model-len ${requestedContext} became ${context}, which ${reason}`)
  }
  const sequences = server?.maxNumSeqs ?? connectionsOf(load)
  const concurrentSequences = Math.floor((fit.maxSessions * requestedContext) / needed)
  if (refusal === null && sequences > concurrentSequences) {
    corrections.push(
      `the KV cache holds ${concurrentSequences} of ${sequences} sequences of ${needed} tokens: the others queue, which is not an error`,
    )
  }
  const quantization = quantizationFlag(model, server?.quantization, corrections)
  const folder = modelFolder(model)
  const serverFlags = [
    ...(folder?.serverFlags ?? ['--model', model.servedAs[0] as string]),
    ...quantization,
    ...(server?.kvCacheDtype === undefined ? [] : ['--kv-cache-dtype', server.kvCacheDtype]),
    // the command that cannot work is shown as it was asked for: a context of 0 is nobody's wish
    ...['--max-model-len', String(refusal === null ? context : requestedContext)],
    ...['--max-num-seqs', String(sequences)],
    ...['--gpu-memory-utilization', String(gpuMemoryUtilization)],
    ...(tensorParallel > 1 ? ['--tensor-parallel-size', String(tensorParallel)] : []),
    '--enable-prompt-tokens-details',
    ...(options.vllmArgs ?? []),
  ]
  return {
    ...serverContainer({ image: vllmImage(options), containerPort: VLLM_PORT, serverFlags, folder }, options),
    runtime: 'vllm',
    readyPath: VLLM_READY_PATH,
    model: model.key,
    repository: folder === null ? (model.servedAs[0] ?? null) : null,
    weightsBytes: fit.weightsBytes,
    corrections,
    refusal,
    fit,
  }
}

/** The context of a scenario in tokens: of its longest request, and the one that its server is asked for. */
export function contextOf(
  scenario: TextScenario,
  { maxContext }: Pick<Model, 'maxContext'>,
): { readonly needed: number; readonly requested: number } {
  const needed = longestTokens(scenario)
  // how long the prompts of a file are is known to the tokenizer of the model only
  const unstated = scenario.prompt.tokens === undefined ? maxContext : needed
  return { needed, requested: scenario.server?.maxModelLen ?? unstated }
}

/** Tokens of the longest request of a scenario: of sessions the last turn. The turns of a file are not read here. */
function longestTokens(scenario: TextScenario): number {
  const { prompt, output, load } = scenario
  const session = load.shape === 'closed' ? load.session : undefined
  if (session === undefined || session.file !== undefined) return statedContextTokens(scenario)
  const lengths = { promptTokens: mostLength(prompt.tokens ?? 1), outputTokens: mostLength(output.tokens) }
  const { promptTokens, outputTokens } = longestTurn({ ...session, width: widthOf(session) }, lengths)
  return promptTokens + outputTokens
}

type Shape = Omit<Parameters<typeof fitOf>[2], 'contextTokens' | 'sessions'>

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

interface Misfit {
  readonly card: FitCard
  readonly model: Model
  readonly fit: Fit
  /** Tokens of the scenario's longest request. */
  readonly needed: number
  readonly shape: Shape
}

/** Why a model cannot be served, and what would fit: more cards, or a smaller checkpoint of the same family. */
function whyNot({ card, model, fit, needed, shape }: Misfit): string {
  const problem =
    fit.freeBytes <= 0
      ? `${gb(fit.weightsBytes)} of weights and ${gb(fit.overheadBytes)} of overhead do not fit into ${gb(fit.budgetBytes)} of ${card.label}`
      : `the KV cache holds ${fit.maxContextTokens} tokens (${gb(fit.freeBytes)}), the scenario requires ${needed}`
  const fits = (other: Model, gpus: number) =>
    fitOf(card, other, { ...shape, gpus, contextTokens: needed, sessions: 1 }).headroomRatio >= 1
  const cards = [2, 4, 8].find((gpus) => fits(model, gpus))
  const family = model.key.replace(/-(instruct|fp8|awq).*$/, '')
  const smaller = allModels().filter(
    (other) => other !== model && other.key.startsWith(family) && fits(other, shape.gpus ?? 1),
  )
  const remedies = [
    ...(cards === undefined ? [] : [`tensorParallel ${cards} on ${cards} such cards`]),
    ...smaller.map(
      (other) =>
        `model ${other.key} (${gb(fitOf(card, other, { ...shape, contextTokens: 1, sessions: 1 }).weightsBytes)})`,
    ),
  ]
  return `${problem}; ${remedies.length > 0 ? `would fit: ${remedies.join(', or ')}` : 'no model of this family in the catalogue fits'}`
}
