import type { ApiError } from './api-error.ts'
import { toBytes } from './event-stream.ts'
import { SIMULATED_FINGERPRINT } from './stamp.ts'
import { promptDetailsOf, usageOf } from './usage.ts'

/** The fixed parts of the events of one choice, so that a token requires only a few string joins. */
export interface StreamShape {
  /** `id`, `object`, `created` and `model`, and the comma after them. */
  readonly head: string
  readonly isChat: boolean
  /** Events sent before the first token. */
  opening(usage: string): string | null
  /** Text up to the content of the choice with this index. */
  beforeText(index: number): string
  /** The same for reasoning; only chat has it. */
  beforeReasoning?(index: number): string
  /** Text from the end of the content to the end of the choices. */
  readonly afterText: string
  afterFinalText(finishReason: string): string
}

export interface StreamIdentity {
  readonly id: string
  readonly created: number
  readonly model: string
}

const headOf = (object: string, { id, created, model }: StreamIdentity): string =>
  toBytes(`data: {"id":"${id}","object":"${object}","created":${created},"model":${JSON.stringify(model)},`)

/** Events of /v1/completions. */
export function completionShape(identity: StreamIdentity): StreamShape {
  const tail = '"prompt_token_ids":null,"token_ids":null}]'
  return {
    head: headOf('text_completion', identity),
    isChat: false,
    opening: () => null,
    beforeText: (index) => `"choices":[{"index":${index},"text":"`,
    afterText: `","logprobs":null,"finish_reason":null,"stop_reason":null,${tail}`,
    afterFinalText: (reason) => `","logprobs":null,"finish_reason":"${reason}","stop_reason":null,${tail}`,
  }
}

/** Events of /v1/chat/completions. The role is sent with the first token, not before the prompt is read. */
export function chatShape(identity: StreamIdentity): StreamShape {
  const role = '"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]'
  return {
    head: headOf('chat.completion.chunk', identity),
    isChat: true,
    opening: (usage) => `${role}${usage},"prompt_token_ids":null,"prompt_text":null}\n\n`,
    beforeText: (index) => `"choices":[{"index":${index},"delta":{"content":"`,
    beforeReasoning: (index) => `"choices":[{"index":${index},"delta":{"reasoning":"`,
    afterText: '"},"logprobs":null,"finish_reason":null,"token_ids":null}]',
    afterFinalText: (reason) => `"},"logprobs":null,"finish_reason":"${reason}","stop_reason":null,"token_ids":null}]`,
  }
}

/** `,"usage":{…}` for an event that contains it, including the running count. */
export function usagePart(
  promptTokens: number,
  completionTokens: number,
  cachedTokens: number | null = null,
  made: object = {},
): string {
  const details = cachedTokens === null ? {} : { prompt_tokens_details: promptDetailsOf(cachedTokens) }
  return `,"usage":${JSON.stringify({ ...usageOf(promptTokens, completionTokens), ...details, ...made })}`
}

export const fingerprintPart = `,"system_fingerprint":"${SIMULATED_FINGERPRINT}"`

/** Parts of the usage that only some servers report; null where this one does not. */
interface UsageDetails {
  readonly cachedTokens?: number | null
  readonly reasoningTokens?: number | null
}

/** The usage event after the last token; vLLM leaves a part out that is null. */
export function usageEvent(
  head: string,
  promptTokens: number,
  completionTokens: number,
  { cachedTokens = null, reasoningTokens = null }: UsageDetails = {},
): string {
  const made = reasoningTokens === null ? {} : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }
  const usage = usagePart(promptTokens, completionTokens, cachedTokens, made)
  return `${head}"choices":[]${usage}${fingerprintPart}}\n\n`
}

/** An error after the status was sent, in the format of Python's `json.dumps`, with spaces. */
export const errorEvent = ({ message, type, status }: ApiError): string =>
  toBytes(
    `data: {"error": {"message": ${JSON.stringify(message)}, "type": "${type}", "param": null, "code": ${status}}}\n\n`,
  )

/** A failure as some gateways send it: by the type of the event, without an `error` in it. */
export const typedErrorEvent = (model: string): string =>
  toBytes(`event: error\ndata: ${JSON.stringify({ type: 'overloaded_error', message: `${model} is overloaded` })}\n\n`)

export const doneEvent = 'data: [DONE]\n\n'
