import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readMetricsPage } from './server-metrics.ts'

/** As vLLM 0.32 printed it, without the series that nobody here reads. */
const current = readFileSync(new URL('../testing/fixtures/vllm-metrics/vllm-0.32.txt', import.meta.url), 'utf8')

const older = `# TYPE vllm:gpu_cache_usage_perc gauge
vllm:gpu_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:gpu_prefix_cache_queries_total{engine="0",model_name="m"} 100.0
vllm:gpu_prefix_cache_hits_total{engine="0",model_name="m"} 7.0
vllm:generation_tokens_total{engine="0",model_name="m"} 12.0
vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} 1.0
vllm:time_per_output_token_seconds_sum{engine="0",model_name="m"} 0.5
vllm:time_per_output_token_seconds_count{engine="0",model_name="m"} 11.0
vllm:cache_config_info{block_size="16",num_gpu_blocks="6144",engine="0"} 1.0
`

test('the page of vLLM 0.32', () => {
  const page = readMetricsPage(current)
  expect(page).toMatchObject({ metricNames: 'vllm', engine: 'vllm', speculation: false })
  expect(page.reading.values).toMatchObject({
    running: 0,
    generationTokens: 76_596,
    promptTokens: 84_670,
    prefixCacheHits: 0,
    requestSuccess: 629,
    ttftCount: 631,
    itlCount: 75_965,
  })
  expect(page.reading.requestsByReason).toEqual({ stop: 0, length: 629, abort: 0, error: 0, repetition: 0 })
  expect(page.cacheConfigs[0]).toMatchObject({ kv_cache_size_tokens: '1048576', enable_prefix_caching: 'True' })
})

test('one token an engine step: the counters of 0.32 agree with each other', () => {
  const { generationTokens, ttftCount, itlCount } = readMetricsPage(current).reading.values
  expect(generationTokens).toBe((ttftCount as number) + (itlCount as number))
})

test('speculation is not exported, and so absent, never 0', () => {
  expect(readMetricsPage(current).reading.values).not.toHaveProperty('specDecodeDrafts')
  const speculating = `${current}vllm:spec_decode_num_drafts_total{engine="0"} 0.0\n`
  expect(readMetricsPage(speculating)).toMatchObject({
    speculation: true,
    reading: { values: { specDecodeDrafts: 0 } },
  })
})

test('names of an older vLLM', () => {
  const page = readMetricsPage(older)
  expect(page.metricNames).toBe('vllm-older')
  expect(page.reading.values).toMatchObject({
    kvUsageShare: 0.25,
    prefixCacheQueries: 100,
    prefixCacheHits: 7,
    itlSumS: 0.5,
  })
  expect(page.reading.values).not.toHaveProperty('preemptions')
})

test('engines of one server add up; the fullest cache counts', () => {
  const page = readMetricsPage(`${older}${older.replaceAll('engine="0"', 'engine="1"').replace('0.25', '0.75')}`)
  expect(page.reading.values).toMatchObject({ running: 6, generationTokens: 24, kvUsageShare: 0.75 })
  expect(page.cacheConfigs).toHaveLength(2)
})

test('a reason from outside is a plain word, or other', () => {
  const page = readMetricsPage('vllm:request_success_total{finished_reason="\\u001b[31m"} 2\n')
  expect(page.reading.requestsByReason).toEqual({ other: 2 })
})

test.each([
  ['# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs 1\n', 'other', 'sglang'],
  ['# TYPE up gauge\nup 1\n', 'other', null],
  ['<html>not found</html>', 'none', null],
  ['', 'none', null],
])('%j is no vLLM', (text, metricNames, engine) => {
  expect(readMetricsPage(text)).toMatchObject({ metricNames, engine, reading: { values: {} }, speculation: null })
})

test('a value that is no number is absent', () => {
  expect(readMetricsPage('vllm:generation_tokens_total NaN\n').reading.values).toEqual({})
})

test('the lowest bucket of the inter-token latency is read, over all engines and under either name', () => {
  const bucket = (name: string, le: string, engine: number, value: number) =>
    `vllm:${name}_bucket{le="${le}",engine="${engine}",model_name="m"} ${value}\n`
  for (const name of ['inter_token_latency_seconds', 'time_per_output_token_seconds']) {
    const page = [
      bucket(name, '0.01', 0, 3),
      bucket(name, '0.025', 0, 40),
      bucket(name, '0.01', 1, 4),
      bucket(name, '+Inf', 1, 50),
    ]
    expect(readMetricsPage(page.join('')).reading.values.itlShortCount).toBe(7)
  }
  // other buckets than those of vLLM say nothing about 10 ms
  expect(readMetricsPage(bucket('inter_token_latency_seconds', '0.02', 0, 3)).reading.values).not.toHaveProperty(
    'itlShortCount',
  )
})

test('the start of the server: of its process, else of the first counter that it created', () => {
  const created =
    'vllm:prompt_tokens_created{engine="0"} 1.7000001e+09\nvllm:generation_tokens_created{engine="0"} 1.7e+09\n'
  const counter = 'vllm:generation_tokens_total{engine="0"} 1.0\n'
  expect(readMetricsPage(counter + created).startedAtS).toBe(1_700_000_000)
  const own = 'process_start_time_seconds 1.69999999e+09\n'
  expect(readMetricsPage(counter + created + own).startedAtS).toBe(1_699_999_990)
  expect(readMetricsPage(counter).startedAtS).toBeNull()
  expect(readMetricsPage(`${counter}process_start_time_seconds NaN\n`).startedAtS).toBeNull()
})
