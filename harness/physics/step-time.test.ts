import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Card, Model, Sourced } from '../catalogue/types.ts'
import { defaultEfficiency } from './efficiency.ts'
import { type StepLoad, stepTimeMs } from './step-time.ts'

const sourced = (value: number): Sourced => ({ value, source: 'this test', date: '2026-11-24', kind: 'assumed' })
const h100 = cardByKey('h100-sxm')!
const rtx4090 = cardByKey('rtx-4090')!
const max = cardByKey('rtx-pro-6000-workstation')!
const a100: Card = { ...cardByKey('a100-80gb')!, key: 'a100-40gb', memoryBandwidthGBs: sourced(1555) }
const l4: Card = { ...cardByKey('l40s')!, key: 'l4', memoryBandwidthGBs: sourced(300), fp16Tflops: sourced(121) }
const llama = modelByKey('llama-3.1-8b-instruct')!
const llamaFp8 = modelByKey('llama-3.1-8b-instruct-fp8')!
const mixtral = modelByKey('mixtral-8x22b-instruct-awq')!
// embedding and lm_head are one matrix, which is read
const qwenHalfB: Model = {
  ...llama,
  key: 'qwen2.5-0.5b-instruct',
  layers: 24,
  hiddenSize: 896,
  attention: [{ kind: 'full', layers: 24, heads: 14, kvHeads: 2, headDim: 64 }],
  tiedEmbeddings: true,
  vocab: 151_936,
  totalParams: 494_032_768,
  linearParams: 357_826_560,
  activeLinearParams: 357_826_560,
}

const decode = (decodeCount: number, contextTokens: number, kvBytesPerElement: 1 | 2 = 2): StepLoad => ({
  decodeCount,
  decodeContextSum: decodeCount * contextTokens,
  prefills: [],
  kvBytesPerElement,
})
const prefill = (newTokens: number, cachedTokens = 0, completes = true): StepLoad => ({
  ...decode(0, 0),
  prefills: [{ newTokens, cachedTokens, completes }],
})

test.each([
  // published time per token of one stream under vLLM
  ['H100 SXM, Llama 3.1 8B FP16', h100, llama, 0, 6.48],
  ['A100 40 GB, Llama 3.1 8B BF16, 1024 in, 128 out: 75 tokens/s', a100, llama, 1088, 1000 / 75],
  ['L4, Qwen2.5 0.5B BF16, 256 in, 128 out', l4, qwenHalfB, 320, 5.1],
])('within a tenth of what was measured: %s', (_what, card, model, contextTokens, measuredMs) => {
  const { timeMs } = stepTimeMs({ card, model, efficiency: defaultEfficiency }, decode(1, contextTokens))
  expect(timeMs / measuredMs).toBeGreaterThan(0.9)
  expect(timeMs / measuredMs).toBeLessThan(1.1)
})

describe('by hand', () => {
  test('one stream of 8B FP8 on a 4090: 8.03 GB / 756 GB/s + 0.5 ms', () => {
    const step = stepTimeMs({ card: rtx4090, model: llamaFp8, efficiency: defaultEfficiency }, decode(1, 0))
    expect(step.bytesRead / 1e9).toBeCloseTo(8.03, 2)
    expect(step.timeMs).toBeCloseTo(11.12, 2)
    expect(step.boundBy).toBe('memory')
    expect(step.memoryShare).toBeCloseTo(10.62 / 11.12, 3)
  })

  test('32 streams at 512 tokens of FP8 KV add 1.07 GB / 604.8 GB/s', () => {
    const step = stepTimeMs({ card: rtx4090, model: llamaFp8, efficiency: defaultEfficiency }, decode(32, 512, 1))
    expect(step.timeMs).toBeCloseTo(11.12 + 1.775, 2)
    // 2 x (6.979 + 0.525)e9 x 32 and 4 x 32 x 4096 x 16384
    expect(step.flops / 1e9).toBeCloseTo(480.28 + 8.59, 1)
  })

  test('a prompt of 2048: 28.59 TFLOP at 155.2 and 1.1 at 74.3 TFLOPS', () => {
    const step = stepTimeMs({ card: rtx4090, model: llamaFp8, efficiency: defaultEfficiency }, prefill(2048))
    expect(step.flops / 1e12).toBeCloseTo(29.69, 2)
    expect(step.timeMs).toBeCloseTo(184.2 + 14.8 + 0.5, 0)
    expect(step.boundBy).toBe('compute')
  })
})

test('a prompt in chunks does the same work as in one piece, but for lm_head', () => {
  const whole = stepTimeMs({ card: max, model: llamaFp8, efficiency: defaultEfficiency }, prefill(2048)).flops
  const first = stepTimeMs({ card: max, model: llamaFp8, efficiency: defaultEfficiency }, prefill(1024, 0, false)).flops
  const second = stepTimeMs({ card: max, model: llamaFp8, efficiency: defaultEfficiency }, prefill(1024, 1024)).flops
  expect((first + second) / whole).toBeCloseTo(1, 9)
})

test('a mixture of experts reads more of them with every stream', () => {
  const gb = (streams: number) =>
    stepTimeMs({ card: max, model: mixtral, efficiency: defaultEfficiency }, decode(streams, 0)).bytesRead / 1e9
  expect(gb(1)).toBeCloseTo(20.54, 1)
  expect(gb(8)).toBeCloseTo(66.2, 1)
  expect(gb(32)).toBeCloseTo(73.25, 1)
})

test('a prompt in AWQ, unpacked inside the product, takes two to three times as long as in FP8', () => {
  const awq: Model = { ...llamaFp8, weightFormat: 'awq-int4', linearBytesPerParam: 0.51953 }
  const ratio =
    stepTimeMs({ card: max, model: awq, efficiency: defaultEfficiency }, prefill(8192)).timeMs /
    stepTimeMs({ card: max, model: llamaFp8, efficiency: defaultEfficiency }, prefill(8192)).timeMs
  expect(ratio).toBeGreaterThan(2)
  expect(ratio).toBeLessThan(3)
})

test('two cards halve the reading and pay for 64 all-reduces over PCIe', () => {
  const load = decode(1, 0)
  const one = stepTimeMs({ card: max, model: llama, efficiency: defaultEfficiency }, load)
  const two = stepTimeMs({ card: max, model: llama, efficiency: defaultEfficiency, gpus: 2 }, load)
  expect(two.timeMs).toBeCloseTo((one.timeMs - 0.5) / 2 + 0.5 + 64 * 0.05, 1)
  expect(two.bytesRead).toBe(one.bytesRead)
})

describe('a power limit', () => {
  const awq: Model = {
    ...modelByKey('llama-3.1-70b-instruct')!,
    weightFormat: 'awq-int4',
    linearBytesPerParam: 0.51953,
  }
  const at = (powerLimitW: number, load: StepLoad) =>
    stepTimeMs({ card: max, model: awq, efficiency: defaultEfficiency, powerLimitW }, load)

  test('makes a step longer by what its speed share says, and changes nothing where the load demands less', () => {
    const full = at(600, decode(1, 512))
    const capped = at(300, decode(1, 512))
    expect(full.speedShare).toBe(1)
    expect(capped.timeMs).toBeCloseTo(full.timeMs / capped.speedShare, 9)
    expect(capped.bandwidthShare).toBe(full.bandwidthShare)
    expect(at(560, decode(1, 512)).timeMs).toBe(full.timeMs)
  })

  test('costs more the more a step computes: one stream, 32 streams, a prompt', () => {
    const kept = [decode(1, 512), decode(32, 512), prefill(4096)].map((load) => at(300, load).speedShare)
    expect(kept).toEqual(kept.toSorted((a, b) => b - a))
    expect(kept[0]).toBeGreaterThan(0.85)
    expect(kept[2]).toBeLessThan(0.75)
  })
})
