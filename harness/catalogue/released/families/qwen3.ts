import { awq, fp8Blocks } from '../formats.ts'
import { gib, type PublishedConfig, type Release } from '../release.ts'
import { byType, countedOnHub, inAiconfigurator, inIndex, inKaito, inLlmfit } from '../sources.ts'

/** Qwen3 of Alibaba: dense and mixture of experts. */

const qwen3: PublishedConfig = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  attention_bias: false,
  head_dim: 128,
  max_position_embeddings: 40_960,
  num_key_value_heads: 8,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  use_sliding_window: false,
  vocab_size: 151_936,
}

const qwen4b: PublishedConfig = {
  ...qwen3,
  hidden_size: 2560,
  intermediate_size: 9728,
  num_attention_heads: 32,
  num_hidden_layers: 36,
  tie_word_embeddings: true,
}

const qwen8b: PublishedConfig = {
  ...qwen3,
  hidden_size: 4096,
  intermediate_size: 12_288,
  num_attention_heads: 32,
  num_hidden_layers: 36,
}

const qwen14b: PublishedConfig = {
  ...qwen3,
  hidden_size: 5120,
  intermediate_size: 17_408,
  num_attention_heads: 40,
  num_hidden_layers: 40,
}

const qwen32b: PublishedConfig = {
  ...qwen3,
  hidden_size: 5120,
  intermediate_size: 25_600,
  num_attention_heads: 64,
  num_hidden_layers: 64,
}

const moe: PublishedConfig = {
  ...qwen3,
  architectures: ['Qwen3MoeForCausalLM'],
  model_type: 'qwen3_moe',
  decoder_sparse_step: 1,
  mlp_only_layers: [],
  num_experts: 128,
  num_experts_per_tok: 8,
  num_key_value_heads: 4,
  max_position_embeddings: 262_144,
}

const qwen30b: PublishedConfig = {
  ...moe,
  hidden_size: 2048,
  intermediate_size: 6144,
  moe_intermediate_size: 768,
  num_attention_heads: 32,
  num_hidden_layers: 48,
}

const qwen235b: PublishedConfig = {
  ...moe,
  hidden_size: 4096,
  intermediate_size: 12_288,
  moe_intermediate_size: 1536,
  num_attention_heads: 64,
  num_hidden_layers: 94,
}

/** The router stays in 16 bits. */
const fp8Moe = fp8Blocks('lm_head', 'model.layers.*.mlp.gate')

const apache = { licence: 'apache-2.0' }
const in8b = [inAiconfigurator('Qwen/Qwen3-8B'), countedOnHub('Qwen/Qwen3-8B')]
const in4b = [inLlmfit('Qwen/Qwen3-4B'), countedOnHub('Qwen/Qwen3-4B')]
const in14b = [inLlmfit('Qwen/Qwen3-14B'), countedOnHub('Qwen/Qwen3-14B')]
const in32b = [inAiconfigurator('Qwen/Qwen3-32B'), countedOnHub('Qwen/Qwen3-32B')]
const in30b = [inAiconfigurator('Qwen/Qwen3-30B-A3B'), countedOnHub('Qwen/Qwen3-30B-A3B-Instruct-2507')]
const inCoder = [inLlmfit('Qwen/Qwen3-Coder-30B-A3B-Instruct'), countedOnHub('Qwen/Qwen3-Coder-30B-A3B-Instruct')]
const params30b = 30_532_122_624

export const qwen3Releases: readonly Release[] = [
  {
    key: 'qwen3-4b',
    label: 'Qwen3 4B BF16',
    servedAs: ['Qwen/Qwen3-4B'],
    ...apache,
    config: qwen4b,
    published: { params: 4_022_468_096, bytes: 8_044_936_192 },
    sources: [...in4b, inIndex('Qwen/Qwen3-4B')],
  },
  {
    key: 'qwen3-8b',
    label: 'Qwen3 8B BF16',
    servedAs: ['Qwen/Qwen3-8B'],
    ...apache,
    config: qwen8b,
    published: { params: 8_190_735_360, bytes: 16_381_470_720 },
    sources: [...in8b, inIndex('Qwen/Qwen3-8B')],
  },
  {
    key: 'qwen3-14b',
    label: 'Qwen3 14B BF16',
    servedAs: ['Qwen/Qwen3-14B'],
    ...apache,
    config: qwen14b,
    published: { params: 14_768_307_200, bytes: 29_536_614_400 },
    sources: [...in14b, inIndex('Qwen/Qwen3-14B')],
  },
  {
    key: 'qwen3-32b',
    label: 'Qwen3 32B BF16',
    servedAs: ['Qwen/Qwen3-32B'],
    ...apache,
    config: qwen32b,
    published: { params: 32_762_123_264, bytes: 65_524_246_528 },
    sources: [...in32b, inIndex('Qwen/Qwen3-32B')],
  },
  {
    key: 'qwen3-8b-fp8',
    label: 'Qwen3 8B FP8',
    servedAs: ['Qwen/Qwen3-8B-FP8'],
    ...apache,
    config: { ...qwen8b, quantization_config: fp8Blocks() },
    published: { params: 8_190_735_360, bytes: null },
    sources: in8b,
  },
  {
    key: 'qwen3-8b-awq',
    label: 'Qwen3 8B AWQ',
    servedAs: ['Qwen/Qwen3-8B-AWQ'],
    ...apache,
    config: { ...qwen8b, quantization_config: awq },
    published: { params: 8_190_735_360, bytes: gib(5.68) },
    sources: [...in8b, inKaito('Qwen/Qwen3-8B-AWQ')],
  },
  {
    key: 'qwen3-14b-awq',
    label: 'Qwen3 14B AWQ',
    servedAs: ['Qwen/Qwen3-14B-AWQ'],
    ...apache,
    config: { ...qwen14b, quantization_config: awq },
    published: { params: 14_768_307_200, bytes: null },
    sources: in14b,
  },
  {
    key: 'qwen3-32b-fp8',
    label: 'Qwen3 32B FP8',
    servedAs: ['Qwen/Qwen3-32B-FP8'],
    ...apache,
    config: { ...qwen32b, quantization_config: fp8Blocks() },
    published: { params: 32_762_123_264, bytes: 34_322_434_048 },
    sources: [...in32b, byType('Qwen/Qwen3-32B-FP8')],
  },
  {
    key: 'qwen3-32b-awq',
    label: 'Qwen3 32B AWQ',
    servedAs: ['Qwen/Qwen3-32B-AWQ'],
    ...apache,
    config: { ...qwen32b, quantization_config: awq },
    published: { params: 32_762_123_264, bytes: 19_325_298_688 },
    sources: [...in32b, inIndex('Qwen/Qwen3-32B-AWQ')],
  },
  {
    key: 'qwen3-30b-a3b-instruct-2507',
    label: 'Qwen3 30B-A3B BF16',
    servedAs: ['Qwen/Qwen3-30B-A3B-Instruct-2507'],
    ...apache,
    config: qwen30b,
    published: { params: params30b, bytes: 61_064_245_248 },
    sources: [...in30b, inIndex('Qwen/Qwen3-30B-A3B-Instruct-2507')],
  },
  {
    key: 'qwen3-30b-a3b-instruct-2507-fp8',
    label: 'Qwen3 30B-A3B FP8',
    servedAs: ['Qwen/Qwen3-30B-A3B-Instruct-2507-FP8'],
    ...apache,
    config: { ...qwen30b, quantization_config: fp8Moe },
    published: { params: params30b, bytes: 31_170_895_872 },
    sources: [...in30b, byType('Qwen/Qwen3-30B-A3B-FP8')],
  },
  {
    key: 'qwen3-coder-30b-a3b-instruct',
    label: 'Qwen3 Coder 30B-A3B BF16',
    servedAs: ['Qwen/Qwen3-Coder-30B-A3B-Instruct'],
    ...apache,
    config: qwen30b,
    published: { params: params30b, bytes: 61_064_245_248 },
    sources: [...inCoder, inIndex('Qwen/Qwen3-30B-A3B-Instruct-2507')],
  },
  {
    key: 'qwen3-coder-30b-a3b-instruct-fp8',
    label: 'Qwen3 Coder 30B-A3B FP8',
    servedAs: ['Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8'],
    ...apache,
    config: { ...qwen30b, quantization_config: fp8Moe },
    published: { params: params30b, bytes: 31_170_895_872 },
    sources: [...inCoder, byType('Qwen/Qwen3-30B-A3B-FP8')],
  },
  {
    key: 'qwen3-235b-a22b-instruct-2507-fp8',
    label: 'Qwen3 235B-A22B FP8',
    servedAs: ['Qwen/Qwen3-235B-A22B-Instruct-2507-FP8'],
    ...apache,
    config: { ...qwen235b, quantization_config: fp8Moe },
    published: { params: 235_093_634_560, bytes: null },
    sources: [inAiconfigurator('Qwen/Qwen3-235B-A22B-FP8'), countedOnHub('Qwen/Qwen3-235B-A22B-Instruct-2507')],
  },
]
