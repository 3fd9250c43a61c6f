import { imageModelByKey } from '../catalogue/image-models.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { missingText } from '../catalogue/own/known.ts'
import { cardOfRun } from '../catalogue/own/own-cards.ts'
import { describedModelOf, modelOf } from '../catalogue/own-models.ts'
import type { DescribedModel } from '../catalogue/types.ts'
import { askedHitShare, connectionsOf, HIT_RATE_TOLERANCE, sharedPromptTokens } from '../scenario/load-shape.ts'
import { leastLength, leastMeanLength } from '../scenario/prompt/length.ts'
import type { EmbeddingsScenario, ImageScenario, Scenario, TextScenario, TrainingScenario } from '../scenario/schema.ts'
import { widthOf } from '../scenario/session/session-schema.ts'
import { type Arithmetic, peakTflops } from './arithmetic.ts'
import type { Reading } from './bandwidth.ts'
import { arithmeticBound, memoryBound } from './bounding-card.ts'
import { imageLimit } from './image.ts'
import { type DecodeLimit, decodeLimit, prefillLimitMs } from './limit.ts'
import { knownKvElementBytes, USUAL_BLOCK_TOKENS } from './model/kv.ts'
import { weightsLimit } from './model/weights-limit.ts'
import { servingGpus } from './serving-gpus.ts'
import { trainingLimit } from './training.ts'

/** The part of a run that determines its limit, by the keys of the run record; a planned run has the same form. */
export interface LimitSubject {
  readonly scenario: Scenario
  /** The model as described, where the catalogue does not have it. */
  readonly model?: DescribedModel | undefined
  readonly card: {
    readonly key: string | null
    readonly name?: string | null
    readonly reason?: string | undefined
    readonly description?: CardEntry | undefined
  }
  readonly gpus: readonly {
    readonly serving: boolean
    readonly maxSmClockMHz: number | null
    readonly maxMemClockMHz?: number | null
  }[]
  /** The memory clock seen in each trial, where the card was sampled. */
  readonly telemetry?: { readonly trials: readonly { readonly window: object }[] } | undefined
  readonly endpoint: {
    readonly serving?: { readonly kvCacheDtype: string | null; readonly kvBlockTokens?: number | null } | undefined
  }
}

interface Limit {
  /** The bound: maximum rate per second, or minimum duration. */
  readonly value: number
  readonly boundBy: 'memory bandwidth' | 'arithmetic'
  /** The formula with its values and assumptions. */
  readonly formula: string
}

export interface TextRunLimit extends Limit {
  readonly kind: 'text'
  /** Output tokens/s of all streams together. */
  readonly unit: 'tokens/s'
  readonly decode: DecodeLimit
  /** Maximum decode rate of one stream in tokens/s: a step reads at least all weights and the stream's own KV. */
  readonly streamTokensPerS: number
  /** Minimum time to first token, in ms. */
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

export interface EmbeddingsRunLimit extends Limit {
  readonly kind: 'embeddings'
  readonly unit: 'texts/s'
}

export type RunLimit = TextRunLimit | ImageRunLimit | EmbeddingsRunLimit | TrainingRunLimit
export type LimitReason = { readonly reason: string }

/** A planned run: as many GPUs as the scenario requires, at their rated clock, without a server. */
export const plannedRun = (scenario: Scenario, card: CardEntry): LimitSubject => ({
  scenario,
  card: { key: card.key, description: card },
  gpus: Array.from({ length: scenario.server?.tensorParallel ?? 1 }, () => ({ serving: true, maxSmClockMHz: null })),
  endpoint: {},
})

/**
 * The one physical limit of a run, for gates, reports and predictions (docs/metrics.md#physical-limit), or the reason
 * why there is none. No valid result can exceed it, so unknowns are resolved in favour of the run: the largest batch that
 * load and server allow, the minimum of context and KV, the highest clocks of SMs and memory, all serving GPUs.
 */
export function runLimit(subject: LimitSubject): RunLimit | LimitReason {
  const { scenario, card: named } = subject
  const card = cardOfRun(named)
  if (card === null)
    return { reason: named.reason ?? `${named.key ?? named.name ?? 'the card'} is not in the catalogue` }
  const serving = servingGpus(subject.gpus)
  const smClockMHz = highest(serving.map((gpu) => gpu.maxSmClockMHz))
  const cards: Cards = {
    gpus: Math.max(1, serving.length),
    smClockGhz: smClockMHz === null ? null : smClockMHz / 1000,
    memClockMHz: highest([...serving.map((gpu) => gpu.maxMemClockMHz ?? null), ...seenMemClocks(subject)]),
  }
  switch (scenario.kind) {
    case 'text':
      return textLimit(card, { ...subject, scenario }, cards)
    case 'image':
      return imagesLimit(card, scenario, cards)
    case 'embeddings':
      return textsLimit(card, { ...subject, scenario }, cards)
    case 'training':
      return stepsLimit(card, { ...subject, scenario }, cards)
  }
}

/** The serving GPUs: their number and their highest clocks. */
type Cards = Arithmetic & Reading

const highest = (clocks: readonly (number | null)[]): number | null => {
  const known = clocks.filter((clock) => clock !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** A driver may report a maximum memory clock that an offset has raised the card above: what was seen counts too. */
const seenMemClocks = ({ telemetry }: LimitSubject): number[] =>
  (telemetry?.trials ?? []).flatMap(({ window }) =>
    'memClockMHz' in window && typeof window.memClockMHz === 'number' ? [window.memClockMHz] : [],
  )

/** Element size assumed where neither the server nor the scenario defines the type of the KV cache. */
const MIN_KV_BYTES = 1

const unknownModel = ({ model }: Scenario): LimitReason => ({ reason: `${model} is not in the catalogue` })

function textLimit(
  entry: CardEntry,
  subject: LimitSubject & { readonly scenario: TextScenario },
  cards: Cards,
): TextRunLimit | LimitReason {
  const { scenario } = subject
  const { serving } = subject.endpoint
  const model = describedModelOf(subject)
  if (model === null) return unknownModel(scenario)
  const bounding = memoryBound(entry)
  if ('reason' in bounding) return bounding
  const { card, stated } = bounding
  const concurrency = Math.min(connectionsOf(scenario.load), scenario.server?.maxNumSeqs ?? Number.POSITIVE_INFINITY)
  if (model.kind === 'partly-known') {
    return weightsOnly(weightsLimit(card, model, { concurrency, ...cards }), stated)
  }
  const dtype = serving?.kvCacheDtype ?? scenario.server?.kvCacheDtype ?? null
  const isCheckpoints = dtype === 'auto' && model.kvCacheFormat === 'fp8'
  const kvBytesPerElement = dtype === null || isCheckpoints ? MIN_KV_BYTES : knownKvElementBytes(dtype)
  if (kvBytesPerElement === null) return { reason: `the element size of KV cache type ${dtype} is unknown` }
  const { contextTokens, leastContextTokens, newTokens } = minimumTokens(
    scenario,
    concurrency,
    serving?.kvBlockTokens ?? USUAL_BLOCK_TOKENS,
  )
  const shape = { kvBytesPerElement, ...cards } as const
  const decode = decodeLimit(card, model, { ...shape, contextTokens, concurrency })
  const stream = decodeLimit(card, model, { ...shape, contextTokens: leastContextTokens, concurrency: 1 }).tokensPerS
  if (!Number.isFinite(stream))
    return {
      reason: `what a step reads may stay in the cache, and ${missingText(entry, ['fp16Tflops', 'int8Tops', 'boostGhz'])}`,
    }
  const assumed = dtype === null ? ` (KV cache type unknown: ${MIN_KV_BYTES} byte per element, the minimum)` : ''
  return {
    kind: 'text',
    value: decode.tokensPerS,
    unit: 'tokens/s',
    boundBy: decode.boundBy === 'memory' ? 'memory bandwidth' : 'arithmetic',
    formula: [`${decode.formula}${assumed}`, ...stated].join('; '),
    decode,
    streamTokensPerS: stream,
    firstTokenMs: prefillLimitMs(card, model, { promptTokens: newTokens, ...cards }),
  }
}

/** The limit of a text run that only the weights of its model bound. */
function weightsOnly(decode: DecodeLimit | LimitReason, stated: readonly string[]): TextRunLimit | LimitReason {
  if ('reason' in decode) return decode
  const { tokensPerS: value, stepMs } = decode
  const formula = [decode.formula, ...stated].join('; ')
  const stream = { streamTokensPerS: 1000 / stepMs, firstTokenMs: stepMs }
  return { kind: 'text', value, unit: 'tokens/s', boundBy: 'memory bandwidth', formula, decode, ...stream }
}

/**
 * The minimum context of a decoding sequence, and the minimum number of tokens that a prefill computes. A prefix that
 * all prompts share may be read once for all and be in the prefix cache, so neither includes it. A later turn of a
 * conversation computes only its own tokens. The lengths of a trace and the prompts of a file are not in the scenario:
 * nothing is counted.
 * Of a distribution of lengths, all sequences together have at least `concurrency` times its mean, less what chance may
 * take off; one sequence alone may be the shortest.
 */
function minimumTokens({ prompt, load }: TextScenario, concurrency: number, blockTokens: number) {
  const length = prompt.tokens
  if (load.shape === 'trace' || length === undefined) return { contextTokens: 0, leastContextTokens: 0, newTokens: 1 }
  const share = askedHitShare(prompt.prefixCache)
  // a valid run may have some points and, in half of its requests, a block more than asked
  const cachedOf = (tokens: number) =>
    share === null
      ? sharedPromptTokens(prompt.prefixCache, tokens)
      : (share + HIT_RATE_TOLERANCE) * tokens + blockTokens
  const uniqueOf = (tokens: number) => Math.max(0, Math.floor(tokens - cachedOf(tokens)))
  const session = load.shape === 'closed' ? load.session : undefined
  // the sessions of a file have lengths of their own
  if (session?.file !== undefined) return { contextTokens: 0, leastContextTokens: 0, newTokens: 1 }
  const least = uniqueOf(leastLength(length))
  const turn =
    session && session.turns > 1 ? Math.min(session.userTokens, session.branches?.tokens ?? session.userTokens) : least
  return {
    // the context that parallel branches share may be read once for all of them
    contextTokens: uniqueOf(leastMeanLength(length, concurrency)) / (session ? widthOf(session) : 1),
    leastContextTokens: least,
    newTokens: Math.max(1, Math.min(least, turn)),
  }
}

function imagesLimit(entry: CardEntry, scenario: ImageScenario, cards: Cards): ImageRunLimit | LimitReason {
  const model = imageModelByKey(scenario.model)
  if (model === null) return unknownModel(scenario)
  const bounding = arithmeticBound(entry)
  if ('reason' in bounding) return bounding
  const limit = imageLimit(bounding.card, model, { ...scenario.image, ...cards })
  if ('reason' in limit) return limit
  const { secondsPerImage: value, formula } = limit
  return { kind: 'image', value, unit: 's/image', boundBy: 'arithmetic', formula }
}

/**
 * Texts/s of embeddings or reranking: peak / (2 FLOP · linear parameters · tokens of one text). Attention and the output
 * head are not counted, and neither is the query of a reranking, whose keys and values a causal model may have cached.
 */
function textsLimit(
  entry: CardEntry,
  subject: LimitSubject & { readonly scenario: EmbeddingsScenario },
  cards: Cards,
): EmbeddingsRunLimit | LimitReason {
  const { scenario } = subject
  const model = modelOf(subject)
  if (model === null) return unknownModel(scenario)
  const bounding = arithmeticBound(entry)
  if ('reason' in bounding) return bounding
  const flops = 2 * model.activeLinearParams * scenario.texts.tokens
  const tflops = peakTflops(bounding.card, model, cards)
  // only 4-bit weights are computed at a rate that may be unknown here
  if (!Number.isFinite(tflops)) return { reason: missingText(entry, ['fp4Tflops']) }
  const value = (tflops * 1e12) / flops
  const formula = `${tflops.toFixed(1)} TFLOPS / ${(flops / 1e12).toPrecision(3)} TFLOP per text of ${scenario.texts.tokens} tokens = ${value.toFixed(1)} texts/s`
  return { kind: 'embeddings', value, unit: 'texts/s', boundBy: 'arithmetic', formula }
}

function stepsLimit(
  entry: CardEntry,
  subject: LimitSubject & { readonly scenario: TrainingScenario },
  cards: Cards,
): TrainingRunLimit | LimitReason {
  const { scenario } = subject
  const model = modelOf(subject)
  if (model === null) return unknownModel(scenario)
  const bounding = arithmeticBound(entry)
  if ('reason' in bounding) return bounding
  const { batch, sequenceTokens, gradientCheckpointing } = scenario.training
  const { tokensPerS, formula } = trainingLimit(bounding.card, model, { gradientCheckpointing, ...cards })
  const tokens = batch * sequenceTokens
  const value = tokensPerS / tokens
  const steps = `${formula}, ${tokens} tokens per step = ${value.toFixed(2)} steps/s`
  return { kind: 'training', value, unit: 'steps/s', boundBy: 'arithmetic', formula: steps, tokensPerS }
}
