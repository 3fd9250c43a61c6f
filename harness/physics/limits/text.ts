import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { missingText } from '../../catalogue/own/known.ts'
import { describedModelOf, whyNoModel } from '../../catalogue/own-models.ts'
import { askedHitShare, connectionsOf, HIT_RATE_TOLERANCE, sharedPromptTokens } from '../../scenario/load-shape.ts'
import { leastLength, leastMeanLength } from '../../scenario/prompt/length.ts'
import type { TextScenario } from '../../scenario/schema.ts'
import { widthOf } from '../../scenario/session/session-schema.ts'
import { memoryBound } from '../bounding-card.ts'
import { type DecodeLimit, decodeLimit, prefillLimitMs } from '../limit.ts'
import { knownKvElementBytes, USUAL_BLOCK_TOKENS } from '../model/kv.ts'
import { weightsLimit } from '../model/weights-limit.ts'
import type { Cards, LimitReason, LimitSubject, TextRunLimit } from './subject.ts'

/** Element size assumed where neither the server nor the scenario defines the type of the KV cache. */
const MIN_KV_BYTES = 1

/** Output tokens/s: what a step reads and computes, at the largest batch and the least context that the run allows. */
export function textLimit(
  entry: CardEntry,
  subject: LimitSubject & { readonly scenario: TextScenario },
  cards: Cards,
): TextRunLimit | LimitReason {
  const { scenario } = subject
  const { serving } = subject.endpoint
  const model = describedModelOf(subject)
  if (model === null) return { reason: whyNoModel(subject) }
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
