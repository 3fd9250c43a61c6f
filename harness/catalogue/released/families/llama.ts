import { awq, fp8Channels } from '../formats.ts'
import type { PublishedConfig, Release } from '../release.ts'
import {
  countedOnHub,
  inAiconfigurator,
  inIndex,
  inKaito,
  inTransformers,
  inTtMetal,
  sameShapeAs,
  statedIn,
} from '../sources.ts'

/** Llama of Meta, and models made of it. */

const llama: PublishedConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: false,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  torch_dtype: 'bfloat16',
}

export const llama8b: PublishedConfig = {
  ...llama,
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
}

export const llama70b: PublishedConfig = {
  ...llama,
  hidden_size: 8192,
  intermediate_size: 28_672,
  num_attention_heads: 64,
  num_hidden_layers: 80,
  num_key_value_heads: 8,
}

const llama3b: PublishedConfig = {
  ...llama,
  head_dim: 128,
  hidden_size: 3072,
  intermediate_size: 8192,
  num_attention_heads: 24,
  num_hidden_layers: 28,
  num_key_value_heads: 8,
  tie_word_embeddings: true,
}

const llama2: PublishedConfig = {
  ...llama,
  hidden_size: 4096,
  intermediate_size: 11_008,
  max_position_embeddings: 4096,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 32,
  vocab_size: 32_000,
  torch_dtype: 'float16',
}

const scout: PublishedConfig = {
  architectures: ['Llama4ForConditionalGeneration'],
  model_type: 'llama4',
  text_config: {
    attention_bias: false,
    attention_chunk_size: 8192,
    head_dim: 128,
    hidden_size: 5120,
    interleave_moe_layer_step: 1,
    intermediate_size: 8192,
    intermediate_size_mlp: 16_384,
    max_position_embeddings: 10_485_760,
    model_type: 'llama4_text',
    num_attention_heads: 40,
    num_experts_per_tok: 1,
    num_hidden_layers: 48,
    num_key_value_heads: 8,
    num_local_experts: 16,
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
    use_qk_norm: true,
    vocab_size: 202_048,
  },
  vision_config: {
    model_type: 'llama4_vision_model',
    hidden_size: 1408,
    image_size: 336,
    intermediate_size: 5632,
    num_attention_heads: 16,
    num_hidden_layers: 34,
    patch_size: 14,
    pixel_shuffle_ratio: 0.5,
    vision_output_dim: 4096,
  },
}

const in8b = [inAiconfigurator('meta-llama/Meta-Llama-3.1-8B'), countedOnHub('meta-llama/Llama-3.1-8B-Instruct')]
const in33 = [sameShapeAs('Llama 3.1 70B'), countedOnHub('meta-llama/Llama-3.3-70B-Instruct')]
const params8b = 8_030_261_248
const params70b = 70_553_706_496

export const llamaReleases: readonly Release[] = [
  {
    key: 'llama-2-7b-chat',
    label: 'Llama 2 7B BF16',
    servedAs: ['meta-llama/Llama-2-7b-chat-hf'],
    config: llama2,
    licence: 'llama2',
    published: { params: 6_738_415_616, bytes: null },
    sources: [inTransformers('LlamaConfig'), countedOnHub('meta-llama/Llama-2-7b-chat-hf')],
  },
  {
    key: 'llama-3.1-8b-instruct-awq-int4',
    label: 'Llama 3.1 8B AWQ INT4',
    servedAs: ['hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4'],
    config: { ...llama8b, quantization_config: awq },
    licence: 'llama3.1',
    published: { params: params8b, bytes: null },
    sources: in8b,
  },
  {
    key: 'llama-3.2-3b-instruct',
    label: 'Llama 3.2 3B BF16',
    servedAs: ['meta-llama/Llama-3.2-3B-Instruct'],
    config: llama3b,
    licence: 'llama3.2',
    published: { params: 3_212_749_824, bytes: 6_425_499_648 },
    sources: [
      inTtMetal('meta-llama/Llama-3.2-3B-Instruct'),
      countedOnHub('meta-llama/Llama-3.2-3B-Instruct'),
      inIndex('meta-llama/Llama-3.2-3B-Instruct'),
    ],
  },
  {
    key: 'llama-3.3-70b-instruct',
    label: 'Llama 3.3 70B BF16',
    servedAs: ['meta-llama/Llama-3.3-70B-Instruct'],
    config: llama70b,
    licence: 'llama3.3',
    published: { params: params70b, bytes: 141_107_412_992 },
    sources: [...in33, inIndex('meta-llama/Llama-3.1-70B-Instruct'), inKaito('meta-llama/Llama-3.3-70B-Instruct')],
  },
  {
    key: 'llama-3.3-70b-instruct-fp8',
    label: 'Llama 3.3 70B FP8',
    servedAs: ['RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic'],
    config: { ...llama70b, quantization_config: fp8Channels() },
    licence: 'llama3.3',
    published: { params: params70b, bytes: null },
    sources: in33,
  },
  {
    key: 'llama-3.3-70b-instruct-awq-int4',
    label: 'Llama 3.3 70B AWQ INT4',
    servedAs: [
      'casperhansen/llama-3.3-70b-instruct-awq',
      'ibnzterrell/Meta-Llama-3.3-70B-Instruct-AWQ-INT4',
      'kosbu/Llama-3.3-70B-Instruct-AWQ',
    ],
    config: { ...llama70b, quantization_config: awq },
    licence: 'llama3.3',
    published: { params: params70b, bytes: 39_767_785_472 },
    sources: [...in33, inIndex('a Llama 3 70B in AWQ')],
  },
  {
    key: 'deepseek-r1-distill-llama-70b',
    label: 'R1 Distill 70B BF16',
    servedAs: ['deepseek-ai/DeepSeek-R1-Distill-Llama-70B'],
    config: llama70b,
    licence: 'mit',
    published: { params: params70b, bytes: 141_107_412_992 },
    sources: [
      sameShapeAs('Llama 3.1 70B'),
      countedOnHub('deepseek-ai/DeepSeek-R1-Distill-Llama-70B'),
      inIndex('meta-llama/Llama-3.1-70B-Instruct'),
    ],
  },
  {
    key: 'deepseek-r1-distill-llama-70b-fp8',
    label: 'R1 Distill 70B FP8',
    servedAs: ['RedHatAI/DeepSeek-R1-Distill-Llama-70B-FP8-dynamic'],
    config: { ...llama70b, quantization_config: fp8Channels() },
    licence: 'mit',
    published: { params: params70b, bytes: null },
    sources: [sameShapeAs('Llama 3.1 70B'), countedOnHub('deepseek-ai/DeepSeek-R1-Distill-Llama-70B')],
  },
  {
    key: 'llama-4-scout-17b-16e-instruct',
    label: 'Llama 4 Scout BF16',
    servedAs: ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'RedHatAI/Llama-4-Scout-17B-16E-Instruct'],
    config: scout,
    licence: 'llama4',
    published: { params: 108_641_793_536, bytes: null },
    sources: [
      inAiconfigurator('meta-llama/Llama-4-Scout-17B-16E-Instruct'),
      statedIn(
        'encoder of images of Llama 4: 34 layers of 1408, whose parameters with the rest are the published ones',
      ),
      countedOnHub('meta-llama/Llama-4-Scout-17B-16E-Instruct'),
    ],
  },
]
