import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { engineTable } from '../../engines/table.ts'
import { serverTrialOf } from '../../metrics/trial/server-trial.ts'
import { readModelList } from '../model-list.ts'
import { SseScanner } from '../wire/sse-scanner.ts'
import { readMetricsPage } from './server-metrics.ts'

/** As llama-server 0.5.0-dev sent it, after one completion of 4 tokens and one chat of 3 (scripts/serve-llama-cpp.sh). */
const real = (name: string) =>
  readFileSync(new URL(`../../testing/fixtures/engines/llama.cpp-0.5.0-dev-${name}`, import.meta.url), 'utf8')

/** In the names and labels of SGLang's metrics_collector.py of 2026. */
const sglang = (over: { generated?: number; cached?: string } = {}) => `# TYPE sglang:num_running_reqs gauge
sglang:num_running_reqs{engine_type="unified",model_name="m",tp_rank="0"} 3.0
sglang:num_queue_reqs{engine_type="unified",model_name="m",tp_rank="0"} 1.0
sglang:token_usage{engine_type="unified",model_name="m",tp_rank="0"} 0.25
sglang:prompt_tokens_total{is_streaming="true",model_name="m"} 1000.0
sglang:generation_tokens_total{is_streaming="true",model_name="m"} ${over.generated ?? 400}.0
sglang:generation_tokens_total{is_streaming="false",model_name="m"} 5.0
sglang:num_requests_total{is_streaming="true",model_name="m"} 10.0
sglang:time_to_first_token_seconds_sum{is_streaming="true",model_name="m"} 0.5
sglang:time_to_first_token_seconds_count{is_streaming="true",model_name="m"} 10.0
sglang:inter_token_latency_seconds_sum{model_name="m"} 4.0
sglang:inter_token_latency_seconds_count{model_name="m"} 390.0
${over.cached ?? ''}`

describe('SGLang', () => {
  test('its counters under our names; streams and others add up', () => {
    const page = readMetricsPage(sglang())
    expect(page).toMatchObject({ engine: 'sglang', metricNames: 'sglang', speculation: null })
    expect(page.reading.values).toEqual({
      running: 3,
      waiting: 1,
      kvUsageShare: 0.25,
      promptTokens: 1000,
      prefixCacheQueries: 1000,
      prefixCacheHits: 0,
      generationTokens: 405,
      requestSuccess: 10,
      ttftSumS: 0.5,
      ttftCount: 10,
    })
    expect(page.reading.requestsByReason).toEqual({})
  })

  test('cached tokens of every source; a counter with labels appears with its first count', () => {
    const cached =
      'sglang:cached_tokens_total{cache_source="device",model_name="m"} 64.0\nsglang:cached_tokens_total{cache_source="host",model_name="m"} 6.0\n'
    expect(readMetricsPage(sglang({ cached })).reading.values.prefixCacheHits).toBe(70)
    // a version that may not have it
    const older = sglang().replace(/sglang:num_requests_total.*\n/, '')
    expect(readMetricsPage(older).reading.values).not.toHaveProperty('prefixCacheHits')
  })

  test('its intervals are per token: no step is told from them, and the record says why', () => {
    const [before, after] = [sglang(), sglang({ generated: 500 })].map((text) => readMetricsPage(text).reading)
    const trial = serverTrialOf({ before: before!, during: [], after: after!, reason: null }, 'sglang')
    expect(trial).toMatchObject({
      generationTokens: 100,
      tokensPerStep: { value: null, reason: expect.stringMatching(/^SGLang takes one interval per token/) },
    })
    expect(trial).not.toHaveProperty('generationTokensWithin')
  })
})

describe('a real llama-server', () => {
  test('its counters', () => {
    const page = readMetricsPage(real('metrics.txt'))
    expect(page).toMatchObject({ engine: 'llama.cpp', metricNames: 'llama.cpp' })
    expect(page.reading.values).toEqual({
      running: 0,
      waiting: 0,
      promptTokens: 35,
      prefixCacheQueries: 35,
      prefixCacheHits: 0,
      generationTokens: 7,
      specDecodeDrafts: 0,
      specDecodeDraftTokens: 0,
      specDecodeAcceptedTokens: 0,
    })
  })

  test('its settings and its model', () => {
    expect(engineTable['llama.cpp'].pages[0]?.read(JSON.parse(real('props.json')))).toEqual({
      version: 'b1-0c1e570',
      modelRoot: 'tiny-spm.gguf',
      maxModelLen: 4096,
      parallelRequests: 8,
      quantization: 'F16',
    })
    expect(readModelList(real('models.json'))).toMatchObject({
      models: [{ id: 'tiny-random-llama', ownedBy: 'llamacpp' }],
    })
  })

  test.each([
    ['completion.sse', { chunks: 4, outputTokens: 4, promptTokens: 5 }],
    ['chat.sse', { chunks: 3, outputTokens: 3, promptTokens: 30 }],
  ])('%s: the event with the finish_reason is no token', (name, counts) => {
    const scanner = new SseScanner()
    const bytes = Buffer.from(real(name))
    scanner.beginRead(1)
    scanner.push(bytes, 0, bytes.length)
    expect(scanner.end()).toMatchObject({
      ...counts,
      cachedTokens: 0,
      finishReason: 'length',
      done: true,
      malformed: null,
    })
  })
})

describe('llama.cpp prints six digits', () => {
  const page = (generated: string) => readMetricsPage(`llamacpp:tokens_predicted_total ${generated}\n`).reading
  const trialOf = (from: string, to: string) =>
    serverTrialOf({ before: page(from), during: [], after: page(to), reason: null }, 'llama.cpp')

  test('counters of up to six digits are exact', () => {
    expect(trialOf('900000', '999999')).toMatchObject({ generationTokens: 99_999 })
    expect(trialOf('900000', '999999')).not.toHaveProperty('generationTokensWithin')
  })

  test('beyond, each reading is off by half of its last digit', () => {
    expect(trialOf('999999', '1.12346e+06')).toMatchObject({ generationTokens: 123_461, generationTokensWithin: 5 })
    expect(trialOf('1.23457e+08', '1.23458e+08')).toMatchObject({
      generationTokens: 1000,
      generationTokensWithin: 1000,
    })
  })
})

test('TensorRT-LLM and TGI under our names', () => {
  const trtllm = readMetricsPage(
    [
      'trtllm_generation_tokens_total{engine_type="trtllm",model_name="m"} 40.0',
      'trtllm_prompt_tokens_total{engine_type="trtllm",model_name="m"} 100.0',
      'trtllm_prompt_cached_tokens_total{engine_type="trtllm",model_name="m"} 32.0',
      'trtllm_request_success_total{engine_type="trtllm",finished_reason="length",model_name="m"} 4.0',
      '',
    ].join('\n'),
  )
  expect(trtllm).toMatchObject({
    engine: 'tensorrt-llm',
    reading: {
      values: { generationTokens: 40, promptTokens: 100, prefixCacheHits: 32, requestSuccess: 4 },
      requestsByReason: { length: 4 },
    },
  })
  const tgi = readMetricsPage(
    'tgi_request_success 4\ntgi_request_generated_tokens_sum 40\ntgi_request_generated_tokens_count 4\ntgi_request_input_length_sum 100\ntgi_queue_size 2\n',
  )
  expect(tgi).toMatchObject({
    engine: 'tgi',
    reading: { values: { generationTokens: 40, promptTokens: 100, requestSuccess: 4, waiting: 2 } },
  })
})
