import { describe, expect, test } from 'vitest'
import { weightBytes } from '../physics/model/weights.ts'
import { cards } from './cards.ts'
import { allModels, modelKeys } from './models.ts'
import { modelByKey } from './own-models.ts'
import { defaultMoney, priceOf } from './prices.ts'
import type { Model, Sourced } from './types.ts'

const models = allModels()

const isSourced = (value: unknown): value is Sourced<unknown> =>
  typeof value === 'object' && value !== null && 'value' in value

describe('sources', () => {
  const prices = cards.flatMap((card) => priceOf(card.key) ?? [])
  const figures = [...cards.flatMap((card) => Object.values(card)), ...Object.values(defaultMoney), ...prices].filter(
    isSourced,
  )

  test('every value has a source and a date', () => {
    expect(figures.length).toBeGreaterThan(15 * cards.length)
    const sources = [...figures, ...models.flatMap((model) => model.sources)]
    const bad = sources.filter(({ source, date }) => source.trim() === '' || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    expect(bad).toEqual([])
    expect(models.filter((model) => model.sources.length === 0)).toEqual([])
    expect(figures.filter(({ kind }) => kind === 'recalled')).toEqual([])
  })
})

/** Parameters of a Llama-like block: q and o, k and v with their biases, gate, up and down. */
function blockParams(hidden: number, kvWidth: number, ffn: number, experts = 1): number {
  const router = experts > 1 ? hidden * experts : 0
  return 2 * hidden * hidden + 2 * hidden * kvWidth + experts * 3 * hidden * ffn + router
}

/** The one kind of attention of a model whose layers are all alike. */
function fullAttentionOf(model: Model) {
  const [group, ...others] = model.attention
  if (group?.kind !== 'full' || others.length > 0) throw new Error(`${model.key} has other attention`)
  return group
}

describe('parameters from the shape', () => {
  test.each([
    // key, ffn width, biases of q, k and v
    ['llama-3.1-8b-instruct', 14_336, false],
    ['llama-3.1-70b-instruct', 28_672, false],
    ['qwen2.5-72b-instruct-fp8', 29_568, true],
    ['qwen2.5-coder-32b-instruct-awq', 27_648, true],
    ['mistral-7b-instruct-v0.3', 14_336, false],
    ['llama-2-7b-chat', 11_008, false],
    ['tiny-random-llama', 512, false],
  ])('%s', (key, ffn, biased) => {
    const model = modelByKey(key)!
    const { hiddenSize, layers, vocab } = model
    const { kvHeads, headDim } = fullAttentionOf(model)
    const kvWidth = kvHeads * headDim
    const linear = layers * blockParams(hiddenSize, kvWidth, ffn)
    const biases = biased ? layers * (hiddenSize + 2 * kvWidth) : 0
    const norms = (2 * layers + 1) * hiddenSize
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear)
    expect(model.totalParams).toBe(linear + biases + norms + 2 * vocab * hiddenSize)
  })

  test.each([
    // key, ffn width, tied embedding
    ['qwen3-4b', 9728, true],
    ['qwen3-8b', 12_288, false],
    ['qwen3-14b', 17_408, false],
    ['qwen3-32b', 25_600, false],
  ])('%s: heads of 128 whatever the width, with norms of queries and keys', (key, ffn, tied) => {
    const model = modelByKey(key)!
    const { hiddenSize, layers, vocab } = model
    const { heads, kvHeads, headDim } = fullAttentionOf(model)
    const attention = 2 * hiddenSize * headDim * (heads + kvHeads)
    const linear = layers * (attention + 3 * hiddenSize * ffn)
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear)
    const norms = layers * (2 * hiddenSize + 2 * headDim) + hiddenSize
    expect(model.totalParams).toBe(linear + norms + (tied ? 1 : 2) * vocab * hiddenSize)
  })

  test('Mixtral: 8 experts of 16384, two of them per token', () => {
    const model = modelByKey('mixtral-8x22b-instruct-awq')!
    const linear = 56 * blockParams(6144, 1024, 16_384, 8)
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear - 56 * 6 * 3 * 6144 * 16_384)
    expect(model.totalParams).toBe(linear + 113 * 6144 + 2 * 32_768 * 6144)
  })

  test('Qwen3 Coder 30B-A3B: 128 experts of 768, eight of them per token', () => {
    const model = modelByKey('qwen3-coder-30b-a3b-instruct')!
    const shared = 48 * (2 * 2048 * 128 * (32 + 4) + 128 * 2048)
    const expert = 3 * 2048 * 768
    expect(model.linearParams).toBe(shared + 48 * 128 * expert)
    expect(model.activeLinearParams).toBe(shared + 48 * 8 * expert)
    expect(model.totalParams).toBe(model.linearParams + 48 * (2 * 2048 + 2 * 128) + 2048 + 2 * 151_936 * 2048)
  })

  test('GLM 4.5 Air: 45 blocks of 128 + 1 experts and a dense one, with biases of queries, keys and values', () => {
    const model = modelByKey('glm-4.5-air')!
    const attention = 2 * 4096 * 128 * (96 + 8)
    const expert = 3 * 4096 * 1408
    const linear = 46 * attention + 45 * (129 * expert + 128 * 4096) + 3 * 4096 * 10_944
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear - 45 * 120 * expert)
    const others = 46 * (2 * 4096 + 128 * (96 + 2 * 8)) + 4096 + 45 * 128
    expect(model.totalParams).toBe(linear + others + 2 * 151_552 * 4096)
    expect(model.totalParams / 1e9).toBeCloseTo(106.85, 1)
  })

  test('DeepSeek V2: 59 blocks of 160 + 2 experts and a dense one', () => {
    const model = modelByKey('deepseek-v2-awq')!
    const expert = 3 * 5120 * 1536
    const attention = 5120 * 1536 + 1536 * 128 * 192 + 5120 * 576 + 512 * 128 * 256 + 128 * 128 * 5120
    const linear = 60 * attention + 59 * (162 * expert + 160 * 5120) + 3 * 5120 * 12_288
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear - 59 * 154 * expert)
    const norms = 60 * (2 * 5120 + 1536 + 512) + 5120
    expect(model.totalParams).toBe(linear + norms + 2 * 102_400 * 5120)
  })
})

test.each([
  ['llama-3.1-8b-instruct-fp8', 9.08],
  ['llama-3.1-70b-instruct-fp8', 72.66],
  ['llama-3.1-70b-instruct-awq-int4', 39.77],
  ['qwen2.5-coder-32b-instruct-awq', 19.33],
  ['mixtral-8x22b-instruct-awq', 73.66],
  ['deepseek-v2-awq', 124.1],
])('the checkpoint of %s has %d GB', (key, gb) => {
  expect(Math.abs(weightBytes(modelByKey(key)!) / 1e9 / gb - 1)).toBeLessThan(0.001)
})

test('model keys are their own', () => {
  expect(new Set(modelKeys).size).toBe(models.length)
  expect([modelByKey(modelKeys[0]!), modelByKey('gpt-2')]).toEqual([models[0], null])
})
