/** A request as the exact server reads it; every field has a default, because it never refuses one. */
export interface ExactRequest {
  readonly isPost: boolean
  readonly path: string
  /** Value of X-Request-Id, or null without one. */
  readonly id: number | null
  readonly body: Buffer
}

/** Reads the requests of one connection, one after the other. Bodies are kept only where `keepsBody`. */
export class RequestReader {
  readonly #keepsBody: boolean
  readonly #onRequest: (request: ExactRequest) => void
  readonly #onLargeBody: () => void
  #head = ''
  #left = -1
  #request: Omit<ExactRequest, 'body'> = { isPost: false, path: '', id: null }
  #parts: Buffer[] = []

  constructor(options: {
    readonly keepsBody: boolean
    readonly onRequest: (request: ExactRequest) => void
    readonly onLargeBody: () => void
  }) {
    this.#keepsBody = options.keepsBody
    this.#onRequest = options.onRequest
    this.#onLargeBody = options.onLargeBody
  }

  /** Takes bytes read from the socket. Assumes clients that wait for an answer before their next request. */
  push(bytes: Buffer): void {
    let body = bytes
    if (this.#left < 0) {
      this.#head += bytes.toString('latin1')
      const headEnd = this.#head.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const bodyBytes = this.#head.length - headEnd - 4
      this.#request = {
        isPost: this.#head.startsWith('POST'),
        path: this.#head.split(' ', 2)[1] ?? '',
        id: numberIn(/x-request-id: (-?\d+)\r/i, this.#head),
      }
      const length = numberIn(/content-length: (\d+)/i, this.#head) ?? 0
      this.#left = length
      this.#head = ''
      this.#parts = []
      if (length > LARGE_BODY_BYTES) this.#onLargeBody()
      body = bytes.subarray(bytes.length - bodyBytes)
    }
    this.#left -= body.length
    // the bytes are copied: the buffer of a read may be used again
    if (this.#keepsBody) this.#parts.push(Buffer.from(body))
    if (this.#left > 0) return
    this.#left = -1
    this.#onRequest({ ...this.#request, body: Buffer.concat(this.#parts) })
  }
}

/**
 * Bodies larger than this require a reader that polls without sleeping. The kernel widens a connection's window by how
 * fast it is emptied. Behind a narrow window a body takes 20 ms to arrive, which is no error of the client.
 */
const LARGE_BODY_BYTES = 64 * 1024

function numberIn(pattern: RegExp, text: string): number | null {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? null : Number(found)
}

/** The answer that a body requests. */
export interface RequestedAnswer {
  readonly isStream: boolean
  readonly outputTokens: number
  readonly promptTokens: number
}

/** Requested length of the answer, and length of the prompt; a prompt or a chat of text counts by its words. */
export function readRequested(body: Buffer, mostTokens: number): RequestedAnswer {
  const fields = parsed(body)
  const most = Number(fields.max_tokens ?? fields.max_completion_tokens ?? mostTokens)
  return {
    isStream: fields.stream === true,
    outputTokens: Math.max(1, Math.min(mostTokens, Number.isFinite(most) ? most : mostTokens)),
    promptTokens: Array.isArray(fields.prompt)
      ? fields.prompt.length
      : wordsOf(fields.prompt ?? contentOf(fields.messages)),
  }
}

const wordsOf = (text: unknown): number => String(text ?? '').split(' ').length

/** The text of the messages of a chat. */
const contentOf = (messages: unknown): string =>
  Array.isArray(messages)
    ? messages.map((message: { content?: unknown } | null) => String(message?.content ?? '')).join(' ')
    : ''

interface Fields {
  readonly stream?: unknown
  readonly max_tokens?: unknown
  readonly max_completion_tokens?: unknown
  readonly prompt?: unknown
  readonly messages?: unknown
}

function parsed(body: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
