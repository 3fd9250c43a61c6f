import { type ChatLength, wordsAsTokens } from './chat-length.ts'
import { growingUnits, idUnits, sliceOf, wordUnits, writeUnits } from './prompt-units.ts'
import { mixSeed } from './random.ts'

/**
 * Request bodies with prompts of exact length, ready to send.
 *
 * A completions prompt is a list of token ids, so its length is exact without a tokenizer. A chat prompt, and a completions
 * prompt for a server that takes no token ids, is text: words
 * that are one token in the common vocabularies, as many as the server's own count requires (chat-length.ts). All ids,
 * and all words, have the same number of characters: most of a prompt is a slice of one buffer that all requests share,
 * and only its first units (ids or words), which are unique to the request, are written when it is sent. No body is
 * serialised or copied while requests are timed (serialising 400 KB takes milliseconds, which would delay the timing of
 * other requests).
 * vLLM's prefix cache keys a block by all tokens before it: a unique first block makes the whole prompt cold.
 */
export interface BodyPlan {
  readonly api: 'completions' | 'chat'
  readonly model: string
  readonly vocab: number
  readonly seed: number
  /**
   * Makes the prompts of this run unique: a second run with the same seed on the same server would otherwise find all of
   * them in the prefix cache. A run takes its start time (`clock.originMs` of the record).
   */
  readonly salt: number
  /** Tokens at the start of every prompt that all requests share: 0 for cold prompts, all of them for warm ones. */
  readonly sharedTokens: number
  /** Prompts that are text: how the server counts our words, as its probe found. Without it a prompt has one word per token. */
  readonly chatLength?: ChatLength
  /** What the server does not take, and what is therefore omitted. Nothing unless set. */
  readonly without?: readonly RequestPart[]
  /** Whether usage is requested in every event of a stream, which gives each its number of tokens. Not unless set. */
  readonly continuousUsage?: boolean
}

/** Parts of a request that not every server takes. */
export type RequestPart = 'token ids' | 'ignore_eos' | 'min_tokens'

/** Whether the prompts of a plan are text. */
export const hasTextPrompts = ({ api, without = [] }: BodyPlan): boolean =>
  api === 'chat' || without.includes('token ids')

/** One request of a plan. */
export interface BodyRequest {
  /** Warm-up (-1) or trial: together with `topic` it determines the request's unique tokens. */
  readonly phase: number
  /** The request's id, or that of its conversation: a later turn begins with all of the earlier one. */
  readonly topic: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Blocks of the prompt that other requests share, by their hash id (trace replay); none otherwise. */
  readonly sharedBlocks?: readonly number[]
  /** The prefix of its group that the prompt begins with (prefix-groups.ts); none otherwise. */
  readonly prefix?: { readonly group: number; readonly tokens: number }
}

/** Unique units per request: at least one block of the largest common size (vLLM on a GPU: 16; some servers: 64). */
const UNIQUE_UNITS = 64
/** Tokens of one shared block: the Mooncake trace's block. */
const SHARED_BLOCK_TOKENS = 512

export interface BodyMaker {
  /** The parts of a body, to be sent in order. The first parts are valid until they are written to a socket. */
  make(request: BodyRequest): Buffer[]
}

/** Makes bodies for a plan: with token ids, or with words where prompts are text. */
export function makeBodies(plan: BodyPlan): BodyMaker {
  const units = hasTextPrompts(plan) ? wordUnits(plan.chatLength ?? wordsAsTokens) : idUnits(plan.vocab)
  const runSeed = mixSeed(plan.seed, plan.salt)
  const bulk = growingUnits(units, mixSeed(runSeed, 0x70726f6d))
  const shared = growingUnits(units, mixSeed(runSeed, 0x73686172))
  const blocks = new Map<number, Buffer>()
  const prefixes = new Map<number, (count: number) => Buffer>()
  let shell = shellOf(plan, 1)
  const sharedBlock = (hash: number): Buffer => {
    const known = blocks.get(hash)
    if (known) return known
    const made = writeUnits(units, mixSeed(runSeed, 0x626c6f63, hash), SHARED_BLOCK_TOKENS)
    blocks.set(hash, made)
    return made
  }
  const prefixOf = (group: number): ((count: number) => Buffer) => {
    const known = prefixes.get(group)
    if (known) return known
    const made = growingUnits(units, mixSeed(runSeed, 0x70726566, group))
    prefixes.set(group, made)
    return made
  }
  /** The parts of a prompt in order; each unit in them begins with its separator. */
  function* partsOf({ promptTokens, sharedBlocks, prefix, phase, topic }: BodyRequest): Generator<Buffer> {
    let left = units.within(promptTokens)
    if (sharedBlocks) {
      // a trace defines the shared blocks itself
      let upTo = 0
      for (const hash of sharedBlocks) {
        const count = Math.min(left, units.within(upTo + SHARED_BLOCK_TOKENS) - units.within(upTo))
        upTo += SHARED_BLOCK_TOKENS
        if (count > 0) yield sliceOf(units, sharedBlock(hash), count)
        left -= count
      }
    } else {
      const common = Math.min(left, units.within(prefix?.tokens ?? plan.sharedTokens))
      if (common > 0) yield (prefix ? prefixOf(prefix.group) : shared)(common)
      left -= common
      const unique = Math.min(left, UNIQUE_UNITS)
      if (unique > 0) yield writeUnits(units, mixSeed(runSeed, phase, topic), unique)
      left -= unique
    }
    if (left > 0) yield bulk(left)
    const tail = units.tail(promptTokens)
    if (tail.length > 0) yield tail
  }
  return {
    make(request) {
      if (request.outputTokens !== shell.outputTokens) shell = shellOf(plan, request.outputTokens)
      const parts = [...partsOf(request)]
      // every unit begins with a separator, and a prompt without a head does not
      if (units.head.length > 0) parts.unshift(units.head)
      else if (parts[0]) parts[0] = parts[0].subarray(1)
      return [shell.before, ...parts, shell.after]
    },
  }
}

const MARKER = '"@PROMPT@"'

/** The body around the prompt: greedy, of exact output length, streamed, with the usage at the end. */
function shellOf(plan: BodyPlan, outputTokens: number): { outputTokens: number; before: Buffer; after: Buffer } {
  const rest = {
    max_tokens: outputTokens,
    ...(plan.without?.includes('min_tokens') ? {} : { min_tokens: outputTokens }),
    ...(plan.without?.includes('ignore_eos') ? {} : { ignore_eos: true }),
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true, ...(plan.continuousUsage ? { continuous_usage_stats: true } : {}) },
  }
  const prompt = MARKER.slice(1, -1)
  const body =
    plan.api === 'completions'
      ? { model: plan.model, prompt, ...rest }
      : { model: plan.model, messages: [{ role: 'user', content: prompt }], ...rest }
  const [before = '', after = ''] = JSON.stringify(body).split(MARKER)
  const [open, close] = hasTextPrompts(plan) ? ['"', '"'] : ['[', ']']
  return { outputTokens, before: Buffer.from(before + open), after: Buffer.from(close + after) }
}
