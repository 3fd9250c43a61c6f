import { mixSeed, seededRandom } from './random.ts'

/**
 * Request bodies with prompts of exact length, ready to send.
 *
 * A prompt is a list of token ids, so its length is exact without a tokenizer. All ids have the same number of
 * digits: most of a prompt is a slice of one buffer that all requests share, and only its first tokens, which are
 * unique to the request, are written when it is sent. No body is serialised or copied while requests are timed
 * (serialising 400 KB takes milliseconds, which would delay the timing of other requests).
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
}

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
}

/** Unique tokens per request: at least one block of the largest common size (vLLM on a GPU: 16; some servers: 64). */
const UNIQUE_TOKENS = 64
/** Tokens of one shared block: the Mooncake trace's block. */
const SHARED_BLOCK_TOKENS = 512

export interface BodyMaker {
  /** The parts of a body, to be sent in order. The first parts are valid until they are written to a socket. */
  make(request: BodyRequest): Buffer[]
}

/** The largest range of token ids with the same number of digits. */
export function tokenIdRange(vocab: number): { low: number; high: number; digits: number } {
  if (vocab < 16) throw new RangeError(`a vocabulary of ${vocab} tokens is too small for unique prompts`)
  const digits = [5, 4, 3, 2].find((count) => 10 ** (count - 1) <= vocab / 2) ?? 1
  return { low: digits === 1 ? 1 : 10 ** (digits - 1), high: Math.min(vocab, 10 ** digits) - 1, digits }
}

/**
 * Makes bodies for a plan. Completions send the ids themselves; chat, which takes text only, sends the ids as words
 * (its exact length is then the server's to say: `usage.prompt_tokens`).
 */
export function makeBodies(plan: BodyPlan): BodyMaker {
  const ids = idWriter(plan)
  const runSeed = mixSeed(plan.seed, plan.salt)
  const bulk = ids.growing(mixSeed(runSeed, 0x70726f6d))
  const shared = ids.growing(mixSeed(runSeed, 0x73686172))
  const blocks = new Map<number, Buffer>()
  let shell = shellOf(plan, 1)
  const sharedBlock = (hash: number): Buffer => {
    const known = blocks.get(hash)
    if (known) return known
    const made = ids.write(mixSeed(runSeed, 0x626c6f63, hash), SHARED_BLOCK_TOKENS)
    blocks.set(hash, made)
    return made
  }
  return {
    make(request) {
      if (request.outputTokens !== shell.outputTokens) shell = shellOf(plan, request.outputTokens)
      const { before, after } = shell
      const parts = [before]
      let left = request.promptTokens
      for (const hash of request.sharedBlocks ?? []) {
        const tokens = Math.min(left, SHARED_BLOCK_TOKENS)
        if (tokens > 0) parts.push(ids.slice(sharedBlock(hash), tokens))
        left -= tokens
      }
      // a trace defines the shared blocks itself
      if (!request.sharedBlocks) {
        const common = Math.min(left, plan.sharedTokens)
        if (common > 0) parts.push(shared(common))
        left -= common
        const unique = Math.min(left, UNIQUE_TOKENS)
        if (unique > 0) parts.push(ids.write(mixSeed(runSeed, request.phase, request.topic), unique))
        left -= unique
      }
      if (left > 0) parts.push(bulk(left))
      // every id except the last of the prompt ends in a separator
      const last = parts.pop() as Buffer
      return [...parts, parts.length === 0 ? last : last.subarray(0, last.length - 1), after]
    },
  }
}

function idWriter(plan: BodyPlan) {
  const { low, high, digits } = tokenIdRange(plan.vocab)
  const separator = plan.api === 'completions' ? 44 : 32
  const stride = digits + 1
  return {
    /** `count` random ids, each followed by a separator. */
    write(seed: number, count: number): Buffer {
      const random = seededRandom(seed)
      const bytes = Buffer.allocUnsafe(count * stride)
      for (let index = 0; index < count; index += 1) {
        // digit by digit, because a string per token would create garbage while tokens are timed
        let rest = low + Math.floor(random() * (high - low + 1))
        for (let place = index * stride + digits - 1; place >= index * stride; place -= 1) {
          bytes[place] = 48 + (rest % 10)
          rest = Math.floor(rest / 10)
        }
        bytes[index * stride + digits] = separator
      }
      return bytes
    },
    slice: (bytes: Buffer, count: number): Buffer => bytes.subarray(0, count * stride),
    /** A sequence of ids that is generated as far as requested; every result is a slice of it. */
    growing(seed: number): (count: number) => Buffer {
      let made: Buffer = Buffer.alloc(0)
      return (count) => {
        // the same seed gives the same beginning, so that a longer run extends a shorter one
        if (made.length < count * stride) made = this.write(seed, Math.ceil(count * 1.5))
        return this.slice(made, count)
      }
    },
  }
}

const MARKER = '"@PROMPT@"'

/** The body around the prompt: greedy, of exact output length, streamed, with the usage at the end. */
function shellOf(plan: BodyPlan, outputTokens: number): { outputTokens: number; before: Buffer; after: Buffer } {
  const rest = {
    max_tokens: outputTokens,
    min_tokens: outputTokens,
    ignore_eos: true,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  }
  const prompt = MARKER.slice(1, -1)
  const body =
    plan.api === 'completions'
      ? { model: plan.model, prompt, ...rest }
      : { model: plan.model, messages: [{ role: 'user', content: prompt }], ...rest }
  const [before = '', after = ''] = JSON.stringify(body).split(MARKER)
  const [open, close] = plan.api === 'completions' ? ['[', ']'] : ['"', '"']
  return { outputTokens, before: Buffer.from(before + open), after: Buffer.from(close + after) }
}
