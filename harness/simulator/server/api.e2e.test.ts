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
const getJson = async (path: string): Promise<unknown> => (await fetch(simulator.url + path)).json()
const metric = async (name: string): Promise<number> => {
  const page = await (await fetch(`${simulator.url}/metrics`)).text()
  const line = page.split('\n').find((candidate) => candidate.startsWith(`vllm:${name}{`))
  return Number(line?.split(' ').at(-1))
}
const ids = (length: number, first: number): number[] =>
  Array.from({ length }, (_, index) => (first + index * 7) % VOCAB)
const exact = { ignore_eos: true, temperature: 0 }

describe('answers in one piece', () => {
  it('gives text, finish reason, usage and the stamp', async () => {
    const response = await post('/v1/completions', { model: MODEL_NAME, prompt: ids(6, 4), max_tokens: 3, ...exact })
    expect(response.headers.get('x-joulemark-simulated')).toBe('1')
    expect(await response.json()).toMatchObject({
      object: 'text_completion',
      model: MODEL_NAME,
      choices: [{ index: 0, text: expect.stringMatching(/^( [a-z]{3}){3}$/), finish_reason: 'length' }],
      system_fingerprint: 'simulated',
      usage: { prompt_tokens: 6, total_tokens: 9, completion_tokens: 3 },
    })
  })

  it('stops by itself where it may, but not before min_tokens', async () => {
    const body = { prompt: ids(6, 5), max_tokens: 1000, min_tokens: 20 }
    const { choices, usage } = (await (await post('/v1/completions', body)).json()) as {
      choices: { finish_reason: string }[]
      usage: { completion_tokens: number }
    }
    expect(choices[0]?.finish_reason).toMatch(/^(stop|length)$/)
    expect(usage.completion_tokens).toBeGreaterThan(20)
  })

  it('counts its own text as /tokenize does', async () => {
    const body = { prompt: ids(6, 6), max_tokens: 9, ...exact }
    const { choices } = (await (await post('/v1/completions', body)).json()) as { choices: { text: string }[] }
    const counted = await post('/tokenize', { prompt: choices[0]?.text, add_special_tokens: false })
    expect(await counted.json()).toMatchObject({ count: 9, max_model_len: 1024, token_strs: null })
  })

  it('counts a chat as /tokenize does', async () => {
    const messages = [{ role: 'user', content: 'How much is the fish?' }]
    const { usage } = (await (await post('/v1/chat/completions', { messages, max_tokens: 1 })).json()) as {
      usage: { prompt_tokens: number }
    }
    const counted = (await (await post('/tokenize', { messages })).json()) as { count: number }
    expect(counted.count).toBe(usage.prompt_tokens)
  })
})

describe('errors', () => {
  it.each([
    [
      'an unknown model',
      { model: 'gpt-5', prompt: 'x' },
      404,
      'NotFoundError',
      /The model `gpt-5` does not exist/,
      'model',
    ],
    [
      'a prompt that is too long',
      { prompt: ids(1000, 0), max_tokens: 100 },
      400,
      'BadRequestError',
      /maximum context length is 1024 tokens.*requested 100 output tokens/,
      'input_tokens',
    ],
    [
      'stream_options without stream',
      { prompt: 'x', stream_options: { include_usage: true } },
      400,
      'BadRequestError',
      /Stream options can only be defined/,
      'stream_options',
    ],
    [
      'a token id out of the vocabulary',
      { prompt: [1, VOCAB] },
      400,
      'BadRequestError',
      /Token id 32000 is out of vocabulary/,
      'prompt',
    ],
    [
      'max_tokens 0',
      { prompt: 'x', max_tokens: 0 },
      400,
      'BadRequestError',
      /max_tokens must be at least 1, got 0/,
      'max_tokens',
    ],
    [
      'min_tokens over max_tokens',
      { prompt: 'x', max_tokens: 2, min_tokens: 3 },
      400,
      'BadRequestError',
      /less than or equal to max_tokens=2, got 3/,
      'min_tokens',
    ],
    ['an empty prompt', { prompt: [[]] }, 400, 'BadRequestError', /must be provided and non-empty/, 'prompt'],
    ['no prompt', {}, 400, 'Bad Request', /1 validation error/, null],
    ['a wrong type', { prompt: 'x', max_tokens: 'many' }, 400, 'Bad Request', /valid integer/, null],
  ])('refuses %s', async (_case, body, status, type, message, param) => {
    const response = await post('/v1/completions', body)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: { message: expect.stringMatching(message), type, param, code: status },
    })
  })

  it('refuses a body that is no JSON, an unknown path and a wrong method', async () => {
    const broken = await fetch(`${simulator.url}/v1/completions`, { method: 'POST', body: '{' })
    expect(broken.status).toBe(400)
    expect((await fetch(`${simulator.url}/v1/nothing`)).status).toBe(404)
    expect((await fetch(`${simulator.url}/v1/completions`)).status).toBe(405)
  })
})

describe('what the server says of itself', () => {
  it('answers the routes around the model', async () => {
    expect(await getJson('/v1/models')).toMatchObject({
      object: 'list',
      data: [
        { id: MODEL_NAME, object: 'model', owned_by: 'simulated', root: 'tiny-random-llama', max_model_len: 1024 },
      ],
    })
    expect(await getJson('/load')).toEqual({ server_load: 0 })
    expect(await getJson('/version')).toEqual({ version: expect.stringMatching(/simulated$/) })
    for (const path of ['/health', '/ping']) expect(await (await fetch(simulator.url + path)).text()).toBe('')
  })

  it('counts tokens, requests and cache hits', async () => {
    const names = [
      'prompt_tokens_total',
      'generation_tokens_total',
      'prefix_cache_queries_total',
      'prefix_cache_hits_total',
      'time_to_first_token_seconds_count',
      'inter_token_latency_seconds_count',
    ]
    const read = () => Promise.all(names.map(metric))
    const before = await read()
    const body = { prompt: ids(100, 12_345), max_tokens: 10, ...exact }
    await (await post('/v1/completions', body)).json()
    const cold = await read()
    await (await post('/v1/completions', body)).json()
    const warm = await read()
    expect(cold.map((value, index) => value - (before[index] as number))).toEqual([100, 10, 100, 0, 1, 9])
    expect(warm.map((value, index) => value - (cold[index] as number))).toEqual([100, 10, 100, 96, 1, 9])
    expect(await metric('num_requests_running')).toBe(0)
    const page = await (await fetch(`${simulator.url}/metrics`)).text()
    expect(page).toMatch(/vllm:cache_config_info\{block_size="16",cache_dtype="fp8_e4m3",.*num_gpu_blocks="\d+"/)
    expect(page).toMatch(/vllm:request_success_total\{engine="0",finished_reason="length",model_name="[^"]+"\} \d+/)
  })

  it('drops the work of a client that hangs up', async () => {
    const before = await metricAbort()
    const hangUp = new AbortController()
    const response = await fetch(`${simulator.url}/v1/completions`, {
      method: 'POST',
      signal: hangUp.signal,
      body: JSON.stringify({ prompt: ids(10, 77), max_tokens: 1000, stream: true, ...exact }),
    })
    await response.body?.getReader().read()
    hangUp.abort()
    await expect.poll(metricAbort).toBe(before + 1)
    expect(await metric('kv_cache_usage_perc')).toBeLessThan(0.01)
  })
})

async function metricAbort(): Promise<number> {
  const page = await (await fetch(`${simulator.url}/metrics`)).text()
  return Number(/finished_reason="abort",[^}]*\} ([\d.]+)/.exec(page)?.[1])
}

describe('a server with a key', () => {
  it('guards /v1 with an error that is a string, and leaves the rest open', async () => {
    const guarded = await launchSimulator({ card: 'h200', model: 'tiny-random-llama', apiKey: 'secret' })
    try {
      const refused = await fetch(`${guarded.url}/v1/models`)
      expect(refused.status).toBe(401)
      expect(await refused.json()).toEqual({ error: 'Unauthorized' })
      expect((await fetch(`${guarded.url}/v1/models`, { headers: { authorization: 'Bearer secret' } })).status).toBe(
        200,
      )
      expect((await fetch(`${guarded.url}/health`)).status).toBe(200)
    } finally {
      await guarded.stop()
    }
  })
})
