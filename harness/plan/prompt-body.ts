import { mixSeed, seededRandom } from './random.ts'

/**
 * Request bodies with prompts of exact length, ready to send.
 *
 * A prompt is a list of token ids, so its length needs no tokenizer and cannot be off. All ids have the same number
 * of digits; the first ones of each request are overwritten in place, so that a body of any size costs
 * one short write and never a serialisation while the clock runs (a 400 KB body takes milliseconds to serialise).
 * vLLM's prefix cache keys a block by all tokens before it: a first block of its own makes the whole prompt cold.
 */
export interface BodyPlan {
  readonly api: 'completions' | 'chat'
  readonly model: string
  readonly promptTokens: number
  readonly outputTokens: number
  readonly vocab: number
  readonly seed: number
}

/** Tokens that are unique to a request: four blocks of 16, the largest block size in common use (64). */
export const UNIQUE_TOKENS = 64

export interface BodyTemplate {
  readonly bytes: Buffer
  /** Overwrites the request's own tokens. `phase` tells warm-up (-1) and each trial apart. */
  fill(phase: number, id: number): Buffer
  /** A copy of its own for each stream: bytes that the socket still holds must not be overwritten. */
  clone(): BodyTemplate
}

/** The smallest and largest token id of the plan: the widest run of ids with equally many digits. */
export function tokenIdRange(vocab: number): { low: number; high: number; digits: number } {
  if (vocab < 16) throw new RangeError(`a vocabulary of ${vocab} tokens is too small for unique prompts`)
  const digits = [5, 4, 3, 2].find((count) => 10 ** (count - 1) <= vocab / 2) ?? 1
  return { low: digits === 1 ? 1 : 10 ** (digits - 1), high: Math.min(vocab, 10 ** digits) - 1, digits }
}

/**
 * Builds a template. Completions send the ids themselves; chat, which takes text only, sends
 * short words in their place (its exact length is then the server's to say: `usage.prompt_tokens`).
 */
export function makeBodyTemplate(plan: BodyPlan): BodyTemplate {
  const { low, high, digits } = tokenIdRange(plan.vocab)
  const draw = (random: () => number): number => low + Math.floor(random() * (high - low + 1))
  const separator = plan.api === 'completions' ? ',' : ' '
  const stride = digits + separator.length
  const common = seededRandom(mixSeed(plan.seed, 0x70726f6d))
  const ids = Array.from({ length: plan.promptTokens }, () => draw(common)).join(separator)
  const marker = '"@PROMPT@"'
  const shell = JSON.stringify(requestFields(plan, marker.slice(1, -1)))
  const [before, after] = shell.split(marker)
  const bytes = Buffer.from(`${before}${plan.api === 'completions' ? `[${ids}]` : `"${ids}"`}${after}`)
  const promptStart = Buffer.byteLength(before ?? '') + 1
  const unique = Math.min(UNIQUE_TOKENS, plan.promptTokens)
  const over = (own: Buffer): BodyTemplate => ({
    bytes: own,
    clone: () => over(Buffer.from(own)),
    fill(phase, id) {
      const random = seededRandom(mixSeed(plan.seed, phase, id))
      for (let index = 0; index < unique; index += 1) {
        own.write(String(draw(random)), promptStart + index * stride, digits, 'latin1')
      }
      return own
    },
  })
  return over(bytes)
}

/** The fields of one request: greedy, of exact output length, streamed, with the usage at the end. */
function requestFields(plan: BodyPlan, prompt: string): Record<string, unknown> {
  const exact = { temperature: 0, ignore_eos: true, min_tokens: plan.outputTokens }
  const stream = { stream: true, stream_options: { include_usage: true } }
  if (plan.api === 'completions') {
    return { model: plan.model, prompt, max_tokens: plan.outputTokens, ...exact, ...stream }
  }
  const messages = [{ role: 'user', content: prompt }]
  return { model: plan.model, messages, max_tokens: plan.outputTokens, ...exact, ...stream }
}
