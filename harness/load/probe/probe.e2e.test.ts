import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAddress } from '../../endpoint/address.ts'
import type { BodyPlan } from '../../plan/body/body-plan.ts'
import { FIRST_WORD } from '../../plan/prompt-words.ts'
import { type ProbeLoad, probeLoad } from './probe.ts'

/** The body of a request as it was received. */
interface Received {
  readonly path: string
  readonly authorization: string | undefined
  readonly max_tokens: number
  readonly min_tokens: number
  readonly ignore_eos: boolean
  readonly prompt?: readonly number[] | string
  readonly messages?: readonly { readonly content: string }[]
  readonly stream_options: object
}

let server: Server | null = null
let received: Received[] = []
afterEach(async () => {
  received = []
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  server = null
})

/** A server that passes each request to `answer`. */
async function serving(answer: (body: Received, response: ServerResponse) => void) {
  const made = createServer(async (request: IncomingMessage, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { url: path = '' } = request
    const { authorization } = request.headers
    const body: Received = { path, authorization, ...JSON.parse(Buffer.concat(parts).toString()) }
    received.push(body)
    answer(body, response)
  })
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return parseAddress(`http://127.0.0.1:${(made.address() as { port: number }).port}`)
}

/** A stream of the requested length, with a template of 20 tokens and words of `perWord` tokens. */
function stream(body: Received, response: ServerResponse, perWord = 1): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`)
  for (let token = 1; token <= body.max_tokens; token += 1) {
    const finish_reason = token === body.max_tokens ? 'length' : null
    const content = body.messages ? { delta: { content: ' word' } } : { text: ' word' }
    send({ choices: [{ index: 0, ...content, finish_reason }] })
  }
  const text = body.messages?.[0]?.content ?? (typeof body.prompt === 'string' ? body.prompt : '')
  const words = text.split(' ')
  const inWords = words.slice(1).reduce((sum, word) => sum + (word.length > 1 ? perWord : 1), 0)
  const prompt_tokens = Array.isArray(body.prompt) ? body.prompt.length : 20 + 1 + inWords
  send({
    choices: [],
    usage: { prompt_tokens, completion_tokens: body.max_tokens },
    system_fingerprint: 'vllm-1-tp2-a',
  })
  response.end('data: [DONE]\n\n')
}

const refuse = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body)
}
const refusedFor = (what: string): string =>
  JSON.stringify({ error: { message: `Unrecognized request argument supplied: ${what}`, type: 'x' } })

const plan: BodyPlan = { api: 'completions', model: 'm', vocab: 32_000, seed: 1, salt: 3, sharedTokens: 0 }
const loadOf = (address: ProbeLoad['address'], over: Partial<ProbeLoad> = {}): ProbeLoad => ({
  address,
  apiKey: null,
  client: 'raw',
  body: plan,
  first: { promptTokens: 64, outputTokens: 8 },
  timeoutMs: 20_000,
  signal: new AbortController().signal,
  onSlow: () => {},
  ...over,
})

describe('the probe is the load', () => {
  test('one request with the path, the lengths and every field of the load, and its time', async () => {
    const address = await serving(stream)
    const found = await probeLoad(loadOf(address, { apiKey: 'a-key' }))
    expect(received).toHaveLength(1)
    expect(received[0]).toMatchObject({
      path: '/v1/completions',
      authorization: 'Bearer a-key',
      max_tokens: 8,
      min_tokens: 8,
      ignore_eos: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    })
    expect(received[0]?.prompt).toHaveLength(64)
    expect(found).toMatchObject({ promptTokens: 64, fingerprint: 'vllm-1-tp2-a', simulated: false })
    expect(found.requestMs).toBeGreaterThanOrEqual(found.ttftMs as number)
  })

  test('the same through the openai package', async () => {
    const address = await serving(stream)
    const found = await probeLoad(loadOf(address, { client: 'sdk' }))
    expect(received[0]).toMatchObject({ max_tokens: 8, min_tokens: 8, ignore_eos: true })
    expect(found).toMatchObject({ promptTokens: 64 })
  })

  test('keeps no connection that the server could close under the next request', async () => {
    const address = await serving(stream)
    await probeLoad(loadOf(address, { body: { ...plan, api: 'chat' } }))
    await expect
      .poll(() => new Promise((resolve) => server?.getConnections((_, count) => resolve(count))), { timeout: 5000 })
      .toBe(0)
  })

  test('takes what the server takes: text where token ids are refused, of exact length by its own count', async () => {
    const address = await serving((body, response) =>
      typeof body.prompt === 'string' && !('ignore_eos' in body)
        ? stream(body, response)
        : 'ignore_eos' in body
          ? refuse(response, 400, refusedFor('ignore_eos'))
          : refuse(response, 400, JSON.stringify({ error: 'prompt: expected a string' })),
    )
    const found = await probeLoad(loadOf(address, { first: { promptTokens: 300, outputTokens: 8 } }))
    expect(found.body).toMatchObject({
      without: ['ignore_eos', 'token ids'],
      chatLength: { baseTokens: 21, tokensPerWord: 1 },
      continuousUsage: true,
    })
    expect(found.promptTokens).toBe(300)
    expect(received.at(-1)).toMatchObject({ min_tokens: 8 })
  })

  test('what an engine is known not to take is not asked for', async () => {
    const address = await serving(stream)
    await probeLoad(
      loadOf(address, { body: { ...plan, without: ['token ids', 'min_tokens'], continuousUsage: false } }),
    )
    expect(received).toHaveLength(3)
    expect(received.at(-1)).not.toHaveProperty('min_tokens')
    expect(received.at(-1)).toMatchObject({ prompt: expect.any(String), stream_options: { include_usage: true } })
    expect(received.at(-1)?.stream_options).not.toHaveProperty('continuous_usage_stats')
  })

  test('takes what the server takes: without continuous_usage_stats where that is refused', async () => {
    const address = await serving((body, response) =>
      'continuous_usage_stats' in body.stream_options
        ? refuse(response, 400, refusedFor('continuous_usage_stats'))
        : stream(body, response),
    )
    const found = await probeLoad(loadOf(address))
    expect(received).toHaveLength(2)
    expect(found.body.continuousUsage).toBe(false)
    expect(found.promptTokens).toBe(64)
  })

  test('an interrupt cuts it, and it finds nothing', async () => {
    const interrupt = new AbortController()
    const address = await serving(() => interrupt.abort())
    const found = await probeLoad(loadOf(address, { signal: interrupt.signal }))
    expect(found).toMatchObject({ requestMs: null, promptTokens: null })
    server?.closeAllConnections()
  })
})

describe('chat prompts get their length from two requests', () => {
  const chat = { body: { ...plan, api: 'chat' as const }, first: { promptTokens: 128, outputTokens: 8 } }

  test.each([1, 2, 3])('with %d tokens per word', async (perWord) => {
    const address = await serving((body, response) => stream(body, response, perWord))
    const found = await probeLoad(loadOf(address, chat))
    expect(received.map(({ path }) => path)).toEqual(Array.from({ length: 3 }, () => '/v1/chat/completions'))
    expect(received.map(({ max_tokens }) => max_tokens)).toEqual([1, 1, 8])
    expect(found.body.chatLength).toEqual({ baseTokens: 21, tokensPerWord: perWord })
    expect(found.promptTokens).toBe(128)
    expect(received.every(({ messages }) => messages?.[0]?.content.startsWith(`${FIRST_WORD} `))).toBe(true)
  })

  test('a prompt shorter than the template is bad input', async () => {
    const address = await serving(stream)
    const short = { ...chat, first: { promptTokens: 16, outputTokens: 8 } }
    await expect(probeLoad(loadOf(address, short))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/have 21 tokens, the scenario requires prompts of 16; expected .* 21 or more$/),
    })
  })

  test('a count that does not grow with the prompt leaves one token per word', async () => {
    const address = await serving((body, response) => stream({ ...body, prompt: [1, 2, 3] }, response))
    const found = await probeLoad(loadOf(address, chat))
    expect(found.body.chatLength).toBeUndefined()
    expect(found.promptTokens).toBe(3)
  })
})

describe('what would fail every request ends the run before it, in the words of the server', () => {
  test.each([
    ['an unknown field', 400, refusedFor('ignore_eos'), 'bad-input', /refused: HTTP 400: Unrecognized .*: ignore_eos$/],
    ['another model', 404, '{"error":{"message":"no such model"}}', 'bad-input', /refused: HTTP 404: no such model$/],
    ['a key', 401, '{"error":"Unauthorized"}', 'bad-input', /HTTP 401: not authorised; set OPENAI_API_KEY/],
    ['a queue', 429, '{"error":{"message":"queue is full"}}', 'environment', /\(http-4xx\): HTTP 429: queue is full$/],
    ['a gateway', 502, 'Bad Gateway', 'environment', /\(http-5xx\): HTTP 502: Bad Gateway$/],
    ['memory', 500, '{"error":{"message":"CUDA out of memory"}}', 'environment', /HTTP 500: CUDA out of memory$/],
  ])('%s', async (_, status, body, code, message) => {
    const address = await serving((__, response) => refuse(response, status, body))
    await expect(probeLoad(loadOf(address))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('a key of ours in the words of the server is masked, and so are terminal escapes', async () => {
    const words = JSON.stringify({ error: { message: 'key sk-0123456789abcdef is \u001b[31mnot known' } })
    const address = await serving((_, response) => refuse(response, 400, words))
    const failure = probeLoad(loadOf(address, { apiKey: 'sk-0123456789abcdef' }))
    await expect(failure).rejects.toThrow('HTTP 400: key [secret] is  [31mnot known')
  })

  test('a server that is not there', async () => {
    const address = await serving(stream)
    await new Promise((resolve) => server?.close(resolve))
    await expect(probeLoad(loadOf(address))).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(/the first request of the load failed \(connect\): .*ECONNREFUSED/),
    })
  })
})
