import { describe, expect, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import { scrapesFrom } from '../../evidence/server-readings.ts'
import { serverTrialOf } from '../../metrics/trial/server-trial.ts'
import { csvHeader, fromCsv, toCsv } from '../../record/csv.ts'
import { reasonOf } from '../../record/measured.ts'
import type { ServerRow } from '../../record/rows.ts'
import { parseAddress } from '../address.ts'
import { fetchMetrics, ServerScraper } from './scraper.ts'

const address = parseAddress('http://box:8000')
const page = (tokens: number) =>
  `vllm:generation_tokens_total{engine="0"} ${tokens}\nvllm:request_success_total{finished_reason="length"} ${tokens / 10}\n`
const answers = (...pages: (string | number | Error)[]) => {
  const asked: { url: string; headers: Headers }[] = []
  const fetchPage = (async (url: string, init: RequestInit) => {
    asked.push({ url, headers: new Headers(init.headers) })
    const next = pages.length > 1 ? pages.shift() : pages[0]
    if (next instanceof Error) throw next
    return typeof next === 'number' ? new Response('', { status: next }) : new Response(next)
  }) as unknown as typeof fetch
  return { fetchPage, asked }
}

/** Time passes only when somebody sleeps, `ticks` times; then the sleeper waits to be stopped. */
function steppedClock(ticks: number): { clock: Clock; spent: Promise<void> } {
  let nowMs = 1000
  let left = ticks
  const { promise: spent, resolve } = Promise.withResolvers<void>()
  const sleep = async (ms: number, signal?: AbortSignal) => {
    if (left > 0) {
      left -= 1
      nowMs += ms
      return
    }
    resolve()
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped'))))
  }
  return { clock: { nowMs: () => nowMs, wall: () => new Date(0), sleep }, spent }
}

describe('fetchMetrics', () => {
  test('sends the key to this server', async () => {
    const { fetchPage, asked } = answers('x 1\n')
    expect(await fetchMetrics(address, 'secret', fetchPage)).toEqual({ page: 'x 1\n', path: '/metrics' })
    expect(asked[0]?.url).toBe('http://box:8000/metrics')
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret')
  })

  test.each([
    [404, '/metrics returned HTTP 404'],
    [
      new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
      '/metrics cannot be read: connect ECONNREFUSED',
    ],
  ])('%s is a reason', async (answer, reason) => {
    expect(await fetchMetrics(address, null, answers(answer).fetchPage)).toEqual({ reason, path: '/metrics' })
  })

  test('a page without end is not read to its end', async () => {
    const got = await fetchMetrics(address, null, answers('#'.repeat(9 * 2 ** 20)).fetchPage)
    expect(got).toMatchObject({ reason: expect.stringContaining('longer than') })
  })

  test('an engine with iterations in JSON there has its counters elsewhere', async () => {
    const asked: string[] = []
    const fetchPage: typeof fetch = async (input) => {
      const url = String(input)
      asked.push(url)
      return new Response(url.endsWith('/prometheus/metrics') ? 'trtllm_x 1\n' : '[{"iter": 0}]')
    }
    expect(await fetchMetrics(address, null, fetchPage)).toEqual({ page: 'trtllm_x 1\n', path: '/prometheus/metrics' })
    await fetchMetrics(address, null, fetchPage, '/prometheus/metrics')
    expect(asked.map((url) => new URL(url).pathname)).toEqual([
      '/metrics',
      '/prometheus/metrics',
      '/prometheus/metrics',
    ])
  })
})

describe('ServerScraper', () => {
  test('reads before, every second during and after, and keeps every value as a row', async () => {
    const rows: ServerRow[] = []
    const { clock, spent } = steppedClock(2)
    const { fetchPage } = answers(page(100), page(110), page(120), page(130))
    const onRows = (added: readonly ServerRow[]) => rows.push(...added)
    const watch = await new ServerScraper({ address, apiKey: null, clock, originMs: 1000, onRows, fetchPage }).watch(2)
    await spent
    const seen = await watch.end()
    expect(seen.before?.values.generationTokens).toBe(100)
    expect(seen.during.map((reading) => reading.values.generationTokens)).toEqual([110, 120])
    expect(seen.after).toMatchObject({ values: { generationTokens: 130, requestSuccess: 13 } })
    expect(seen.reason).toBeNull()
    expect(
      rows.filter((row) => row.metric === 'generationTokens').map((row) => [row.phase, row.timeMs, row.trial]),
    ).toEqual([
      ['before', 0, 2],
      ['during', 1000, 2],
      ['during', 2000, 2],
      ['after', 2000, 2],
    ])
    expect(rows.some((row) => row.metric === 'requestSuccess/length')).toBe(true)
  })

  test('a scrape at the edge of a trial is tried again once: a busy server answers late', async () => {
    const { clock, spent } = steppedClock(0)
    const { fetchPage } = answers(new Error('slow'), page(100), 503, page(120))
    const watch = await new ServerScraper({
      address,
      apiKey: null,
      clock,
      originMs: 0,
      onRows: () => {},
      fetchPage,
    }).watch(0)
    await spent
    const { before, after } = await watch.end()
    expect([before?.values.generationTokens, after?.values.generationTokens]).toEqual([100, 120])
  })

  test('counters of another model on the page are not those of the measured one', async () => {
    const rows: ServerRow[] = []
    const { clock, spent } = steppedClock(0)
    const both = 'vllm:generation_tokens_total{model_name="a"} 1\nvllm:generation_tokens_total{model_name="b"} NaN\n'
    const { fetchPage } = answers(both)
    const onRows = (added: readonly ServerRow[]) => rows.push(...added)
    const options = { address, apiKey: null, clock, originMs: 0, onRows, fetchPage }
    const seen = async (metricLabels: readonly string[]) => {
      const watch = await new ServerScraper({ ...options, metricLabels }).watch(0)
      await spent
      return watch.end()
    }
    expect((await seen(['a'])).before?.values).toEqual({ generationTokens: 1, otherModelTokens: 0 })
    expect((await seen(['c'])).reason).toBe('the counters at /metrics are of other models: a, b')
    expect((await seen(['b', 'a'])).reason).toMatch(/not valid numbers/)
  })

  test.each([
    [503, '/metrics returned HTTP 503'],
    ['<html>', 'no Prometheus page at /metrics'],
    ['# TYPE sglang:x gauge\nsglang:x 1\n', 'no SGLang counters are exported at /metrics'],
  ])('%j: no reading, and the reason', async (answer, reason) => {
    const { clock, spent } = steppedClock(1)
    const { fetchPage } = answers(answer)
    const watch = await new ServerScraper({
      address,
      apiKey: null,
      clock,
      originMs: 0,
      onRows: () => {},
      fetchPage,
    }).watch(0)
    await spent
    expect(await watch.end()).toEqual({ before: null, during: [], after: null, reason })
  })

  test('what is on disk gives the same values as what was read: restarts, other models and values that are none', async () => {
    const of = (own: string, startS: number, others: number) =>
      [
        `vllm:generation_tokens_total{model_name="m"} ${own}`,
        'vllm:prompt_tokens_total{model_name="m"} -1',
        `vllm:generation_tokens_total{model_name="o"} ${others}`,
        'vllm:request_success_total{model_name="m",finished_reason="length"} 3',
        `process_start_time_seconds ${startS}`,
        '',
      ].join('\n')
    const runs = [
      [of('100', 1.7e9, 5), of('300', 1.7e9, 8), of('500', 1.7e9, 9)],
      [of('100', 1.7e9, 5), of('300', 1.7e9, 8), of('200', 1.7e9 + 60, 9)],
      [of('NaN', 1.7e9, 5), of('300', 1.7e9, 8), of('+Inf', 1.7e9, 9)],
    ] as const
    const known: (boolean | string | null)[] = []
    for (const pages of runs) {
      const rows: ServerRow[] = []
      const { clock, spent } = steppedClock(1)
      const onRows = (added: readonly ServerRow[]) => rows.push(...added)
      const { fetchPage } = answers(...pages)
      const options = { address, apiKey: null, metricLabels: ['m'], clock, originMs: 0, onRows, fetchPage }
      const watch = await new ServerScraper(options).watch(0)
      await spent
      const measured = serverTrialOf(await watch.end())
      const onDisk = fromCsv('server.csv', `${csvHeader('server.csv')}${toCsv('server.csv', rows)}`)
      expect(serverTrialOf(scrapesFrom(onDisk, null))).toEqual(measured)
      known.push(reasonOf(measured.generationTokens), reasonOf(measured.promptTokens))
    }
    const invalid = 'the server does not report a valid number for it'
    const restarted = 'the counters began anew in the trial: the server restarted'
    expect(known).toEqual([null, invalid, restarted, invalid, invalid, invalid])
  })
})
