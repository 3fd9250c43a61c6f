import type { ApiError } from './api-error.ts'
import { toBytes } from './event-stream.ts'
import { SIMULATED_FINGERPRINT } from './stamp.ts'
import { usageOf } from './usage.ts'

/** The fixed parts of the events of one choice, so that a token costs a few joins and no serialiser. */
export interface StreamShape {
  /** `id`, `object`, `created` and `model`, and the comma after them. */
  readonly head: string
  /** Events that come with the first token, before it. */
  opening(usage: string): string | null
  /** Up to the text of the choice with this index. */
  beforeText(index: number): string
  /** From the end of the text to the end of the choices. */
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
    opening: () => null,
    beforeText: (index) => `"choices":[{"index":${index},"text":"`,
    afterText: `","logprobs":null,"finish_reason":null,"stop_reason":null,${tail}`,
    afterFinalText: (reason) => `","logprobs":null,"finish_reason":"${reason}","stop_reason":null,${tail}`,
  }
}

/** Events of /v1/chat/completions. The role leaves with the first token, not before the prompt is read. */
export function chatShape(identity: StreamIdentity): StreamShape {
  const role = '"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]'
  return {
    head: headOf('chat.completion.chunk', identity),
    opening: (usage) => `${role}${usage},"prompt_token_ids":null,"prompt_text":null}\n\n`,
    beforeText: (index) => `"choices":[{"index":${index},"delta":{"content":"`,
    afterText: '"},"logprobs":null,"finish_reason":null,"token_ids":null}]',
    afterFinalText: (reason) => `"},"logprobs":null,"finish_reason":"${reason}","stop_reason":null,"token_ids":null}]`,
  }
}

/** `,"usage":{…}` for an event that carries it, the running count included. */
export const usagePart = (promptTokens: number, completionTokens: number): string =>
  `,"usage":${JSON.stringify(usageOf(promptTokens, completionTokens))}`

export const fingerprintPart = `,"system_fingerprint":"${SIMULATED_FINGERPRINT}"`

/** The event after the last token that says what was used. */
export const usageEvent = (head: string, promptTokens: number, completionTokens: number): string =>
  `${head}"choices":[]${usagePart(promptTokens, completionTokens)}${fingerprintPart}}\n\n`

/** An error after the status was sent. Python's `json.dumps` writes it, with spaces that other events do not have. */
export const errorEvent = ({ message, type, status }: ApiError): string =>
  toBytes(
    `data: {"error": {"message": ${JSON.stringify(message)}, "type": "${type}", "param": null, "code": ${status}}}\n\n`,
  )

export const doneEvent = 'data: [DONE]\n\n'
