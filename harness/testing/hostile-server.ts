import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** An answer in place of the right one. A text or bytes are sent with status 200 and end the answer. */
export type Answer = string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)

/** Paths that a hostile server answers in its own way. */
export type Answers = Readonly<
  Partial<Record<'/v1/models' | '/version' | '/metrics' | '/server_info' | '/v1/completions', Answer>>
>

export const MODEL = 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'

/** The right answer to a request for the list of models. */
export const modelList = (over: object = {}): string =>
  JSON.stringify({
    object: 'list',
    data: [{ id: MODEL, object: 'model', owned_by: 'vllm', root: MODEL, max_model_len: 16_384, ...over }],
  })

interface Wanted {
  readonly tokens: number
  readonly promptTokens: number
  readonly isStream: boolean
}

/** The events of a right answer, each a JSON document, without `[DONE]`. */
export function rightEvents({ tokens, promptTokens }: Pick<Wanted, 'tokens' | 'promptTokens'>): object[] {
  const usage = { prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens }
  const choices = Array.from({ length: tokens }, (_, at) => ({
    choices: [{ index: 0, text: ' a', finish_reason: at === tokens - 1 ? 'length' : null }],
  }))
  return [...choices, { choices: [], usage }].map((event) => ({ id: 'cmpl-1', object: 'text_completion', ...event }))
}

/** Streams events as given: a text is sent as it is, an object as JSON. Ends with `[DONE]`. */
export const streaming =
  (events: (wanted: Wanted) => readonly (object | string)[]): Answer =>
  (request, response) => {
    void wantedBy(request).then((wanted) => {
      if (!wanted.isStream) {
        response.end(JSON.stringify({ choices: [{ text: ' a', finish_reason: 'length' }] }))
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of events(wanted)) {
        response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
      }
      response.end('data: [DONE]\n\n')
    })
  }

async function wantedBy(request: IncomingMessage): Promise<Wanted> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = JSON.parse(Buffer.concat(parts).toString()) as {
    max_tokens: number
    prompt: unknown[]
    stream?: boolean
  }
  return { tokens: body.max_tokens, promptTokens: body.prompt.length, isStream: body.stream === true }
}

const right: Answers = {
  '/v1/models': modelList(),
  '/version': '{"version":"0.32.0"}',
  '/v1/completions': streaming(rightEvents),
}

/** A server of text that answers rightly, except where `answers` says otherwise; 404 for every other path. */
export async function hostileServer(answers: Answers): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] as keyof Answers
    const answer = answers[path] ?? right[path]
    response.on('error', () => {})
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(request, response)
    else response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
