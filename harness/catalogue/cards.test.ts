import { describe, expect, test } from 'vitest'
import { cardByKey, cardBySmiName, cardKeys, cards, editionsOf, groupOf, PRO_6000_GROUP } from './cards.ts'
import { askForPrice, priceOf } from './prices.ts'
import type { Card } from './types.ts'

const named = cards.map((card) => [card.key, card] as const)

describe('the figures of a card agree with one another', () => {
  const gddr = named.filter(([, card]) => card.memoryType.startsWith('GDDR'))

  test.each(gddr)('%s: bus bits x Gbps / 8 is its bandwidth', (_key, card) => {
    const gbs = (card.memoryBusBits.value * card.memoryDataRateGbps.value) / 8
    expect(gbs / card.memoryBandwidthGBs.value).toBeCloseTo(1, 3)
  })

  test.each(named)('%s: bus bits x Gbps / 8 is its bandwidth within 1 %%, whatever its memory', (_key, card) => {
    const gbs = (card.memoryBusBits.value * card.memoryDataRateGbps.value) / 8
    expect(Math.abs(gbs / card.memoryBandwidthGBs.value - 1)).toBeLessThan(0.01)
  })

  test.each(named)('%s: memory, power and rates', (_key, card) => {
    const memoryMiB = card.smiMemoryMiB?.value ?? card.vramGb.value * 1024
    expect(card.cudaBytes.value).toBeLessThan(memoryMiB * 2 ** 20)
    expect(Math.abs(card.cudaBytes.value / (card.vramGb.value * 1e9) - 1)).toBeLessThan(0.08)
    expect(card.idleW.value).toBeLessThan(card.tdpW.value)
    expect(card.minPowerLimitW?.value ?? 0).toBeLessThanOrEqual(card.tdpW.value)
    expect(card.maxPowerLimitW?.value ?? card.tdpW.value).toBeGreaterThanOrEqual(card.tdpW.value)
    expect(card.int8Tops.value).toBeGreaterThanOrEqual(card.fp16Tflops.value)
    expect([card.fp8Tflops === null, card.fp8PeakTflops === null]).toEqual(
      card.architecture.match(/Turing|Ampere/) ? [true, true] : [false, false],
    )
    expect(card.fp4Tflops === null).toBe(!card.architecture.startsWith('Blackwell'))
    if (card.fp8Tflops === null) return
    expect(card.fp8PeakTflops!.value).toBeGreaterThanOrEqual(card.fp8Tflops.value)
    // the FP16 rate of a GB10 is measured, not rated (cards-superchips.ts)
    if (card.key !== 'gb10') expect(card.fp8Tflops.value / card.fp16Tflops.value).toBeCloseTo(2, 1)
  })

  test('only a card of which nvidia-smi reports no memory and no limit has none here', () => {
    const without = cards.filter((card) => card.smiMemoryMiB === null || card.maxPowerLimitW === null)
    expect(without.map((card) => card.key)).toEqual(['gb10'])
    expect(cards.filter((card) => card.memorySharedWithCpu !== 'no').map((card) => card.key)).toEqual(['gh200', 'gb10'])
  })

  test.each(named)('%s: CUDA cores and tensor cores per SM', (_key, card) => {
    const perSm = card.architecture === 'Ampere GA100' || card.architecture.startsWith('Turing') ? 64 : 128
    expect(card.cudaCores.value).toBe(perSm * card.smCount.value)
    expect(card.tensorCores.value).toBe((card.architecture.startsWith('Turing') ? 8 : 4) * card.smCount.value)
  })
})

/** FP16 products with FP32 accumulate that an SM does in a clock. Some cards of a chip are held to half of it. */
const FMA_PER_SM: readonly (readonly [number, readonly string[]])[] = [
  [256, ['rtx-4090', 'rtx-5090', 'rtx-3090', 'a10g', 'l40']],
  [512, ['rtx-6000-ada', 'l40s', 'l4', 'a10', 'rtx-a6000', 't4']],
  [512, cardKeys.filter((key) => key.startsWith('rtx-pro-'))],
  [1024, cardKeys.filter((key) => key.startsWith('a100-'))],
  [2048, [...cardKeys.filter((key) => /^h[12]00/.test(key)), 'gh200']],
  [4096, ['b200']],
]
const rates = FMA_PER_SM.flatMap(([fma, keys]) => keys.map((key) => [key, fma] as const))

describe('TFLOPS from SMs and clock', () => {
  test.each(rates)('%s: SMs x %d FMA x 2 x clock is its FP16 rate within 2 %%', (key, fma) => {
    const card = cardByKey(key)!
    const tflops = (card.smCount.value * fma * 2 * card.boostGhz.value) / 1000
    expect(Math.abs(tflops / card.fp16Tflops.value - 1)).toBeLessThan(0.02)
  })

  test('each card is among them; the measured rate of a GB10 is below what its SMs could issue', () => {
    expect([...rates.map(([key]) => key), 'gb10'].toSorted()).toEqual(cardKeys.toSorted())
    const gb10 = cardByKey('gb10')!
    const most = (gb10.smCount.value * 1024 * 2 * gb10.boostGhz.value) / 1000
    expect(gb10.fp16Tflops.value / most).toBeGreaterThan(0.85)
    expect(gb10.fp16Tflops.value).toBeLessThan(most)
  })
})

describe('names', () => {
  test('keys, labels and nvidia-smi names are their own', () => {
    for (const of of ['key', 'label', 'smiName'] as const satisfies readonly (keyof Card)[])
      expect(new Set(cards.map((card) => card[of])).size).toBe(cards.length)
    expect(cards.every((card) => cardByKey(card.key) === card && cardBySmiName(card.smiName) === card)).toBe(true)
    expect(cardBySmiName('NVIDIA GeForce RTX 4090 (SIMULATED)')?.key).toBe('rtx-4090')
    expect([cardByKey('voodoo-2'), cardBySmiName('Voodoo 2'), cardByKey(PRO_6000_GROUP)]).toEqual([null, null, null])
  })

  test.each([
    ['NVIDIA A100-SXM4-80GB', 'a100-80gb'],
    ['NVIDIA A100-SXM4-40GB', 'a100-40gb'],
    // less bandwidth and less power than the SXM card: not to be taken for it
    ['NVIDIA A100 80GB PCIe', 'a100-pcie-80gb'],
    ['NVIDIA A100-PCIE-40GB', 'a100-pcie-40gb'],
    ['NVIDIA H100 80GB HBM3', 'h100-sxm'],
    ['NVIDIA H100 PCIe', 'h100-pcie'],
    ['NVIDIA H100 NVL', 'h100-nvl'],
    ['NVIDIA H200', 'h200'],
    ['NVIDIA H200 NVL', 'h200-nvl'],
    ['NVIDIA GH200 480GB', 'gh200'],
    ['NVIDIA B200', 'b200'],
    ['NVIDIA GB10', 'gb10'],
    ['NVIDIA L4', 'l4'],
    ['NVIDIA L40', 'l40'],
    ['NVIDIA L40S', 'l40s'],
    ['NVIDIA A10', 'a10'],
    ['NVIDIA A10G', 'a10g'],
    ['NVIDIA RTX A6000', 'rtx-a6000'],
    ['NVIDIA RTX 6000 Ada Generation', 'rtx-6000-ada'],
    ['NVIDIA GeForce RTX 3090', 'rtx-3090'],
    ['Tesla T4', 't4'],
    ['NVIDIA RTX PRO 4500 Blackwell', 'rtx-pro-4500'],
    ['NVIDIA RTX PRO 5000 Blackwell', 'rtx-pro-5000'],
  ])('%s is %s', (name, key) => {
    expect(cardBySmiName(name)?.key).toBe(key)
  })

  test.each([
    'NVIDIA GeForce RTX 3090 Ti',
    'NVIDIA GH200 144G HBM3e',
    'NVIDIA GB200',
    'NVIDIA L40S-48Q',
    'NVIDIA A100-SXM4-40GB MIG 3g.20gb',
    'NVIDIA RTX PRO 5000 72GB Blackwell',
    'NVIDIA RTX PRO 4500 Blackwell Server Edition',
    'NVIDIA T4',
    'nvidia l4',
  ])('%s is no card of the catalogue', (name) => {
    expect(cardBySmiName(name)).toBeNull()
  })
})

test('MIG: the data-centre chips from GA100 on and the RTX PRO cards with Blackwell chips', () => {
  const chips = (mig: boolean) => [
    ...new Set(cards.filter((card) => card.mig === mig).map((card) => card.architecture)),
  ]
  expect(chips(true).toSorted()).toEqual([
    'Ampere GA100',
    'Blackwell GB100',
    'Blackwell GB202',
    'Blackwell GB203',
    'Hopper GH100',
  ])
  expect(cardByKey('rtx-5090')?.mig).toBe(false)
})

test('the RTX PRO 6000 has three editions of one price', () => {
  const editions = editionsOf(PRO_6000_GROUP)
  expect(editions.map((card) => priceOf(card.key)?.value)).toEqual([8500, 8500, 8500])
  expect(editions.every((card) => groupOf(card.key) === PRO_6000_GROUP)).toBe(true)
  expect([groupOf('rtx-4090'), editionsOf('rtx-4090')]).toEqual([null, []])
  expect([priceOf('rtx-4090')?.value, priceOf('h200')]).toEqual([1300, null])
})

test('a bundled price has a source from the United Kingdom, and a card without one is asked for by name', () => {
  const priced = cards.flatMap((card) => priceOf(card.key) ?? [])
  expect(priced).toHaveLength(7)
  expect(priced.filter(({ source }) => !/gigagpu\.com|\bUK\b/.test(source))).toEqual([])
  for (const card of cards.filter(({ key }) => priceOf(key) === null)) {
    expect(askForPrice(card, `--price ${card.key}=GBP`)).toBe(
      `no price for ${card.label}: give --price ${card.key}=GBP or prices.${card.key} in joulemark.yaml`,
    )
  }
  expect(askForPrice({ key: null, label: 'NVIDIA X' }, '--price')).toContain(
    'name the card under cards: in joulemark.yaml',
  )
})
