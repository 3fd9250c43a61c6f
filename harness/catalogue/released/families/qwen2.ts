import { awq, fp8Channels } from '../formats.ts'
import type { PublishedConfig, Release } from '../release.ts'
import { countedOnHub, inIndex, inKaito, inLlmfit, inTtMetal, sameShapeAs } from '../sources.ts'

/** Qwen2.5 of Alibaba, and models made of it. */

const qwen2: PublishedConfig = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  max_position_embeddings: 32_768,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  use_sliding_window: false,
  vocab_size: 152_064,
}

const qwen7b: PublishedConfig = {
  ...qwen2,
  hidden_size: 3584,
  intermediate_size: 18_944,
  num_attention_heads: 28,
  num_hidden_layers: 28,
  num_key_value_heads: 4,
}

const qwen14b: PublishedConfig = {
  ...qwen2,
  hidden_size: 5120,
  intermediate_size: 13_824,
  num_attention_heads: 40,
  num_hidden_layers: 48,
  num_key_value_heads: 8,
}

export const qwen32b: PublishedConfig = {
  ...qwen2,
  hidden_size: 5120,
  intermediate_size: 27_648,
  num_attention_heads: 40,
  num_hidden_layers: 64,
  num_key_value_heads: 8,
}

export const qwen72b: PublishedConfig = {
  ...qwen2,
  hidden_size: 8192,
  intermediate_size: 29_568,
  num_attention_heads: 64,
  num_hidden_layers: 80,
  num_key_value_heads: 8,
}

/** The quantised 72B has wider layers than the original: 29,696 instead of 29,568, for groups of 128 on 8 GPUs. */
const qwen72bWide: PublishedConfig = { ...qwen72b, intermediate_size: 29_696 }

const apache = { licence: 'apache-2.0' }
const in7b = [inTtMetal('Qwen/Qwen2.5-7B-Instruct'), countedOnHub('Qwen/Qwen2.5-7B-Instruct')]
const in14b = [inLlmfit('Qwen/Qwen2.5-14B-Instruct'), countedOnHub('Qwen/Qwen2.5-14B-Instruct')]
const in32b = [inTtMetal('Qwen/Qwen2.5-32B-Instruct'), countedOnHub('Qwen/Qwen2.5-32B-Instruct')]
const params7b = 7_615_616_512
const params14b = 14_770_033_664
const params32b = 32_763_876_352

export const qwen2Releases: readonly Release[] = [
  {
    key: 'qwen2.5-7b-instruct',
    label: 'Qwen2.5 7B BF16',
    servedAs: ['Qwen/Qwen2.5-7B-Instruct'],
    ...apache,
    config: qwen7b,
    published: { params: params7b, bytes: 15_231_233_024 },
    sources: [...in7b, inIndex('Qwen/Qwen2.5-7B-Instruct')],
  },
  {
    key: 'qwen2.5-7b-instruct-awq',
    label: 'Qwen2.5 7B AWQ',
    servedAs: ['Qwen/Qwen2.5-7B-Instruct-AWQ'],
    ...apache,
    config: { ...qwen7b, quantization_config: awq },
    published: { params: params7b, bytes: null },
    sources: in7b,
  },
  {
    key: 'qwen2.5-14b-instruct-awq',
    label: 'Qwen2.5 14B AWQ',
    servedAs: ['Qwen/Qwen2.5-14B-Instruct-AWQ'],
    ...apache,
    config: { ...qwen14b, quantization_config: awq },
    published: { params: params14b, bytes: null },
    sources: in14b,
  },
  {
    key: 'qwen2.5-32b-instruct',
    label: 'Qwen2.5 32B BF16',
    servedAs: ['Qwen/Qwen2.5-32B-Instruct'],
    ...apache,
    config: qwen32b,
    published: { params: params32b, bytes: 65_527_752_704 },
    sources: [...in32b, inIndex('Qwen/Qwen2.5-32B-Instruct')],
  },
  {
    key: 'qwen2.5-32b-instruct-awq',
    label: 'Qwen2.5 32B AWQ',
    servedAs: ['Qwen/Qwen2.5-32B-Instruct-AWQ'],
    ...apache,
    config: { ...qwen32b, quantization_config: awq },
    published: { params: params32b, bytes: null },
    sources: in32b,
  },
  {
    key: 'qwen2.5-coder-32b-instruct',
    label: 'Qwen2.5-Coder 32B BF16',
    servedAs: ['Qwen/Qwen2.5-Coder-32B-Instruct'],
    ...apache,
    config: qwen32b,
    published: { params: params32b, bytes: 65_527_752_704 },
    sources: [
      sameShapeAs('Qwen2.5 32B'),
      countedOnHub('Qwen/Qwen2.5-Coder-32B-Instruct'),
      inKaito('Qwen/Qwen2.5-Coder-32B-Instruct'),
    ],
  },
  {
    key: 'deepseek-r1-distill-qwen-32b',
    label: 'R1 Distill 32B BF16',
    servedAs: ['deepseek-ai/DeepSeek-R1-Distill-Qwen-32B'],
    licence: 'mit',
    config: { ...qwen32b, max_position_embeddings: 131_072 },
    published: { params: params32b, bytes: 65_527_752_704 },
    sources: [
      sameShapeAs('Qwen2.5 32B'),
      countedOnHub('deepseek-ai/DeepSeek-R1-Distill-Qwen-32B'),
      inIndex('Qwen/Qwen2.5-32B'),
    ],
  },
  {
    key: 'deepseek-r1-distill-qwen-32b-fp8',
    label: 'R1 Distill 32B FP8',
    servedAs: ['RedHatAI/DeepSeek-R1-Distill-Qwen-32B-FP8-dynamic'],
    licence: 'mit',
    config: { ...qwen32b, max_position_embeddings: 131_072, quantization_config: fp8Channels() },
    published: { params: params32b, bytes: null },
    sources: [sameShapeAs('Qwen2.5 32B'), countedOnHub('deepseek-ai/DeepSeek-R1-Distill-Qwen-32B')],
  },
  {
    key: 'qwen2.5-72b-instruct-awq',
    label: 'Qwen2.5 72B AWQ',
    servedAs: ['Qwen/Qwen2.5-72B-Instruct-AWQ'],
    licence: 'qwen',
    config: { ...qwen72bWide, quantization_config: awq },
    published: { params: 72_957_861_888, bytes: null },
    sources: [inLlmfit('Qwen/Qwen2.5-72B-Instruct-AWQ'), countedOnHub('Qwen/Qwen2.5-72B-Instruct-AWQ')],
  },
]
