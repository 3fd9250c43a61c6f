import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readMetricsPage } from './metrics/server-metrics.ts'
import { servingOf, tensorParallelOf } from './serving.ts'

const current = readFileSync(new URL('../testing/fixtures/vllm-metrics/vllm-0.32.txt', import.meta.url), 'utf8')

test('what vLLM 0.32 reports, and what it does not', () => {
  const serving = servingOf({ metrics: readMetricsPage(current), serverInfo: null, maxModelLen: 4096 })
  expect(serving).toMatchObject({
    kvCapacityTokens: 1_048_576,
    kvMaxConcurrency: 256,
    kvBlockTokens: 128,
    kvCacheDtype: 'auto',
    prefixCaching: true,
    gpuMemoryUtilization: 0.92,
    speculation: false,
    quantization: null,
    tensorParallel: null,
  })
  expect(Object.keys(serving.reasons).sort()).toEqual(['quantization', 'tensorParallel'])
})

test('an older vLLM: capacity is blocks times their size', () => {
  const page = readMetricsPage(
    'vllm:cache_config_info{block_size="16",num_gpu_blocks="6144",num_cpu_blocks="None"} 1.0\n',
  )
  const serving = servingOf({ metrics: page, serverInfo: null, maxModelLen: 16_384 })
  expect(serving).toMatchObject({ kvCapacityTokens: 98_304, kvMaxConcurrency: 6, prefixCaching: null })
  expect(serving.reasons['prefixCaching']).toBe('not in cache_config_info')
})

test('engines add their caches', () => {
  const line = 'vllm:cache_config_info{block_size="16",num_gpu_blocks="10",engine="0"} 1.0\n'
  const page = readMetricsPage(line + line.replace('engine="0"', 'engine="1"'))
  expect(servingOf({ metrics: page, serverInfo: null, maxModelLen: null }).kvCapacityTokens).toBe(320)
})

test('development mode reports the rest', () => {
  const serverInfo =
    "model='m', speculative_config=None, dtype=torch.bfloat16, tensor_parallel_size=2, quantization=compressed-tensors, kv_cache_dtype=fp8"
  const serving = servingOf({ metrics: { reason: '/metrics returned HTTP 404' }, serverInfo, maxModelLen: null })
  expect(serving).toMatchObject({
    quantization: 'compressed-tensors',
    tensorParallel: 2,
    speculation: false,
    kvCacheDtype: 'fp8',
    kvCapacityTokens: null,
  })
  expect(serving.reasons['kvCapacityTokens']).toBe('/metrics returned HTTP 404')
})

test('another server: everything is null with its reason', () => {
  const serving = servingOf({ metrics: readMetricsPage('# TYPE up gauge\nup 1\n'), serverInfo: null, maxModelLen: 10 })
  const { metricNames, reasons, ...fields } = serving
  expect(metricNames).toBe('other')
  expect(Object.values(fields).every((value) => value === null)).toBe(true)
  expect(Object.keys(reasons).sort()).toEqual(Object.keys(fields).sort())
})

test.each([
  ['vllm-0.32.0-85aa9be7', 1],
  ['vllm-0.32.0-tp2-85aa9be7', 2],
  ['vllm-0.32.0-tp4-pp2-dp2-ep-85aa9be7', 4],
  ['85aa9be7', null],
  ['simulated', null],
  [null, null],
])('parallelism in fingerprint %j', (fingerprint, expected) => {
  expect(tensorParallelOf(fingerprint)).toBe(expected)
})
