import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchSimulator, type RunningSimulator } from '../launch.ts'

const MODEL_NAME = 'meta-llama/Llama-3.1-8B-Instruct'
const VOCAB = 32_000

let simulator: RunningSimulator

beforeAll(async () => {
  simulator = await launchSimulator({
    card: 'h200',
    model: 'tiny-random-llama',
    servedModelName: MODEL_NAME,
    maxModelLen: 1024,
  })
})
afterAll(() => simulator.stop())

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(simulator.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const eventsOf = async (response: Response): Promise<string[]> => {
  const text = await response.text()
  expect(text.endsWith('\n\n')).toBe(true)
  return text.slice(0, -2).split('\n\n')
}
const ids = (length: number, first: number): number[] =>
  Array.from({ length }, (_, index) => (first + index * 7) % VOCAB)
const exact = { ignore_eos: true, temperature: 0 }

/** One request on a raw socket, and every byte that came back. */
function rawExchange(path: string, body: unknown): Promise<string> {
  const text = JSON.stringify(body)
  const { hostname, port } = new URL(simulator.url)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
    socket.on('data', (part) => {
      received += part
      if (received.endsWith('\r\n0\r\n\r\n')) socket.destroy()
    })
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: simulator\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    )
  })
}

describe('a stream of /v1/completions', () => {
  it('has the head and the chunks of vLLM, byte for byte', async () => {
    const usage = { stream_options: { include_usage: true } }
    const bytes = await rawExchange('/v1/completions', {
      prompt: ids(5, 1),
      max_tokens: 2,
      stream: true,
      ...usage,
      ...exact,
    })
    const [head = '', ...rest] = bytes.split('\r\n\r\n')
    expect(head.split('\r\n').map((line) => line.replace(/^date: .*GMT$/, 'date'))).toEqual([
      'HTTP/1.1 200 OK',
      'date',
      'server: uvicorn',
      'content-type: text/event-stream; charset=utf-8',
      'transfer-encoding: chunked',
      'x-joulemark-simulated: 1',
    ])
    const body = rest.join('\r\n\r\n')
    const chunks = [...body.matchAll(/([0-9a-f]+)\r\n(data: .*?\n\n)\r\n/gs)]
    expect(chunks.map(([, size, data]) => Number.parseInt(size ?? '', 16) === data?.length)).toEqual([
      true,
      true,
      true,
      true,
    ])
    const [first, last, tail, done] = chunks.map(([, , data = '']) =>
      data
        .replace(/cmpl-[0-9a-f]{32}/, 'ID')
        .replace(/"created":\d{10}/, '"created":0')
        .replace(/"text":" [a-z]{3}"/, '"text":" the"'),
    )
    const open = `data: {"id":"ID","object":"text_completion","created":0,"model":"${MODEL_NAME}",`
    const choice = '"choices":[{"index":0,"text":" the","logprobs":null,'
    const nulls = '"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}\n\n'
    expect(first).toBe(`${open}${choice}"finish_reason":null,${nulls}`)
    expect(last).toBe(`${open}${choice}"finish_reason":"length",${nulls}`)
    expect(tail).toBe(
      `${open}"choices":[],"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2},"system_fingerprint":"simulated"}\n\n`,
    )
    expect(done).toBe('data: [DONE]\n\n')
    expect(chunks[0]?.[2]).toHaveLength(280)
  })

  it('counts along under continuous_usage_stats', async () => {
    const response = await post('/v1/completions', {
      prompt: ids(4, 2),
      max_tokens: 3,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      ...exact,
    })
    const counts = (await eventsOf(response)).slice(0, -1).map((event) => {
      const { usage } = JSON.parse(event.slice(6)) as { usage: { completion_tokens: number; total_tokens: number } }
      return [usage.completion_tokens, usage.total_tokens]
    })
    expect(counts).toEqual([
      [1, 5],
      [2, 6],
      [3, 7],
      [3, 7],
    ])
  })

  it('stamps the last token where no usage was asked for', async () => {
    const events = await eventsOf(
      await post('/v1/completions', { prompt: 'hello', max_tokens: 2, stream: true, ...exact }),
    )
    expect(events).toHaveLength(3)
    expect(JSON.parse((events[1] as string).slice(6))).toMatchObject({ system_fingerprint: 'simulated' })
    expect(events[0]).not.toContain('usage')
  })

  it('answers several prompts in one stream, distinguished by their index', async () => {
    const body = {
      prompt: [ids(3, 3), ids(4, 900)],
      max_tokens: 4,
      stream: true,
      stream_options: { include_usage: true },
      ...exact,
    }
    const events = (await eventsOf(await post('/v1/completions', body)))
      .slice(0, -1)
      .map((event) => JSON.parse(event.slice(6)))
    const indices = events.flatMap(({ choices }: { choices: { index: number }[] }) => choices.map(({ index }) => index))
    expect(indices.filter((index) => index === 0)).toHaveLength(4)
    expect(indices.filter((index) => index === 1)).toHaveLength(4)
    expect(events.at(-1)).toMatchObject({ usage: { prompt_tokens: 7, completion_tokens: 8, total_tokens: 15 } })
  })
})

describe('a stream of /v1/chat/completions', () => {
  it('opens with the role, carries the finish reason on the last token, then usage and [DONE]', async () => {
    const body = {
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 2,
      stream: true,
      stream_options: { include_usage: true },
    }
    const events = await eventsOf(await post('/v1/chat/completions', { ...body, ...exact }))
    const masked = events.map((event) =>
      event
        .replace(/"id":"chatcmpl-[0-9a-f]{32}","object":"chat.completion.chunk","created":\d+,"model":"[^"]+",/, 'HEAD')
        .replace(/" [a-z]{3}"/, '" the"'),
    )
    expect(masked).toEqual([
      'data: {HEAD"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}',
      'data: {HEAD"choices":[{"index":0,"delta":{"content":" the"},"logprobs":null,"finish_reason":null,"token_ids":null}]}',
      'data: {HEAD"choices":[{"index":0,"delta":{"content":" the"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]}',
      expect.stringMatching(
        /^data: \{HEAD"choices":\[\],"usage":\{"prompt_tokens":\d+,"total_tokens":\d+,"completion_tokens":2\},"system_fingerprint":"simulated"\}$/,
      ),
      'data: [DONE]',
    ])
    expect(events.slice(0, 2).map((event) => event.length + 2)).toEqual([301, 260])
  })
})
