/** The bytes of the exact server's answers: server-sent events as vLLM sends them, framed as HTTP chunks. */

export const MODEL = 'tiny-random-llama'
const ID = 'cmpl-0123456789abcdef0123456789abcdef'
const shape = `"id":"${ID}","object":"text_completion","created":1787000000,"model":"${MODEL}"`

const event = (text: string, finish: string | null): string =>
  `data: {${shape},"choices":[{"index":0,"text":"${text}","logprobs":null,"finish_reason":${finish ? `"${finish}"` : 'null'},"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}\n\n`
const framed = (text: string): Buffer => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)

export const streamHead: Buffer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
)
export const content: Buffer = framed(event(' the', null))
export const lastContent: Buffer = framed(event(' end', 'length'))

/** Counts of one answer. */
export interface Usage {
  readonly promptTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
}

const usageOf = ({ promptTokens, outputTokens, cachedTokens }: Usage): string =>
  `"usage":{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + outputTokens},"completion_tokens":${outputTokens},"prompt_tokens_details":{"cached_tokens":${cachedTokens}}}`

/** The end of a stream: usage, `[DONE]` and the last HTTP chunk. */
export const streamTail = (usage: Usage): Buffer =>
  Buffer.concat([
    framed(`data: {${shape},"choices":[],${usageOf(usage)}}\n\ndata: [DONE]\n\n`),
    Buffer.from('0\r\n\r\n'),
  ])

/** An answer of one document, for requests that do not stream. */
export const wholeAnswer = (usage: Usage): string =>
  `{${shape},"choices":[{"index":0,"text":"${' the'.repeat(usage.outputTokens)}","logprobs":null,"finish_reason":"length","stop_reason":null}],${usageOf(usage)}}`

/** A response with a body of known length. */
export function document(body: string, type = 'application/json', status = '200 OK'): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
