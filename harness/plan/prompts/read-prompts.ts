import { z } from 'zod'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { PromptFormat } from '../../scenario/prompt/prompt-schema.ts'
import { linesOf, listElements, type Piece } from './json-elements.ts'
import type { FilePrompt } from './prompt-table.ts'

/** Prompts that are taken from a file; more are not needed for a load, and would take memory. */
const MOST_PROMPTS = 200_000

/** How the prompts of a file are to be read. */
export interface PromptFileOptions {
  readonly api: 'completions' | 'chat'
  readonly format?: PromptFormat | undefined
  /** Prompts with more bytes of text are skipped. */
  readonly maxBytes?: number | undefined
  /** Put before the messages of every prompt that has none of its own. */
  readonly system?: string | undefined
}

/** The prompts of a file, and those that were skipped by reason. */
export interface FilePrompts {
  readonly format: PromptFormat
  readonly prompts: readonly FilePrompt[]
  readonly skipped: Readonly<Record<string, number>>
}

const messageSchema = z.looseObject({ role: z.string().min(1) })
const messagesSchema = z.array(messageSchema).min(1)
const stated = {
  output_tokens: z.int().positive().optional(),
  max_tokens: z.int().positive().optional(),
  max_completion_tokens: z.int().positive().optional(),
}
const contentFields = {
  prompt: z.string().min(1).optional(),
  messages: messagesSchema.optional(),
  tools: z.array(z.unknown()).optional(),
  ...stated,
}
/** A line of JSONL: `prompt` or `messages`, and the length of the answer where it is known. */
const lineSchema = z.looseObject(contentFields)
/** A line of OpenAI's batch format. */
const batchSchema = z.looseObject({ body: z.looseObject(contentFields) })
/** A conversation of ShareGPT; some copies of it name its fields as OpenAI does. */
const conversationSchema = z.looseObject({
  conversations: z.array(z.looseObject({ from: z.string(), value: z.string() })),
})

type Content = z.infer<typeof lineSchema>
/** An entry of a file: a prompt, or why it is none that a load could send. */
type Entry = { readonly content: Content; readonly answer: string | null } | { readonly skipped: string }

/**
 * Reads prompts: JSONL with `prompt` or `messages`, the JSON list of ShareGPT, or OpenAI's batch format; which of them is
 * found out unless it is given. Throws `bad-input` with file, line and field for the first entry that is not of the format.
 */
export function readPrompts(path: string, bytes: Buffer, options: PromptFileOptions): FilePrompts {
  const elements = listElements(bytes)
  const pieces = elements ?? linesOf(bytes)
  const prompts: FilePrompt[] = []
  const skipped: Record<string, number> = {}
  let format = options.format
  for (const piece of pieces) {
    if (prompts.length === MOST_PROMPTS) break
    const value = jsonOf(path, piece)
    format ??= formatOf(value)
    const entry = readers[format](path, piece, value)
    const prompt = 'skipped' in entry ? entry : promptOf(path, piece, entry, options)
    if ('skipped' in prompt) skipped[prompt.skipped] = (skipped[prompt.skipped] ?? 0) + 1
    else prompts.push(prompt)
  }
  if (prompts.length === 0 || format === undefined) {
    const why = Object.entries(skipped).map(([reason, count]) => `${count} skipped: ${reason}`)
    throw new JoulemarkError('bad-input', [`${path}:1: contains no prompt`, ...why].join('; '))
  }
  return { format, prompts, skipped }
}

const readers: Readonly<Record<PromptFormat, (path: string, piece: Piece, value: unknown) => Entry>> = {
  jsonl: (path, piece, value) => ({ content: checked(path, piece, value, lineSchema), answer: null }),
  openai: (path, piece, value) => ({ content: checked(path, piece, value, batchSchema).body, answer: null }),
  sharegpt(path, piece, value) {
    const { conversations } = checked(path, piece, value, conversationSchema)
    const answerAt = conversations.findIndex(({ from }) => roleOf(from) === 'assistant')
    const before = conversations.slice(0, Math.max(0, answerAt))
    const question = before.at(-1)
    const answer = conversations[answerAt]?.value ?? ''
    if (question === undefined || roleOf(question.from) !== 'user' || question.value === '' || answer === '') {
      return { skipped: 'no question that an answer follows' }
    }
    const messages = before.map((turn) => ({ role: roleOf(turn.from), content: turn.value }))
    return { content: { messages }, answer }
  },
}

const roles: Readonly<Record<string, string>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  assistant: 'assistant',
  system: 'system',
}
const roleOf = (from: string): string => roles[from.toLowerCase()] ?? from

/** The format of an entry, by the field that only one of them has. */
function formatOf(value: unknown): PromptFormat {
  if (typeof value !== 'object' || value === null) return 'jsonl'
  return 'conversations' in value ? 'sharegpt' : 'body' in value ? 'openai' : 'jsonl'
}

function promptOf(
  path: string,
  piece: Piece,
  { content, answer }: Extract<Entry, { content: Content }>,
  { api, maxBytes, system }: PromptFileOptions,
): FilePrompt | { readonly skipped: string } {
  const wrong = (what: string) => new JoulemarkError('bad-input', `${path}:${piece.line}: ${what}`)
  const { prompt, messages, tools } = content
  if (prompt === undefined && messages === undefined) throw wrong('expected a field prompt or messages')
  let fields: string
  if (api === 'completions') {
    const text = prompt ?? plainTextOf(messages ?? [])
    if (text === null) throw wrong('messages: expected one text message for the completions API; set api: chat')
    fields = `"prompt":${JSON.stringify(system === undefined ? text : `${system}\n\n${text}`)}`
  } else {
    const own = messages ?? [{ role: 'user', content: prompt }]
    const hasSystem = own.some(({ role }) => role === 'system' || role === 'developer')
    const all = system === undefined || hasSystem ? own : [{ role: 'system', content: system }, ...own]
    fields = `"messages":${JSON.stringify(all)}${tools === undefined ? '' : `,"tools":${JSON.stringify(tools)}`}`
  }
  if (maxBytes !== undefined && Buffer.byteLength(fields) > maxBytes) {
    return { skipped: `longer than prompt.from.maxBytes (${maxBytes})` }
  }
  const outputTokens = content.output_tokens ?? content.max_completion_tokens ?? content.max_tokens ?? null
  return { fields, outputTokens, answerBytes: answer === null ? null : Buffer.byteLength(answer) }
}

/** The text of messages that are a single one of a user; null for any other. */
function plainTextOf(messages: z.infer<typeof messagesSchema>): string | null {
  const [only] = messages
  return messages.length === 1 && typeof only?.['content'] === 'string' ? only['content'] : null
}

function checked<Schema extends z.ZodType>(
  path: string,
  { line }: Piece,
  value: unknown,
  schema: Schema,
): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new JoulemarkError('bad-input', `${path}:${line}: ${issue?.path.join('.') || 'entry'}: ${issue?.message}`)
}

function jsonOf(path: string, { text, line }: Piece): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${path}:${line}: not JSON: ${messageOf(error)}`)
  }
}
