import { describe, expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { parseAddress } from './address.ts'
import { refuseServerInUse, useOfServer } from './in-use.ts'

interface Load {
  readonly running?: number
  readonly waiting?: number
  readonly generated?: number
}
const pageOf = ({ running = 0, waiting = 0, generated = 0 }: Load) =>
  `vllm:num_requests_running{engine="0"} ${running}\nvllm:num_requests_waiting{engine="0"} ${waiting}\nvllm:prompt_tokens_total{engine="0"} 900\nvllm:generation_tokens_total{engine="0"} ${generated}\n`

/** A server with these pages at /metrics, one per reading, and a clock on which no time passes. */
function server(...pages: (string | number)[]) {
  const slept: number[] = []
  const clock: Clock = { nowMs: () => 0, wall: () => new Date(0), sleep: async (ms) => void slept.push(ms) }
  const fetchPage = (async () => {
    const page = pages.shift() ?? 404
    return typeof page === 'number' ? new Response('', { status: page }) : new Response(page)
  }) as unknown as typeof fetch
  return { query: { address: parseAddress('http://box:8000'), apiKey: null, clock, fetchPage }, slept }
}

describe('useOfServer', () => {
  test.each([
    ['an idle server', [pageOf({ generated: 50 }), pageOf({ generated: 50 })], null],
    [
      'requests that run and generate',
      [pageOf({ running: 3, waiting: 1, generated: 50 }), pageOf({ running: 3, waiting: 1, generated: 170 })],
      '3 requests running, 1 waiting, 120 tokens in 1 s',
    ],
    [
      'short requests between two readings',
      [pageOf({ generated: 50 }), pageOf({ generated: 58 })],
      '0 requests running, 0 waiting, 8 tokens in 1 s',
    ],
    [
      'a number that vLLM kept from clients that were cut',
      [pageOf({ running: 4 }), pageOf({ running: 4 })],
      '4 requests running, 0 waiting, but its token counters stand still',
    ],
    ['the last moments of an earlier load', [pageOf({ running: 2 }), pageOf({})], null],
    ['a server that restarted in between', [pageOf({ generated: 900 }), pageOf({})], null],
    ['a server without counters that are read', ['lmdeploy:x 3\n'], null],
    [
      'another engine',
      [
        'llamacpp:requests_processing 3\nllamacpp:tokens_predicted_total 5\n',
        'llamacpp:requests_processing 3\nllamacpp:tokens_predicted_total 9\n',
      ],
      '3 requests running, 0 waiting, 4 tokens in 1 s',
    ],
    ['no page', [404], null],
    ['a page that is gone at the second reading', [pageOf({ running: 3 }), 500], null],
  ] as const)('%s', async (_, pages, use) => {
    const { query, slept } = server(...pages)
    expect(await useOfServer(query)).toBe(use)
    expect(slept).toEqual(pages.length === 2 ? [1000] : [])
  })
})

describe('refuseServerInUse', () => {
  const busy = () => server(pageOf({ running: 3, generated: 50 }), pageOf({ running: 3, generated: 90 })).query

  test('refuses with what was seen and what to do', async () => {
    await expect(refuseServerInUse(busy(), false)).rejects.toMatchObject({
      code: 'bad-input',
      message:
        'endpoint http://box:8000: the server is in use (3 requests running, 0 waiting, 40 tokens in 1 s); wait until it is idle, or load it anyway with --force',
    })
  })

  test('names the way out of a number that stands still', async () => {
    const { query } = server(pageOf({ waiting: 1 }), pageOf({ waiting: 1 }))
    await expect(refuseServerInUse(query, false)).rejects.toThrow('send it one')
  })

  test('with --force it only says so; an idle server has nothing to say', async () => {
    expect(await refuseServerInUse(busy(), true)).toBe('3 requests running, 0 waiting, 40 tokens in 1 s')
    expect(await refuseServerInUse(server(pageOf({}), pageOf({})).query, false)).toBeNull()
  })
})
