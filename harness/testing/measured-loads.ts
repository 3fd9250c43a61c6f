import type { KvElementBytes } from '../physics/model/kv.ts'
import type { PublicMeasurement } from './public-sources.ts'

/**
 * More token rates that others measured, each with a load that its source states: what the expectation is fitted to and
 * tested on, beside the 31 rows of public-measurements.ts. Where a source prints the mean TPOT, the streams that ran are
 * tokens/s x TPOT (Little 1961), since requests that wait for KV do not decode.
 */
export interface MeasuredLoad extends PublicMeasurement {
  readonly load: { readonly concurrency: number; readonly promptTokens: number; readonly outputTokens: number }
  readonly kvBytesPerElement: KvElementBytes
}

type Origin = Pick<MeasuredLoad, 'engine' | 'source' | 'published'>
type Row = Pick<MeasuredLoad, 'id' | 'card' | 'model' | 'format' | 'tokensPerS'> & {
  /** Streams, prompt tokens, output tokens. */
  readonly at: readonly [number, number, number]
  readonly kvBytesPerElement?: KvElementBytes
  readonly note?: string
}

const from = (origin: Origin, rows: readonly Row[]): MeasuredLoad[] =>
  rows.map(({ at: [concurrency, promptTokens, outputTokens], kvBytesPerElement = 2, note = null, ...row }) => ({
    gpus: 1,
    meanPowerW: null,
    ...origin,
    ...row,
    note,
    kvBytesPerElement,
    load: { concurrency, promptTokens, outputTokens },
  }))

const cloudrift: Origin = {
  engine: 'vLLM 0.11',
  source: 'https://github.com/cloudrift-ai/server-benchmark',
  published: '2025-10-08',
}
const gpustack: Origin = {
  engine: 'vLLM 0.11.0',
  source: 'https://github.com/gpustack/gpustack/tree/main/docs/performance-lab',
  published: '2026-08-21',
}
const quantisation: Origin = {
  engine: 'vLLM 0.9.2',
  source:
    'https://github.com/gpustack/gpustack/blob/main/docs/performance-lab/references/the-impact-of-quantization-on-vllm-inference-performance.md',
  published: '2026-08-21',
}
const hit023: Origin = {
  engine: 'vLLM 0.8.5.post1',
  source: 'https://github.com/vllm-project/vllm/issues/17788',
  published: '2025-05-07',
}
const accelMark: Origin = {
  engine: 'vLLM 0.7.3',
  source: 'https://github.com/FreedomIntelligence/AccelMark/tree/main/results/verified',
  published: '2026-05-19',
}

/** 70B in AWQ, and a mixture of experts in AWQ, under prompts of 1000 tokens for answers of 1000. */
const awqUnderPrefill = from(cloudrift, [
  {
    id: 'llama-3.3-70b-awq-l40s',
    card: 'l40s',
    model: 'llama-3.1-70b-instruct',
    format: 'awq-int4',
    at: [10.9, 1000, 1000],
    kvBytesPerElement: 1,
    tokensPerS: 124,
    note: 'one of two servers behind a balancer: half of 247.9 tokens/s; mean TPOT 88.1 ms',
  },
])

/** Mixtures of experts in AWQ, 1000 tokens in and out. Fewer streams than tokens/s x TPOT where the KV cache holds fewer. */
const moe = { model: 'qwen3-coder-30b-a3b-instruct', format: 'awq-int4' } as const
const experts = from(cloudrift, [
  {
    ...moe,
    id: 'qwen3-30b-a3b-awq-workstation',
    card: 'rtx-pro-6000-workstation',
    at: [367, 1000, 1000],
    tokensPerS: 4218,
    note: 'mean TPOT 87 ms',
  },
  {
    id: 'glm-4.5-air-awq-workstation',
    card: 'rtx-pro-6000-workstation',
    model: 'glm-4.5-air',
    format: 'awq-int4',
    at: [178, 1000, 1000],
    kvBytesPerElement: 1,
    tokensPerS: 1571,
    note: 'mean TPOT 126 ms; the KV cache is full',
  },
])
const otherExperts = from(cloudrift, [
  {
    ...moe,
    id: 'qwen3-30b-a3b-awq-4090',
    card: 'rtx-4090',
    at: [28, 1000, 1000],
    tokensPerS: 1131,
    note: 'median TPOT 29.8 ms; the KV cache is full',
  },
  {
    ...moe,
    id: 'qwen3-30b-a3b-awq-5090',
    card: 'rtx-5090',
    at: [79, 1000, 1000],
    tokensPerS: 2288,
    note: 'median TPOT 35.5 ms; the KV cache is full',
  },
  {
    ...moe,
    id: 'qwen3-30b-a3b-awq-l40s',
    card: 'l40s',
    at: [160, 1000, 1000],
    tokensPerS: 1575,
    note: 'one of two servers behind a balancer; mean TPOT 101.7 ms',
  },
  {
    id: 'glm-4.5-air-awq-h200',
    card: 'h200',
    model: 'glm-4.5-air',
    format: 'awq-int4',
    at: [240, 1000, 1000],
    kvBytesPerElement: 1,
    tokensPerS: 2797,
    note: 'mean TPOT 85.8 ms',
  },
])

/** ShareGPT conversations, 217 tokens in and 202 out on average; the end of the test, when streams run out, included. */
const shareGpt = from(gpustack, [
  {
    id: 'qwen3-8b-bf16-h100-c4',
    card: 'h100-sxm',
    model: 'qwen3-8b',
    format: 'bf16',
    at: [4, 233, 221],
    tokensPerS: 496.9,
    note: 'mean TPOT 7.38 ms',
  },
  {
    id: 'qwen3-8b-bf16-h100-c8',
    card: 'h100-sxm',
    model: 'qwen3-8b',
    format: 'bf16',
    at: [8, 233, 221],
    tokensPerS: 991,
    note: '1.78 s per request of 221 tokens',
  },
  {
    id: 'qwen3-14b-bf16-a100',
    card: 'a100-80gb',
    model: 'qwen3-14b',
    format: 'bf16',
    at: [216, 217, 202],
    tokensPerS: 1887,
    note: 'mean TPOT 114.3 ms',
  },
  {
    id: 'qwen3-14b-awq-a100',
    card: 'a100-80gb',
    model: 'qwen3-14b',
    format: 'awq-int4',
    at: [234, 217, 201],
    tokensPerS: 1802,
    note: 'mean TPOT 129.8 ms: slower than BF16 once arithmetic is the bound',
  },
])

const quantised = from(quantisation, [
  {
    id: 'qwen3-8b-bf16-4090',
    card: 'rtx-4090',
    model: 'qwen3-8b',
    format: 'bf16',
    at: [118, 217, 202],
    tokensPerS: 1861,
    note: '3869 tokens/s in and out, 48.1 % of them out; mean TPOT 63.5 ms',
  },
  {
    id: 'qwen3-8b-awq-4090',
    card: 'rtx-4090',
    model: 'qwen3-8b',
    format: 'awq-int4',
    at: [241, 217, 202],
    tokensPerS: 2663,
    note: 'AWQ Marlin: 5537 tokens/s in and out; mean TPOT 90.4 ms',
  },
])

const limitedBatch = from(hit023, [
  {
    id: 'qwen3-32b-bf16-h100-nvl',
    card: 'h100-nvl',
    model: 'qwen3-32b',
    format: 'bf16',
    at: [32, 217, 200],
    tokensPerS: 653.6,
    note: '--max-num-seqs 32',
  },
])

/** Llama 3 8B in BF16, ShareGPT prompts of 256 tokens and answers of 340; one stream: 1000 / median TPOT. */
const eightB = (rows: readonly (readonly [card: string, one: number, eight: number, engine?: string])[]) =>
  rows.flatMap(([card, one, eight, engine = accelMark.engine]) => {
    const row = { card, model: 'llama-3.1-8b-instruct', format: 'bf16' } as const
    return from({ ...accelMark, engine }, [
      { ...row, id: `llama-3-8b-bf16-${card}-c1`, at: [1, 256, 340], tokensPerS: one },
      { ...row, id: `llama-3-8b-bf16-${card}-c8`, at: [8, 256, 340], tokensPerS: eight, note: 'mean of 28 minutes' },
    ])
  })

const onManyCards = eightB([
  ['rtx-3090', 46.6, 309.9],
  ['rtx-4090', 49.7, 339.8],
  ['rtx-5090', 97.8, 707.5, 'vLLM 0.19.1'],
  ['l4', 16.3, 116.6],
  ['rtx-6000-ada', 52.1, 376.2],
  ['rtx-a6000', 38.6, 265.3],
  ['a100-40gb', 70.1, 484],
  ['a100-80gb', 92.9, 712.3, 'vLLM 0.20.1'],
  ['h100-sxm', 129.2, 907.1],
])

/** Used to fit the expectation. */
export const fittedLoads: readonly MeasuredLoad[] = [...awqUnderPrefill, ...experts, ...quantised]

/**
 * What the expectation is tested on: no number is fitted to it. The H200 among the experts is why mixtures of experts have
 * shares of their own, which two fitted rows then set.
 */
export const heldOutLoads: readonly MeasuredLoad[] = [...otherExperts, ...shareGpt, ...limitedBatch, ...onManyCards]
