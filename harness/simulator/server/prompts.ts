import { createHash } from 'node:crypto'
import { type Tokenizer, tokenize } from '../engine/token-table.ts'
import { badValue, malformed } from './api-error.ts'
import type { JsonBody } from './request-body.ts'

const MAX_PROMPTS = 1024

/** The first special token of the Llama 3 vocabulary; smaller ones end before it. */
const BEGIN_OF_TEXT = 128_000
const beginOfText = (vocab: number): number => Math.min(BEGIN_OF_TEXT, vocab - 1)

/** The prompts of a completion request as token ids: from a text, several texts, token ids or several lists of them. */
export function readPrompts(body: JsonBody, tokenizer: Tokenizer): number[][] {
  return readTexts(body.get('prompt'), 'prompt', { tokenizer, special: body.boolean('add_special_tokens') ?? true })
}

/** The texts of a field, in the same forms. */
export function readTexts(
  texts: unknown,
  field: string,
  { tokenizer, special }: { readonly tokenizer: Tokenizer; readonly special: boolean },
): number[][] {
  if (typeof texts === 'string') return [textTokens(texts, tokenizer, special)]
  if (!Array.isArray(texts))
    throw malformed(`'${field}'`, texts === undefined ? 'Field required' : 'Input should be a valid string')
  if (texts.length === 0) throw badValue(`Please provide at least one ${field}`, field)
  if (typeof texts[0] === 'number') return [tokenIds(texts, tokenizer.vocab)]
  if (texts.length > MAX_PROMPTS) throw badValue(`At most ${MAX_PROMPTS} ${field}s are allowed`, field, texts.length)
  return texts.map((item) => {
    if (typeof item === 'string') return textTokens(item, tokenizer, special)
    if (Array.isArray(item)) return tokenIds(item, tokenizer.vocab)
    throw malformed(`'${field}'`, 'Input should be a valid string')
  })
}

/** Token ids of a text, with the begin-of-text token in front if `special` is set. */
export function textTokens(text: string, tokenizer: Tokenizer, special: boolean): number[] {
  const tokens = tokenize(text, tokenizer)
  return special ? [beginOfText(tokenizer.vocab), ...tokens] : tokens
}

/** Token ids of a chat in the Llama 3 template. */
export function readChat(body: JsonBody, tokenizer: Tokenizer, special: boolean): number[] {
  const messages = body.get('messages')
  const tools = body.get('tools')
  if (!Array.isArray(messages))
    throw malformed("'messages'", messages === undefined ? 'Field required' : 'Input should be a valid list')
  if (messages.length === 0) throw badValue('messages must not be empty', 'messages')
  const turns = messages.map((message: unknown) => {
    if (typeof message !== 'object' || message === null)
      throw malformed("'messages'", 'Input should be a valid dictionary')
    const { role, content } = message as { role?: unknown; content?: unknown }
    if (typeof role !== 'string') throw malformed("'messages'", 'Field required')
    return `<|start_header_id|>${role}<|end_header_id|>\n\n${contentText(content)}<|eot_id|>`
  })
  const answer =
    (body.boolean('add_generation_prompt') ?? true) ? '<|start_header_id|>assistant<|end_header_id|>\n\n' : ''
  // a template writes the tools as JSON
  const about = tools === undefined ? '' : JSON.stringify(tools)
  const text = textTokens(`<|begin_of_text|>${about}${turns.join('')}${answer}`, tokenizer, special)
  return [...text, ...messages.flatMap((message) => imageTokens(message, tokenizer))]
}

/** Pixels of an image that are one token on each side, as in Qwen2-VL. */
const PATCH_PIXELS = 28
/** Where a PNG has its width and its height. */
const [WIDTH_AT, HEIGHT_AT] = [16, 20]

/** Tokens of the images of a message: one for each patch, the same for the same image. */
function imageTokens(message: unknown, tokenizer: Tokenizer): number[] {
  const { content } = message as { content?: unknown }
  if (!Array.isArray(content)) return []
  return content.flatMap((part: { image_url?: { url?: unknown } } | null) => {
    const url = part?.image_url?.url
    if (typeof url !== 'string') return []
    const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
    if (bytes.toString('latin1', 1, 4) !== 'PNG') throw badValue('cannot identify image file', 'image_url')
    const patches = (at: number) => Math.ceil(bytes.readUInt32BE(at) / PATCH_PIXELS)
    const [token = 0] = tokenize(` ${createHash('sha256').update(bytes).digest('hex').slice(0, 4)}`, tokenizer)
    return new Array<number>(patches(WIDTH_AT) * patches(HEIGHT_AT)).fill(token)
  })
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('\n')
}

function tokenIds(prompt: readonly unknown[], vocab: number): number[] {
  if (prompt.length === 0) throw badValue('Either prompt or prompt_embeds must be provided and non-empty.', 'prompt')
  for (const token of prompt) {
    if (!Number.isInteger(token)) throw malformed("'prompt'", 'Input should be a valid integer')
    if ((token as number) < 0 || (token as number) >= vocab)
      throw badValue(`Token id ${token} is out of vocabulary`, 'prompt', token)
  }
  return prompt as number[]
}
