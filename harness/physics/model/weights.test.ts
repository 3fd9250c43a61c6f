import { expect, test } from 'vitest'
import { modelByKey } from '../../catalogue/own-models.ts'
import { kvBytesPerToken } from './kv.ts'
import { weightBytesRead } from './weights.ts'

test.each([
  // GB that one stream reads a step, without KV
  ['llama-3.1-8b-instruct-fp8', 8.03],
  ['llama-3.1-8b-instruct', 15.01],
  ['llama-3.1-70b-instruct-awq-int4', 37.67],
  ['llama-3.1-70b-instruct-fp8', 70.56],
  ['qwen2.5-72b-instruct-fp8', 72.71],
  ['qwen2.5-coder-32b-instruct-awq', 17.77],
  ['mixtral-8x22b-instruct-awq', 20.54],
])('%s reads %d GB per step', (key, gb) => {
  expect(weightBytesRead(modelByKey(key)!, 1, 'limit') / 1e9).toBeCloseTo(gb, 2)
  // one token needs its experts and no others
  expect(weightBytesRead(modelByKey(key)!, 1, 'expected') / 1e9).toBeCloseTo(gb, 2)
})

test('the limit never counts more than the fewest experts', () => {
  const mixtral = modelByKey('mixtral-8x22b-instruct-awq')!
  expect(weightBytesRead(mixtral, 32, 'limit')).toBe(weightBytesRead(mixtral, 1, 'limit'))
  expect(weightBytesRead(mixtral, 32, 'expected')).toBeGreaterThan(3 * weightBytesRead(mixtral, 32, 'limit'))
})

test.each([
  ['llama-3.1-8b-instruct-fp8', 131_072],
  ['llama-3.1-70b-instruct-fp8', 327_680],
  ['qwen2.5-coder-32b-instruct-awq', 262_144],
  ['mixtral-8x22b-instruct-awq', 229_376],
  // 60 layers of one latent of 576
  ['deepseek-v2-awq', 69_120],
])('%s keeps %d bytes a token in FP16 and half in FP8', (key, bytes) => {
  expect(kvBytesPerToken(modelByKey(key)!, 2)).toBe(bytes)
  expect(kvBytesPerToken(modelByKey(key)!, 1)).toBe(bytes / 2)
})
