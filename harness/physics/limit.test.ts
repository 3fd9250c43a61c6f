import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Card } from '../catalogue/types.ts'
import { peakTflops } from './arithmetic.ts'
import { decodeLimit, prefillLimitMs, requiredBandwidthGBs } from './limit.ts'

const rtx4090 = cardByKey('rtx-4090')!
const workstation = cardByKey('rtx-pro-6000-workstation')!
const llama8b = modelByKey('llama-3.1-8b-instruct-fp8')!
const alone = { concurrency: 1, contextTokens: 0, kvBytesPerElement: 1 } as const
/** A card that keeps nothing from step to step: every byte comes from memory. */
const withoutCache = (card: Card): Card => ({ ...card, l2Mb: { ...card.l2Mb, value: 0 } })

test.each<[model: string, ceilings: Record<string, number>]>([
  // tokens/s of one stream with an empty context
  [
    'llama-3.1-8b-instruct-fp8',
    {
      'rtx-4090': 125.5,
      'rtx-pro-6000-server': 198.9,
      'rtx-pro-6000-max-q': 223.1,
      l40s: 107.6,
      'rtx-6000-ada': 119.5,
      'h100-pcie': 253.9,
      'h100-sxm': 417.2,
      h200: 597.7,
    },
  ],
  [
    'llama-3.1-8b-instruct',
    { 'rtx-4090': 67.2, 'rtx-pro-6000-server': 106.4, 'rtx-pro-6000-max-q': 119.4, 'a100-80gb': 135.8, h200: 319.8 },
  ],
  [
    'llama-3.1-70b-instruct-awq-int4',
    { 'rtx-4090': 26.8, 'rtx-pro-6000-server': 42.4, 'rtx-pro-6000-max-q': 47.6, 'h100-sxm': 88.9, h200: 127.4 },
  ],
  [
    'llama-3.1-70b-instruct-fp8',
    { 'rtx-4090': 14.3, 'rtx-pro-6000-server': 22.6, 'rtx-pro-6000-max-q': 25.4, h200: 68.0 },
  ],
  ['qwen2.5-72b-instruct-fp8', { 'rtx-4090': 13.9, 'rtx-pro-6000-max-q': 24.6, h200: 66.0 }],
  ['qwen2.5-coder-32b-instruct-awq', { 'rtx-4090': 56.7, 'rtx-pro-6000-max-q': 100.8, h200: 270.1 }],
  ['mixtral-8x22b-instruct-awq', { 'rtx-4090': 49.1, 'rtx-pro-6000-max-q': 87.2, h200: 233.6 }],
])('%s is bound by bandwidth, if every byte comes from memory', (key, ceilings) => {
  for (const [cardKey, tokensPerS] of Object.entries(ceilings)) {
    const limit = decodeLimit(withoutCache(cardByKey(cardKey)!), modelByKey(key)!, alone)
    expect(limit.tokensPerS / tokensPerS).toBeCloseTo(1, 2)
    expect(limit.boundBy).toBe('memory')
  }
})

test.each([
  ['rtx-4090', 8, 972],
  ['rtx-4090', 32, 3543],
  ['rtx-4090', 50, 5191],
  ['rtx-pro-6000-max-q', 8, 1727],
  ['rtx-pro-6000-max-q', 32, 6299],
  ['rtx-pro-6000-max-q', 50, 9229],
  ['h200', 32, 16_871],
])(
  '%s decodes 8B FP8 with %d streams of 512 tokens at %d tokens/s at most, all from memory',
  (cardKey, concurrency, tokensPerS) => {
    const load = { concurrency, contextTokens: 512, kvBytesPerElement: 1 } as const
    expect(decodeLimit(withoutCache(cardByKey(cardKey)!), llama8b, load).tokensPerS / tokensPerS).toBeCloseTo(1, 3)
  },
)

test('the formula carries its numbers', () => {
  const load = { concurrency: 32, contextTokens: 512, kvBytesPerElement: 1 } as const
  expect(decodeLimit(rtx4090, llama8b, load).formula).toBe(
    '32 / ((9.10 GB per step - 72 MiB of L2) / 1008 GB/s = 8.96 ms) = 3572.6 tokens/s',
  )
})

describe('the benefit of the doubt', () => {
  test('GeForce counts its FP8 rate with FP16 accumulate', () => {
    expect(peakTflops(rtx4090, llama8b, {})).toBe(660.6)
  })

  test('a clock above the rated boost raises the peak, one below does not lower it', () => {
    expect(peakTflops(workstation, llama8b, { smClockGhz: 3.09 })).toBeCloseTo((1007.6 * 3.09) / 2.617, 6)
    expect(peakTflops(workstation, llama8b, { smClockGhz: 1.5 })).toBe(1007.6)
  })

  test('4 bits may be computed with activations of 8 bits, FP8 where there is no FP8 in 16 bits', () => {
    const awq = modelByKey('llama-3.1-70b-instruct-awq-int4')!
    const a100 = cardByKey('a100-80gb')!
    expect([peakTflops(rtx4090, awq, {}), peakTflops(a100, awq, {})]).toEqual([660.6, 624])
    expect(peakTflops(a100, llama8b, {})).toBe(312)
  })

  test('16 bits count at FP16 accumulate, which is twice as fast on GeForce and no faster on the others', () => {
    const bf16 = modelByKey('llama-3.1-8b-instruct')!
    expect([peakTflops(rtx4090, bf16, {}), peakTflops(workstation, bf16, {})]).toEqual([330.3, 503.8])
  })

  test('a large batch with short contexts is bound by arithmetic: 15.009 GFLOP per token at 660.6 TFLOPS', () => {
    const limit = decodeLimit(rtx4090, llama8b, { ...alone, concurrency: 2048 })
    expect(limit.boundBy).toBe('compute')
    expect(limit.tokensPerS / (660.6e12 / 15.009e9)).toBeCloseTo(1, 3)
  })

  // 2 x (6,979,321,856 + 4096 x 128,256) and 4 x 32 layers x 4096 x 256 tokens of attention: 15,143,534,592 FLOP a token
  test('attention counts: every token of context is multiplied with the query and with the probabilities', () => {
    const limit = decodeLimit(rtx4090, llama8b, { ...alone, concurrency: 2048, contextTokens: 256 })
    expect(limit.boundBy).toBe('compute')
    expect(limit.flopsPerStep).toBe(2048 * 15_143_534_592)
    expect(limit.tokensPerS).toBeCloseTo(660.6e12 / 15_143_534_592, 3)
  })

  test('two cards do twice as much', () => {
    expect(decodeLimit(withoutCache(rtx4090), llama8b, { ...alone, gpus: 2 }).tokensPerS).toBeCloseTo(251, 0)
  })
})

describe('prefill', () => {
  test('2048 tokens of 8B are 29.7 TFLOP: 45 ms at 660.6 TFLOPS, 29 ms at 1007.6', () => {
    expect(prefillLimitMs(rtx4090, llama8b, { promptTokens: 2048 })).toBeCloseTo(44.94, 1)
    expect(prefillLimitMs(workstation, llama8b, { promptTokens: 2048 })).toBeCloseTo(29.46, 1)
  })

  test('one token still reads the weights: 8.03 GB, less 0.08 of L2, / 1008 GB/s', () => {
    expect(prefillLimitMs(rtx4090, llama8b, { promptTokens: 1 })).toBeCloseTo(7.89, 2)
  })
})

test('198 tokens/s of 8B FP8 need 1590 GB/s, more than an RTX 4090 has', () => {
  expect(requiredBandwidthGBs(llama8b, 198, alone)).toBeCloseTo(1590, 0)
})

test('the bandwidth a rate needs is that of the card at its limit, if every byte comes from memory', () => {
  const load = { concurrency: 8, contextTokens: 512, kvBytesPerElement: 2 } as const
  expect(requiredBandwidthGBs(llama8b, decodeLimit(withoutCache(rtx4090), llama8b, load).tokensPerS, load)).toBeCloseTo(
    1008,
    6,
  )
})

describe('what the L2 cache can keep need not be read again', () => {
  const rate = (cardKey: string, modelKey: string, gpus = 1) =>
    decodeLimit(cardByKey(cardKey)!, modelByKey(modelKey)!, { ...alone, gpus }).tokensPerS

  test('8B FP8: (8.031 - 0.134) GB at 1792 GB/s on a PRO 6000, (8.031 - 0.075) GB at 1008 GB/s on a 4090', () => {
    expect(rate('rtx-pro-6000-max-q', 'llama-3.1-8b-instruct-fp8')).toBeCloseTo(226.9, 1)
    expect(rate('rtx-4090', 'llama-3.1-8b-instruct-fp8')).toBeCloseTo(126.7, 1)
  })

  test('each GPU has its own: (8.031 - 2 x 0.075) GB at 2016 GB/s', () => {
    expect(rate('rtx-4090', 'llama-3.1-8b-instruct-fp8', 2)).toBeCloseTo(255.9, 1)
  })

  test('a model that is wholly in it is bound by arithmetic', () => {
    expect(decodeLimit(rtx4090, modelByKey('tiny-random-llama')!, alone).boundBy).toBe('compute')
  })
})

describe('a raised memory clock', () => {
  const bf16 = modelByKey('llama-3.1-8b-instruct')!
  const at = (card: Card, memClockMHz: number | null) =>
    decodeLimit(card, bf16, { ...alone, memClockMHz }).tokensPerS / decodeLimit(card, bf16, alone).tokensPerS

  test('raises the limit of GDDR: 11,501 MHz x 2 x 384 bit / 8 are 1104 GB/s, against 1008 at 10,500', () => {
    expect(at(rtx4090, 11_501)).toBeCloseTo(11_501 / 10_500, 9)
    const { tokensPerS } = decodeLimit(rtx4090, bf16, { ...alone, memClockMHz: 11_501 })
    // 15.01 GB at 92 % of 1104 GB/s: measured, and above the 67.2 tokens/s of 1008 GB/s
    expect(tokensPerS).toBeGreaterThan((0.92 * 1104.1e9) / 15.01e9)
  })

  test('a lower clock lowers nothing, and neither does one that is not known; HBM has no clock to raise', () => {
    expect([at(rtx4090, 9501), at(rtx4090, null)]).toEqual([1, 1])
    expect(at(cardByKey('h100-sxm')!, 3201)).toBe(1)
  })
})

describe('several tokens per step and sequence, by speculation', () => {
  test('twice the tokens in the same bytes, until arithmetic binds', () => {
    const rate = (tokensPerStep: number) => decodeLimit(rtx4090, llama8b, { ...alone, tokensPerStep }).tokensPerS
    expect(rate(2)).toBeCloseTo(2 * rate(1), 6)
    // 15.009 GFLOP per token at 660.6 TFLOPS
    expect(rate(4096) / (660.6e12 / 15.009e9)).toBeCloseTo(1, 3)
  })
})
