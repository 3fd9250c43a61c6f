import type { Sampling } from '../../scenario/prompt/prompt-schema.ts'
import type { ChatLength } from '../chat-length.ts'
import type { TextLength } from '../prompts/english.ts'
import type { ChosenPrompt, PromptTable } from '../prompts/prompt-table.ts'
import type { ImagePlan } from './image.ts'

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
  /** How answers are sampled; greedy unless it says otherwise. */
  readonly sampling?: Sampling
  /** Whether an answer has exactly the tokens that were asked for; false: it may end earlier, where the model ends it. */
  readonly ignoreEos?: boolean
  /** Prompts of a file, instead of random ones. */
  readonly prompts?: PromptTable
  /** Tokens per byte of the longest of them, as the server counted it. */
  readonly tokensPerByte?: number
  /** English text from which prompts are cut, instead of random ones, and how the server counts it, as its probe found. */
  readonly text?: { readonly bytes: Uint8Array; readonly length?: TextLength }
  /** Chat: the system prompt of every request. */
  readonly system?: string
  /** Chat: the tools of every request. */
  readonly tools?: readonly unknown[]
  /** Chat: generated images of every request. */
  readonly images?: ImagePlan
  /** Whether usage is requested in every event of a stream, which gives each its number of tokens. Not unless set. */
  readonly continuousUsage?: boolean
}

/** Parts of a request that not every server takes. */
export type RequestPart = 'token ids' | 'ignore_eos' | 'min_tokens'

/** Whether the prompts of a plan are text. */
export const hasTextPrompts = ({ api, without = [], text }: BodyPlan): boolean =>
  api === 'chat' || text !== undefined || without.includes('token ids')

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
  /** The prompt of a file that it sends; none otherwise. */
  readonly chosen?: ChosenPrompt
  /** The prefix of its group that the prompt begins with (prefix-groups.ts); none otherwise. */
  readonly prefix?: { readonly group: number; readonly tokens: number }
  /** The last tokens of the prompt that no other request of the same turn has (agents with parallel workers). */
  readonly branch?: { readonly index: number; readonly tokens: number }
}
