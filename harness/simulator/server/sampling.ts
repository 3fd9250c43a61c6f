import { type ApiError, badValue } from './api-error.ts'
import type { JsonBody } from './request-body.ts'

/** Generation parameters of a request, the same for both endpoints. */
export interface GenerationRequest {
  readonly maxTokens: number
  readonly minTokens: number
  readonly ignoreEos: boolean
  readonly cacheSalt: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly continuousUsage: boolean
}

/** Reads and checks the sampling fields. `maxTokens` is read by the endpoint, which has its own field and default. */
export function readGenerationRequest(body: JsonBody, maxTokens: number): GenerationRequest {
  if (maxTokens < 1) throw badValue(`max_tokens must be at least 1, got ${maxTokens}.`, 'max_tokens', maxTokens)
  const minTokens = body.atLeast('min_tokens', 0) ?? 0
  if (minTokens > maxTokens) {
    throw badValue(
      `min_tokens must be less than or equal to max_tokens=${maxTokens}, got ${minTokens}.`,
      'min_tokens',
      minTokens,
    )
  }
  const n = body.integer('n') ?? 1
  if (n !== 1) throw badValue(`This simulator supports only n=1, got ${n}.`, 'n', n)
  const stream = body.boolean('stream') ?? false
  const streamOptions = body.object('stream_options')
  if (streamOptions !== undefined && !stream) {
    throw badValue('Stream options can only be defined when `stream=True`.', 'stream_options')
  }
  const includeUsage = streamOptions?.boolean('include_usage') ?? false
  return {
    maxTokens,
    minTokens,
    ignoreEos: body.boolean('ignore_eos') ?? false,
    cacheSalt: body.string('cache_salt') ?? '',
    stream,
    includeUsage,
    continuousUsage: includeUsage && (streamOptions?.boolean('continuous_usage_stats') ?? false),
  }
}

/** Throws when a request exceeds the context window: vLLM refuses it and never truncates. */
export function checkLength(promptTokens: number, maxTokens: number, maxModelLen: number): void {
  if (promptTokens > maxModelLen - maxTokens) throw tooLong(promptTokens, maxTokens, maxModelLen)
}

const tooLong = (promptTokens: number, maxTokens: number, maxModelLen: number): ApiError =>
  badValue(
    `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${maxTokens} output tokens ` +
      `and your prompt contains at least ${promptTokens} input tokens, for a total of at least ` +
      `${promptTokens + maxTokens} tokens. Please reduce the length of the input prompt or the number of requested ` +
      'output tokens.',
    'input_tokens',
    promptTokens,
  )
