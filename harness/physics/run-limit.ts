import { cardByKey } from '../catalogue/cards.ts'
import { imageModelByKey } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/models.ts'
import type { Card } from '../catalogue/types.ts'
import { connectionsOf, sharedPromptTokens } from '../scenario/load-shape.ts'
import type { ImageScenario, Scenario, TextScenario, TrainingScenario } from '../scenario/schema.ts'
import type { Arithmetic } from './arithmetic.ts'
import { imageLimit } from './image.ts'
import { knownKvElementBytes } from './kv.ts'
import { type DecodeLimit, decodeLimit, prefillLimitMs } from './limit.ts'
import { servingGpus } from './serving-gpus.ts'
import { trainingLimit } from './training.ts'

/** What of a run decides its limit, by the keys of the run record; a plan for a run has the same shape. */
export interface LimitSubject {
  readonly scenario: Scenario
  readonly card: { readonly key: string | null; readonly name?: string | null; readonly reason?: string | undefined }
  readonly gpus: readonly { readonly serving: boolean; readonly maxSmClockMHz: number | null }[]
  readonly endpoint: { readonly serving?: { readonly kvCacheDtype: string | null } | undefined }
}

interface Limit {
  /** Never to be passed: at most so many a second, or at least so long. */
  readonly value: number
  readonly boundBy: 'memory bandwidth' | 'arithmetic'
  /** The sum in words, with its numbers and with what was assumed. */
  readonly formula: string
}

export interface TextRunLimit extends Limit {
  readonly kind: 'text'
  /** Output tokens/s of all streams together. */
  readonly unit: 'tokens/s'
  readonly decode: DecodeLimit
  /** Decode rate of one stream in tokens/s: no step is shorter than one that reads all weights for it alone. */
  readonly streamTokensPerS: number
  /** No first token comes sooner, in ms. */
  readonly firstTokenMs: number
}

export interface ImageRunLimit extends Limit {
  readonly kind: 'image'
  readonly unit: 's/image'
}

export interface TrainingRunLimit extends Limit {
  readonly kind: 'training'
  readonly unit: 'steps/s'
  readonly tokensPerS: number
}

export type RunLimit = TextRunLimit | ImageRunLimit | TrainingRunLimit
export type LimitReason = { readonly reason: string }

/** A run that nobody has made yet: as many GPUs as the scenario asks for, at their rated clock, and no server to ask. */
export const plannedRun = (scenario: Scenario, card: Card): LimitSubject => ({
  scenario,
  card: { key: card.key },
  gpus: Array.from({ length: scenario.server?.tensorParallel ?? 1 }, () => ({ serving: true, maxSmClockMHz: null })),
  endpoint: {},
})

/**
 * The one physical limit of a run, for gates, reports and predictions (docs/metrics.md#physical-limit), or the reason
 * why there is none. Nothing true may pass it, so that every doubt is the run's: the largest batch that load and server allow, the
 * least context and KV, the higher of rated and seen SM clock, all GPUs that served.
 */
export function runLimit(subject: LimitSubject): RunLimit | LimitReason {
  const { scenario, card: named } = subject
  const card = named.key === null ? null : cardByKey(named.key)
  if (card === null)
    return { reason: named.reason ?? `${named.key ?? named.name ?? 'the card'} is not in the catalogue` }
  const serving = servingGpus(subject.gpus)
  const clocksMHz = serving.map((gpu) => gpu.maxSmClockMHz).filter((clock) => clock !== null)
  const arithmetic = {
    gpus: Math.max(1, serving.length),
    smClockGhz: clocksMHz.length === 0 ? null : Math.max(...clocksMHz) / 1000,
  }
  switch (scenario.kind) {
    case 'text':
      return textLimit(card, scenario, arithmetic, subject.endpoint.serving?.kvCacheDtype ?? null)
    case 'image':
      return imagesLimit(card, scenario, arithmetic)
    case 'training':
      return stepsLimit(card, scenario, arithmetic)
  }
}

/** What is counted where neither the server nor the scenario names the type of the KV cache. */
const LEAST_KV_BYTES = 1

const unknownModel = ({ model }: Scenario): LimitReason => ({ reason: `${model} is not in the catalogue` })

function textLimit(
  card: Card,
  scenario: TextScenario,
  arithmetic: Arithmetic,
  reportedDtype: string | null,
): TextRunLimit | LimitReason {
  const model = modelByKey(scenario.model)
  if (model === null) return unknownModel(scenario)
  const { contextTokens, newTokens } = leastTokens(scenario)
  const dtype = reportedDtype ?? scenario.server?.kvCacheDtype ?? null
  const kvBytesPerElement = dtype === null ? LEAST_KV_BYTES : knownKvElementBytes(dtype)
  if (kvBytesPerElement === null) return { reason: `the size of a KV cache of type ${dtype} is not known` }
  const shape = { contextTokens, kvBytesPerElement, ...arithmetic } as const
  const concurrency = Math.min(connectionsOf(scenario.load), scenario.server?.maxNumSeqs ?? Number.POSITIVE_INFINITY)
  const decode = decodeLimit(card, model, { ...shape, concurrency })
  const assumed = dtype === null ? ` (KV cache type not known: ${LEAST_KV_BYTES} byte per element, the least)` : ''
  return {
    kind: 'text',
    value: decode.tokensPerS,
    unit: 'tokens/s',
    boundBy: decode.boundBy === 'memory' ? 'memory bandwidth' : 'arithmetic',
    formula: `${decode.formula}${assumed}`,
    decode,
    streamTokensPerS: decodeLimit(card, model, { ...shape, concurrency: 1 }).tokensPerS,
    firstTokenMs: prefillLimitMs(card, model, { promptTokens: newTokens, ...arithmetic }),
  }
}

/**
 * The least context that a sequence decodes with, and the fewest tokens that a prefill computes. What all prompts share
 * may be read once for all of them and comes from the prefix cache, so that neither counts it. A later turn of a
 * conversation finds all but its own tokens. Of a trace the lengths stand in a file of its own: nothing is counted.
 */
function leastTokens({ prompt, load }: TextScenario): { contextTokens: number; newTokens: number } {
  if (load.shape === 'trace') return { contextTokens: 0, newTokens: 1 }
  const own = Math.max(0, prompt.tokens - sharedPromptTokens(prompt.prefixCache, prompt.tokens))
  const turn = load.shape === 'closed' && load.session && load.session.turns > 1 ? load.session.userTokens : own
  return { contextTokens: own, newTokens: Math.max(1, Math.min(own, turn)) }
}

function imagesLimit(card: Card, scenario: ImageScenario, arithmetic: Arithmetic): ImageRunLimit | LimitReason {
  const model = imageModelByKey(scenario.model)
  if (model === null) return unknownModel(scenario)
  const limit = imageLimit(card, model, { ...scenario.image, ...arithmetic })
  if ('reason' in limit) return limit
  const { secondsPerImage: value, formula } = limit
  return { kind: 'image', value, unit: 's/image', boundBy: 'arithmetic', formula }
}

function stepsLimit(card: Card, scenario: TrainingScenario, arithmetic: Arithmetic): TrainingRunLimit | LimitReason {
  const model = modelByKey(scenario.model)
  if (model === null) return unknownModel(scenario)
  const { batch, sequenceTokens, gradientCheckpointing } = scenario.training
  const { tokensPerS, formula } = trainingLimit(card, model, { gradientCheckpointing, ...arithmetic })
  const tokens = batch * sequenceTokens
  const value = tokensPerS / tokens
  const steps = `${formula}, ${tokens} tokens per step = ${value.toFixed(2)} steps/s`
  return { kind: 'training', value, unit: 'steps/s', boundBy: 'arithmetic', formula: steps, tokensPerS }
}
