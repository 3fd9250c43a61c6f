import { z } from 'zod'
import { positiveInt } from '../schema-parts.ts'
import { lengthSchema, MOST_LENGTH_TOKENS } from './length-schema.ts'

/** What a request of a text scenario asks for: its prompt, its answer, and how the answer is sampled. */

/** Longest answer that a scenario may ask for, in tokens. */
const MOST_OUTPUT_TOKENS = 1_000_000

/** Different prefixes of a load with an asked hit rate. */
export const DEFAULT_PREFIX_GROUPS = 8

/** Characters of a system prompt. */
const MOST_TEXT_CHARACTERS = 200_000

/** Formats of a file of prompts. */
export const promptFormats = ['jsonl', 'sharegpt', 'openai'] as const
export type PromptFormat = (typeof promptFormats)[number]

const promptFileSchema = z.strictObject({
  file: z.string().min(1).describe('relative to the scenario file'),
  format: z
    .enum(promptFormats)
    .optional()
    .describe(
      'jsonl: `prompt` or `messages` in each line; sharegpt: a JSON list of conversations; openai: the batch format of the OpenAI API. Found out unless given',
    ),
  order: z
    .enum(['shuffled', 'file'])
    .optional()
    .describe('shuffled by the seed, anew in every trial, unless `file`; each prompt once before any comes again'),
  maxBytes: positiveInt.optional().describe('prompts with more bytes of JSON are skipped'),
  sha256: z.string().optional().describe('digest of the file, written when it is read'),
})

export const promptSchema = z.strictObject({
  tokens: lengthSchema(MOST_LENGTH_TOKENS)
    .optional()
    .describe(
      'exact prompt length in tokens, or a distribution; with the chat API the template of the server is part of it',
    ),
  from: promptFileSchema.optional().describe('prompts of a file instead of random tokens'),
  text: z
    .enum(['random', 'english'])
    .optional()
    .describe(
      'english: passages of a novel, cut to about `tokens`; for models whose speed depends on what they read (experts, speculation). random, the default: exact lengths',
    ),
  system: z.string().min(1).max(MOST_TEXT_CHARACTERS).optional().describe('chat: system prompt of every request'),
  tools: z
    .array(z.looseObject({ type: z.string().describe('such as `function`') }))
    .min(1)
    .max(128)
    .optional()
    .describe('chat: tools of every request, as in the OpenAI API; they count as prompt tokens'),
  images: z
    .strictObject({
      count: positiveInt.max(64).default(1).describe('images per request'),
      width: positiveInt.max(8192).describe('pixels'),
      height: positiveInt.max(8192).describe('pixels'),
    })
    .optional()
    .describe(
      'chat, for vision models: generated images, each one new; the server counts their tokens as prompt tokens',
    ),
  prefixCache: z
    .union([
      z.enum(['cold', 'warm']),
      z
        .string()
        .regex(
          /^(shared:\d+|hits:(100|\d{1,2}(\.\d{1,2})?)%)$/,
          'expected cold, warm, shared:N or a rate such as hits:60%',
        ),
    ])
    .default('cold')
    .describe(
      'cold: the first block of every prompt is unique; shared:N: all prompts begin with the same N tokens; warm: all prompts are the same; hits:60%: groups of prompts share prefixes, sent once before the load, so that the prefix cache serves 60 % of all prompt tokens',
    ),
  prefixGroups: positiveInt
    .max(1000)
    .optional()
    .describe('with hits: how many different prefixes there are; 8 unless given'),
})

export const outputSchema = z.strictObject({
  tokens: lengthSchema(MOST_OUTPUT_TOKENS).describe(
    'exact output length in tokens (ignore_eos with min_tokens = max_tokens), or a distribution',
  ),
  recorded: z
    .boolean()
    .optional()
    .describe(
      'true, with prompt.from: as long as the answer that the file states, `tokens` at most; `tokens` where it states none',
    ),
  ignoreEos: z
    .boolean()
    .optional()
    .describe(
      'false: an answer may end earlier, where the model ends it, and `tokens` is the most it may have; the lengths are reported as they were',
    ),
})

/** The parts of a scenario that its prompts depend on. */
interface CheckedPrompt {
  readonly api: 'completions' | 'chat'
  readonly prompt: z.infer<typeof promptSchema>
  readonly output: z.infer<typeof outputSchema>
  readonly load: { readonly shape: string; readonly session?: unknown }
}

/** What a scenario must say of its prompts, beyond the form of each field. */
export function checkPrompt({ api, prompt, output, load }: CheckedPrompt, context: z.RefinementCtx): void {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  const { tokens, from } = prompt
  for (const field of ['system', 'tools', 'images'] as const) {
    const isForFile = from !== undefined && field === 'system'
    if (prompt[field] !== undefined && api !== 'chat' && !isForFile) {
      refuse(['prompt', field], `expected prompt.${field} only with api: chat`)
    }
    if (prompt[field] !== undefined && from !== undefined && field !== 'system') {
      refuse(['prompt', field], `expected no prompt.${field} with prompt.from: it stands in the messages of the file`)
    }
  }
  if (prompt.text === 'english') {
    if (from !== undefined) refuse(['prompt', 'text'], 'expected prompt.text or prompt.from, not both')
    if (prompt.prefixCache !== 'cold' || load.shape === 'trace' || load.session !== undefined) {
      refuse(['prompt', 'text'], 'expected english only for cold prompts, not for a trace or conversations')
    }
  }
  if (tokens === undefined && from === undefined) {
    refuse(['prompt', 'tokens'], 'expected prompt.tokens, or a file of prompts in prompt.from')
  }
  if (from === undefined) {
    if (output.recorded !== undefined) refuse(['output', 'recorded'], 'expected output.recorded only with prompt.from')
    return
  }
  if (tokens !== undefined)
    refuse(['prompt', 'tokens'], 'expected no prompt.tokens with prompt.from: its prompts have their own lengths')
  if (prompt.prefixCache !== 'cold') {
    refuse(
      ['prompt', 'prefixCache'],
      'expected no prompt.prefixCache with prompt.from: its prompts share what they share',
    )
  }
  if (load.shape === 'trace' || load.session !== undefined) {
    refuse(
      ['prompt', 'from'],
      'expected no prompt.from with a trace or conversations, whose prompts are made to their lengths',
    )
  }
}

/** How the next token is chosen. A field that is skipped is not sent, but for the temperature, which is then 0. */
export const samplingSchema = z.strictObject({
  temperature: z.number().min(0).max(10).optional().describe('0, the default: always the likeliest token'),
  topP: z.number().gt(0).max(1).optional().describe('top_p: the likeliest tokens that together have this probability'),
  topK: z.int().min(-1).optional().describe('top_k: this many of the likeliest tokens; -1 or 0: all'),
  minP: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('min_p: tokens with at least this share of the highest probability'),
  seed: z.int().nonnegative().optional().describe('seed of the sampling in the server'),
  repetitionPenalty: z.number().positive().optional().describe('repetition_penalty of the server'),
  presencePenalty: z.number().min(-2).max(2).optional().describe('presence_penalty of the server'),
  frequencyPenalty: z.number().min(-2).max(2).optional().describe('frequency_penalty of the server'),
})

export type Sampling = z.infer<typeof samplingSchema>
