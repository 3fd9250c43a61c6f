import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type LaunchOptions, launchSimulator, type RunningSimulator } from '../launch.ts'

let simulator: RunningSimulator | null = null
afterEach(async () => {
  await simulator?.stop()
  simulator = null
})

const launch = async (options: Partial<LaunchOptions>): Promise<void> => {
  simulator = await launchSimulator({ card: 'h200', model: 'tiny-random-llama', maxModelLen: 1024, ...options })
}
const ask = async (maxTokens = 8): Promise<Response> =>
  fetch(`${simulator?.url}/v1/completions`, {
    method: 'POST',
    body: JSON.stringify({
      prompt: Array.from({ length: 64 }, (_, index) => index),
      max_tokens: maxTokens,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true },
    }),
  })
/** The events of a stream, without `data: `, as far as it got. */
const eventsOf = async (response: Response): Promise<string[]> => {
  let text = ''
  try {
    for await (const part of response.body ?? []) text += Buffer.from(part).toString('utf8')
  } catch {
    text += 'data: cut\n\n'
  }
  return text.split('\n\n').flatMap((event) => (event === '' ? [] : [event.slice('data: '.length)]))
}
const metric = async (name: string): Promise<string | undefined> => {
  const page = await (await fetch(`${simulator?.url}/metrics`)).text()
  return new RegExp(`^vllm:${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(page)?.[1]
}

describe('streams that do not end well', () => {
  it('break with an error in the JSON of Python and [DONE] after it, or are cut, or say abort', async () => {
    await launch({ faults: ['in-stream-error', 'cut-stream', 'abort'], faultShare: 1 })
    const error = await eventsOf(await ask())
    expect(error).toHaveLength(5)
    expect(error.slice(-2)).toEqual([
      '{"error": {"message": "Internal server error", "type": "InternalServerError", "param": null, "code": 500}}',
      '[DONE]',
    ])
    const cut = await eventsOf(await ask())
    expect(cut).toHaveLength(4)
    expect(cut.at(-1)).toBe('cut')
    const aborted = await eventsOf(await ask())
    expect(aborted).toHaveLength(6)
    expect(JSON.parse(aborted[3] as string).choices[0]).toMatchObject({ text: '', finish_reason: 'abort' })
    expect(JSON.parse(aborted[4] as string).usage).toMatchObject({ completion_tokens: 4 })
    expect(await metric('num_requests_running')).toBe('0.0')
  })

  it('all end when the engine dies; then /health is 503 and new requests are refused in its words', async () => {
    // The engine dies in the middle of the ninth stream. The eighth has begun before the ninth is asked for, and a
    // large model is then far from the end of it.
    const large = { card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8', maxModelLen: 16_384 }
    await launch({ ...large, faults: ['engine-death'] })
    for (let count = 0; count < 7; count += 1) await (await ask(1)).text()
    const other = await ask(15_000)
    const dying = await ask(12)
    for (const events of await Promise.all([eventsOf(dying), eventsOf(other)])) {
      expect(events.at(-2)).toContain('"EngineCore encountered an issue. See stack trace (above) for the root cause."')
      expect(events.at(-1)).toBe('[DONE]')
    }
    expect((await fetch(`${simulator?.url}/health`)).status).toBe(503)
    expect((await ask()).status).toBe(500)
    const isRefused = () =>
      fetch(`${simulator?.url}/health`).then(
        () => false,
        () => true,
      )
    await expect.poll(isRefused).toBe(true)
  })
})

describe('streams that are whole, and not as they should be', () => {
  it('have four tokens an event, the first and the last at once', async () => {
    await launch({ faults: ['merged-chunks'], faultShare: 1 })
    const texts = (await eventsOf(await ask(11))).slice(0, -2).map((event) => JSON.parse(event).choices[0].text)
    expect(texts.map((text: string) => text.length / 4)).toEqual([1, 4, 4, 2])
  })

  it('lack the usage that was asked for', async () => {
    await launch({ faults: ['missing-usage'], faultShare: 1 })
    const events = await eventsOf(await ask())
    expect(events).toHaveLength(9)
    expect(events.join()).not.toContain('usage')
  })

  it('emit several tokens per step, with one latency sample per step', async () => {
    await launch({ lies: ['silent-speculation'], draftCounters: true })
    const events = (await eventsOf(await ask(200))).slice(0, -2)
    const text = events.map((event) => JSON.parse(event).choices[0].text).join('')
    expect(text.length / 4).toBe(200)
    expect(events.length).toBeLessThan(120)
    expect(await metric('generation_tokens_total')).toBe('200.0')
    expect(await metric('inter_token_latency_seconds_count')).toBe(`${events.length - 1}.0`)
    expect(await metric('spec_decode_num_drafts_total')).toBe(`${events.length - 1}.0`)
    expect(await metric('spec_decode_num_accepted_tokens_total')).toBe(`${200 - events.length}.0`)
  })
})

it('an idle connection is closed before one of a server that keeps it for the 5 s of vLLM', async () => {
  const patient = await launchSimulator({ card: 'h200', model: 'tiny-random-llama' })
  try {
    await launch({ faults: ['keep-alive-close'] })
    /** Asks once and leaves the connection idle. Resolves with the answer; `closed` when the server has closed it. */
    const idle = async (url: string | undefined) => {
      const { hostname, port } = new URL(url as string)
      const socket = connect(Number(port), hostname)
      socket.write('GET /health HTTP/1.1\r\nhost: simulator\r\n\r\n')
      await once(socket, 'data')
      return { closed: once(socket.resume(), 'close') }
    }
    const hasty = await idle(simulator?.url)
    const kept = await idle(patient.url)
    const first = await Promise.race([hasty.closed.then(() => 'hasty'), kept.closed.then(() => 'patient')])
    expect(first).toBe('hasty')
  } finally {
    await patient.stop()
  }
})

it('the names of vLLM 0.9.1 are served in place of those of today, not beside them', async () => {
  await launch({ faults: ['old-metric-names'] })
  await (await ask()).text()
  expect(await metric('time_per_output_token_seconds_count')).toBe('7.0')
  expect(await metric('gpu_prefix_cache_queries_total')).toBe('64.0')
  expect(await metric('inter_token_latency_seconds_count')).toBeUndefined()
  expect(await metric('kv_cache_usage_perc')).toBeUndefined()
  const version = await (await fetch(`${simulator?.url}/version`)).json()
  expect(version).toEqual({ version: '0.9.1+simulated' })
})
