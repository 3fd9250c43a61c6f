import type { Model } from './types.ts'
import { formatBytes } from './weight-formats.ts'

/**
 * Models of public measurements and of vendors' tables, in 16 bits. Claims about them can be checked and their speed
 * predicted; no bundled scenario uses them. A test recomputes the parameters, whose totals are the published ones.
 */

const bf16 = {
  kind: 'text',
  tiedEmbeddings: false,
  experts: null,
  weightFormat: 'bf16',
  linearBytesPerParam: formatBytes.bf16,
} as const

const config = (name: string): Model['sources'] => [
  { source: `${name} config.json, and its published number of parameters`, date: '2026-11-26', kind: 'recalled' },
]

/** All Qwen3 models have the same vocabulary. */
const qwen3 = { ...bf16, vocab: 151_936, maxContext: 40_960 } as const

export const publishedModels: readonly Model[] = [
  {
    ...qwen3,
    key: 'qwen3-4b',
    label: 'Qwen3 4B BF16',
    servedAs: ['Qwen/Qwen3-4B'],
    layers: 36,
    hiddenSize: 2560,
    attention: [{ kind: 'full', layers: 36, heads: 32, kvHeads: 8, headDim: 128 }],
    tiedEmbeddings: true,
    totalParams: 4_022_468_096,
    linearParams: 3_633_315_840,
    activeLinearParams: 3_633_315_840,
    sources: config('Qwen3-4B'),
  },
  {
    ...qwen3,
    key: 'qwen3-8b',
    label: 'Qwen3 8B BF16',
    servedAs: ['Qwen/Qwen3-8B'],
    layers: 36,
    hiddenSize: 4096,
    attention: [{ kind: 'full', layers: 36, heads: 32, kvHeads: 8, headDim: 128 }],
    totalParams: 8_190_735_360,
    linearParams: 6_945_767_424,
    activeLinearParams: 6_945_767_424,
    sources: config('Qwen3-8B'),
  },
  {
    ...qwen3,
    key: 'qwen3-14b',
    label: 'Qwen3 14B BF16',
    servedAs: ['Qwen/Qwen3-14B'],
    layers: 40,
    hiddenSize: 5120,
    attention: [{ kind: 'full', layers: 40, heads: 40, kvHeads: 8, headDim: 128 }],
    totalParams: 14_768_307_200,
    linearParams: 13_212_057_600,
    activeLinearParams: 13_212_057_600,
    sources: config('Qwen3-14B'),
  },
  {
    ...qwen3,
    key: 'qwen3-32b',
    label: 'Qwen3 32B BF16',
    servedAs: ['Qwen/Qwen3-32B'],
    layers: 64,
    hiddenSize: 5120,
    attention: [{ kind: 'full', layers: 64, heads: 64, kvHeads: 8, headDim: 128 }],
    totalParams: 32_762_123_264,
    linearParams: 31_205_621_760,
    activeLinearParams: 31_205_621_760,
    sources: config('Qwen3-32B'),
  },
  {
    ...qwen3,
    key: 'qwen3-coder-30b-a3b-instruct',
    label: 'Qwen3 Coder 30B-A3B BF16',
    servedAs: ['Qwen/Qwen3-Coder-30B-A3B-Instruct'],
    layers: 48,
    hiddenSize: 2048,
    attention: [{ kind: 'full', layers: 48, heads: 32, kvHeads: 4, headDim: 128 }],
    totalParams: 30_532_122_624,
    linearParams: 29_909_581_824,
    activeLinearParams: 2_730_491_904,
    experts: { count: 128, perToken: 8 },
    maxContext: 262_144,
    sources: config('Qwen3-Coder-30B-A3B-Instruct'),
  },
  {
    ...bf16,
    key: 'glm-4.5-air',
    label: 'GLM 4.5 Air BF16',
    servedAs: ['zai-org/GLM-4.5-Air'],
    layers: 46,
    hiddenSize: 4096,
    attention: [{ kind: 'full', layers: 46, heads: 96, kvHeads: 8, headDim: 128 }],
    vocab: 151_552,
    // without the layer that predicts several tokens
    totalParams: 106_852_251_264,
    linearParams: 105_609_691_136,
    activeLinearParams: 12_181_569_536,
    experts: { count: 128, perToken: 8 },
    maxContext: 131_072,
    sources: config('GLM-4.5-Air'),
  },
  {
    ...bf16,
    key: 'mistral-7b-instruct-v0.3',
    label: 'Mistral 7B BF16',
    servedAs: ['mistralai/Mistral-7B-Instruct-v0.3'],
    layers: 32,
    hiddenSize: 4096,
    attention: [{ kind: 'full', layers: 32, heads: 32, kvHeads: 8, headDim: 128 }],
    vocab: 32_768,
    totalParams: 7_248_023_552,
    linearParams: 6_979_321_856,
    activeLinearParams: 6_979_321_856,
    maxContext: 32_768,
    sources: config('Mistral-7B-Instruct-v0.3'),
  },
  {
    ...bf16,
    key: 'llama-2-7b-chat',
    label: 'Llama 2 7B BF16',
    servedAs: ['meta-llama/Llama-2-7b-chat-hf'],
    layers: 32,
    hiddenSize: 4096,
    attention: [{ kind: 'full', layers: 32, heads: 32, kvHeads: 32, headDim: 128 }],
    vocab: 32_000,
    totalParams: 6_738_415_616,
    linearParams: 6_476_005_376,
    activeLinearParams: 6_476_005_376,
    maxContext: 4096,
    sources: config('Llama-2-7b-chat-hf'),
  },
]
