import { fp8Blocks } from '../formats.ts'
import { type PublishedConfig, type Release, repeat } from '../release.ts'
import { countedOnHub, inLlmfit, inTransformers } from '../sources.ts'

/** Qwen3-Next: linear attention in three of four layers, and what the later hybrid models share with it. */

export const threeOfFour = ['linear_attention', 'linear_attention', 'linear_attention', 'full_attention']

export const linear: PublishedConfig = {
  attention_bias: false,
  attn_output_gate: true,
  full_attention_interval: 4,
  head_dim: 256,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_num_key_heads: 16,
  linear_value_head_dim: 128,
  max_position_embeddings: 262_144,
  tie_word_embeddings: false,
  dtype: 'bfloat16',
}

const next: PublishedConfig = {
  ...linear,
  architectures: ['Qwen3NextForCausalLM'],
  model_type: 'qwen3_next',
  decoder_sparse_step: 1,
  hidden_size: 2048,
  intermediate_size: 5120,
  layer_types: repeat(threeOfFour, 12),
  linear_num_value_heads: 32,
  mlp_only_layers: [],
  moe_intermediate_size: 512,
  num_attention_heads: 16,
  num_experts: 512,
  num_experts_per_tok: 10,
  num_hidden_layers: 48,
  num_key_value_heads: 2,
  shared_expert_intermediate_size: 512,
  vocab_size: 151_936,
}

const fp8Next = fp8Blocks(
  'lm_head',
  'model.layers.*.linear_attn.in_proj_ba',
  'model.layers.*.mlp.gate',
  'model.layers.*.mlp.shared_expert_gate',
)

const apache = { licence: 'apache-2.0' }
const ofNext = (name: string) => [inTransformers('Qwen3NextConfig'), inLlmfit(name), countedOnHub(name)]

export const qwen3NextReleases: readonly Release[] = [
  {
    key: 'qwen3-next-80b-a3b-instruct',
    label: 'Qwen3-Next 80B-A3B BF16',
    servedAs: ['Qwen/Qwen3-Next-80B-A3B-Instruct'],
    ...apache,
    config: next,
    published: { params: 81_324_862_720, bytes: null, draftLayer: 'shared-embeddings' },
    sources: ofNext('Qwen/Qwen3-Next-80B-A3B-Instruct'),
  },
  {
    key: 'qwen3-next-80b-a3b-instruct-fp8',
    label: 'Qwen3-Next 80B-A3B FP8',
    servedAs: ['Qwen/Qwen3-Next-80B-A3B-Instruct-FP8'],
    ...apache,
    config: { ...next, quantization_config: fp8Next },
    published: { params: 81_324_862_720, bytes: null, draftLayer: 'shared-embeddings' },
    sources: ofNext('Qwen/Qwen3-Next-80B-A3B-Instruct'),
  },
  {
    key: 'qwen3-coder-next-fp8',
    label: 'Qwen3-Coder-Next FP8',
    servedAs: ['Qwen/Qwen3-Coder-Next-FP8'],
    ...apache,
    config: { ...next, quantization_config: fp8Next },
    published: { params: 79_674_391_296, bytes: null },
    sources: ofNext('Qwen/Qwen3-Coder-Next'),
  },
]
