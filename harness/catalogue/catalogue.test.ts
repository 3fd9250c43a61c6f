import { describe, expect, test } from 'vitest'
import { weightBytes } from '../physics/weights.ts'
import { cardByKey, cardBySmiName, cardKeys, cards, editionsOf, groupOf, PRO_6000_GROUP } from './cards.ts'
import { modelByKey, modelKeys, models } from './models.ts'
import { defaultMoney, priceOf } from './prices.ts'
import type { Sourced } from './types.ts'

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
  })
})

describe('cards', () => {
  const gddr = cards.filter((card) => card.memoryType.startsWith('GDDR'))

  test.each(gddr.map((card) => [card.key, card] as const))('%s: bus bits x Gbps / 8 is its bandwidth', (_key, card) => {
    const gbs = (card.memoryBusBits.value * card.memoryDataRateGbps!.value) / 8
    expect(gbs / card.memoryBandwidthGBs.value).toBeCloseTo(1, 3)
  })

  test.each(cards.map((card) => [card.key, card] as const))('%s: its values are consistent', (_key, card) => {
    expect(card.cudaBytes.value).toBeLessThan(card.smiMemoryMiB.value * 2 ** 20)
    expect(card.idleW.value).toBeLessThan(card.tdpW.value)
    expect(card.powerRangeW[0]).toBeLessThanOrEqual(card.tdpW.value)
    expect(card.powerRangeW[1]).toBeGreaterThanOrEqual(card.tdpW.value)
    if (card.fp8Tflops !== null) {
      expect(card.fp8Tflops.value / card.fp16Tflops.value).toBeCloseTo(2, 1)
      expect(card.fp8PeakTflops!.value).toBeGreaterThanOrEqual(card.fp8Tflops.value)
    }
  })

  test('keys and nvidia-smi names are their own', () => {
    expect(new Set(cardKeys).size).toBe(cards.length)
    expect(cards.every((card) => cardByKey(card.key) === card && cardBySmiName(card.smiName) === card)).toBe(true)
    expect(cardBySmiName('NVIDIA GeForce RTX 4090 (SIMULATED)')?.key).toBe('rtx-4090')
    expect([cardByKey('voodoo-2'), cardBySmiName('Voodoo 2'), cardByKey(PRO_6000_GROUP)]).toEqual([null, null, null])
    // less bandwidth and less power than the SXM card: not to be taken for it
    expect(cardBySmiName('NVIDIA A100 80GB PCIe')).toBeNull()
  })

  test('the RTX PRO 6000 has three editions of one price', () => {
    const editions = editionsOf(PRO_6000_GROUP)
    expect(editions.map((card) => priceOf(card.key)?.value)).toEqual([8500, 8500, 8500])
    expect(editions.every((card) => groupOf(card.key) === PRO_6000_GROUP)).toBe(true)
    expect([groupOf('rtx-4090'), editionsOf('rtx-4090')]).toEqual([null, []])
    expect([priceOf('rtx-4090')?.value, priceOf('h200')]).toEqual([1300, null])
  })
})

/** Parameters of a Llama-like block: q and o, k and v with their biases, gate, up and down. */
function blockParams(hidden: number, kvWidth: number, ffn: number, experts = 1): number {
  const router = experts > 1 ? hidden * experts : 0
  return 2 * hidden * hidden + 2 * hidden * kvWidth + experts * 3 * hidden * ffn + router
}

describe('parameters from the shape', () => {
  test.each([
    // key, ffn width, biases of q, k and v
    ['llama-3.1-8b-instruct', 14_336, false],
    ['llama-3.1-70b-instruct', 28_672, false],
    ['qwen2.5-72b-instruct-fp8', 29_568, true],
    ['qwen2.5-coder-32b-instruct-awq', 27_648, true],
    ['tiny-random-llama', 512, false],
  ])('%s', (key, ffn, biased) => {
    const model = modelByKey(key)!
    const { hiddenSize, layers, vocab } = model
    const kvWidth = model.kvHeads * model.headDim
    const linear = layers * blockParams(hiddenSize, kvWidth, ffn)
    const biases = biased ? layers * (hiddenSize + 2 * kvWidth) : 0
    const norms = (2 * layers + 1) * hiddenSize
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear)
    expect(model.totalParams).toBe(linear + biases + norms + 2 * vocab * hiddenSize)
  })

  test('Mixtral: 8 experts of 16384, two of them per token', () => {
    const model = modelByKey('mixtral-8x22b-instruct-awq')!
    const linear = 56 * blockParams(6144, 1024, 16_384, 8)
    expect(model.linearParams).toBe(linear)
    expect(model.activeLinearParams).toBe(linear - 56 * 6 * 3 * 6144 * 16_384)
    expect(model.totalParams).toBe(linear + 113 * 6144 + 2 * 32_768 * 6144)
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
