import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { servingSchema } from '../../record/schema/server.ts'
import { servingOf } from '../serving.ts'
import { readMetricsPage, whyNoCounters } from './server-metrics.ts'

/** As vLLM 0.32 printed it, without the series that nobody here reads. */
const current = readFileSync(new URL('../../testing/fixtures/vllm-metrics/vllm-0.32.txt', import.meta.url), 'utf8')

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
  ['# TYPE sglang:x gauge\nsglang:x 1\n', 'other', 'sglang'],
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

/** As vLLM 0.6 printed it: the V0 engine, without a label `engine`. */
const v0 = `# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="m"} 2.0
vllm:num_requests_swapped{model_name="m"} 0.0
vllm:num_requests_waiting{model_name="m"} 1.0
vllm:gpu_cache_usage_perc{model_name="m"} 0.5
vllm:cpu_cache_usage_perc{model_name="m"} 0.9
vllm:num_preemptions_total{model_name="m"} 0.0
vllm:prompt_tokens_total{model_name="m"} 640.0
vllm:prompt_tokens_created{model_name="m"} 1.73e+09
vllm:generation_tokens_total{model_name="m"} 320.0
vllm:generation_tokens_created{model_name="m"} 1.73e+09
vllm:time_to_first_token_seconds_sum{model_name="m"} 0.5
vllm:time_to_first_token_seconds_count{model_name="m"} 10.0
vllm:time_per_output_token_seconds_sum{model_name="m"} 3.1
vllm:time_per_output_token_seconds_count{model_name="m"} 310.0
vllm:request_success_total{finished_reason="length",model_name="m"} 10.0
vllm:cache_config_info{block_size="16",num_gpu_blocks="27000",enable_prefix_caching="False"} 1.0
process_start_time_seconds 1.7300000005e+09
`

test('the page of vLLM 0.6: names of the V0 engine; the time of a birth is no count', () => {
  const page = readMetricsPage(v0, ['m'])
  expect(page.metricNames).toBe('vllm-older')
  expect(page.reading).toEqual({
    values: {
      running: 2,
      waiting: 1,
      kvUsageShare: 0.5,
      preemptions: 0,
      promptTokens: 640,
      generationTokens: 320,
      requestSuccess: 10,
      ttftSumS: 0.5,
      ttftCount: 10,
      itlSumS: 3.1,
      itlCount: 310,
      processStartS: 1_730_000_000.5,
    },
    requestsByReason: { length: 10 },
  })
})

describe('series of several models', () => {
  const two = `${v0}${v0.replaceAll('model_name="m"', 'model_name="other/chat"').replaceAll(' 320.0', ' 9000.0')}`

  test('are kept apart: those of the measured model count, the others are named and their tokens counted', () => {
    const { reading, otherModels } = readMetricsPage(two, ['m'])
    expect(reading.values).toMatchObject({ generationTokens: 320, running: 2, otherModelTokens: 9640 })
    expect(otherModels).toEqual(['other/chat'])
  })

  test('an alias, a base model or a root is the measured model too', () => {
    expect(readMetricsPage(two, ['adapter', 'm']).reading.values.generationTokens).toBe(320)
  })

  test('none of them the measured one: no counters, and the reason names them', () => {
    const page = readMetricsPage(two, ['x'])
    expect(page.reading.values.generationTokens).toBeUndefined()
    expect(whyNoCounters(page)).toBe('the counters at /metrics are of other models: m, other/chat')
  })

  test('a page of one model is that of the measured one, whatever a proxy calls it', () => {
    expect(readMetricsPage(v0, ['gpt-4'])).toMatchObject({
      reading: { values: { generationTokens: 320 } },
      otherModels: [],
    })
  })

  test('a name from outside is plain and short', () => {
    const hostile = `vllm:generation_tokens_total{model_name="\u001b[31m${'x'.repeat(300_000)}"} 1\n`
    const [name] = readMetricsPage(`${v0}${hostile}`, ['m']).otherModels
    expect(name).toHaveLength(200)
    expect(name).not.toContain('\u001b')
  })
})

test('a series that stands on the page twice counts once, and not at all where the two differ', () => {
  const line = 'vllm:generation_tokens_total{engine="0"} 5\n'
  expect(readMetricsPage(line + line).reading.values.generationTokens).toBe(5)
  const reading = readMetricsPage(`${line}vllm:generation_tokens_total{engine="0"} 6\n`).reading
  expect(reading).toMatchObject({ values: {}, unusable: ['generationTokens'] })
})

test.each(['NaN', '+Inf', '-Inf', '-1', '1e400', '1e300'])('%s is no count', (value) => {
  const { reading } = readMetricsPage(`vllm:generation_tokens_total ${value}\nvllm:prompt_tokens_total 1\n`)
  expect(reading).toMatchObject({ values: { promptTokens: 1 }, unusable: ['generationTokens'] })
  expect(reading.values).not.toHaveProperty('generationTokens')
})

test('a cache fuller than full is not reported as such', () => {
  expect(readMetricsPage('vllm:kv_cache_usage_perc 97.5\n').reading).toMatchObject({ unusable: ['kvUsageShare'] })
})

test.each([
  ['tgi_request_count 5\n', 'tgi', 'no TGI counters are exported at /metrics'],
  [
    '# TYPE trtllm_x gauge\ntrtllm_x 5\n',
    'tensorrt-llm',
    'no TensorRT-LLM counters are exported at /prometheus/metrics',
  ],
  ['lmdeploy:generation_tokens_total 5\n', 'lmdeploy', 'the counters of LMDeploy are not read'],
  ['# TYPE up gauge\nup 1\n', null, 'the page at /metrics is of no engine whose counters are known'],
])('%j: the engine is named, and why it has no counters', (text, engine, why) => {
  const page = readMetricsPage(text)
  expect(page).toMatchObject({ engine, metricNames: 'other' })
  expect(whyNoCounters(page)).toBe(why)
})

test('a vLLM without its counters is named by who knows it', () => {
  const page = readMetricsPage('# TYPE process_x gauge\nprocess_x 1\n')
  expect(whyNoCounters(page, 'vllm')).toBe('no vLLM counters are exported at /metrics')
})

const metricLine = fc
  .tuple(
    fc.constantFrom(
      'vllm:generation_tokens_total',
      'vllm:kv_cache_usage_perc',
      'vllm:request_success_total',
      'process_start_time_seconds',
      'vllm:cache_config_info',
      'sglang:x',
    ),
    fc.dictionary(fc.constantFrom('model_name', 'engine', 'finished_reason', '__proto__', 'block_size'), fc.string(), {
      maxKeys: 3,
    }),
    fc.oneof(
      fc.constantFrom('NaN', '+Inf', '-Inf', '1e400', '', '0x10', '-3', '1_000'),
      fc.double().map(String),
      fc.string(),
    ),
  )
  .map(
    ([name, labels, value]) =>
      `${name}{${Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`)}} ${value}`,
  )

test('any page becomes a reading of finite counts: never NaN, never negative, never an error', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(metricLine, fc.string()), { maxLength: 30 }),
      fc.array(fc.string()),
      (lines, labels) => {
        const page = readMetricsPage(lines.join('\n'), labels)
        const { values, requestsByReason } = page.reading
        for (const value of [...Object.values(values), ...Object.values(requestsByReason)]) {
          expect(Number.isFinite(value) && value >= 0).toBe(true)
        }
        const serving = servingOf({ metrics: page, serverInfo: lines[0] ?? null, maxModelLen: null })
        expect(servingSchema.safeParse(serving).success).toBe(true)
      },
    ),
  )
})

test('the reasons of a page are few, whatever it lists, and none of them is a part of JavaScript', () => {
  const line = (reason: string) => `vllm:request_success_total{finished_reason="${reason}"} 1\n`
  const names = Array.from(
    { length: 500 },
    (_, at) => `r_${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}`,
  )
  const page = readMetricsPage(['constructor', '__proto__', ...names].map(line).join(''))
  const { requestsByReason } = page.reading
  expect(Object.keys(requestsByReason).length).toBeLessThanOrEqual(21)
  expect(Object.values(requestsByReason).reduce((sum, count) => sum + count, 0)).toBe(502)
})

test('a page with more series than a function may have arguments is read', () => {
  const many = Array.from({ length: 140_000 }, (_, at) => `vllm:a_created{n="${at}"} ${at + 5}`).join('\n')
  expect(readMetricsPage(many).startedAtS).toBe(5)
})
