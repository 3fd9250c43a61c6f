import { fp8Channels } from '../formats.ts'
import type { PublishedConfig, Release } from '../release.ts'
import { countedOnHub, inLlmfit, inTransformers, onHub } from '../sources.ts'

/** GLM of Z.ai. */

const glm: PublishedConfig = {
  architectures: ['Glm4MoeForCausalLM'],
  model_type: 'glm4_moe',
  attention_bias: true,
  head_dim: 128,
  n_shared_experts: 1,
  num_attention_heads: 96,
  num_experts_per_tok: 8,
  num_key_value_heads: 8,
  num_nextn_predict_layers: 1,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 151_552,
}

const air: PublishedConfig = {
  ...glm,
  first_k_dense_replace: 1,
  hidden_size: 4096,
  intermediate_size: 10_944,
  max_position_embeddings: 131_072,
  moe_intermediate_size: 1408,
  n_routed_experts: 128,
  num_hidden_layers: 46,
  use_qk_norm: false,
}

const glm47: PublishedConfig = {
  ...glm,
  first_k_dense_replace: 3,
  hidden_size: 5120,
  intermediate_size: 12_288,
  max_position_embeddings: 202_752,
  moe_intermediate_size: 1536,
  n_routed_experts: 160,
  num_hidden_layers: 92,
  use_qk_norm: true,
}

const flash: PublishedConfig = {
  architectures: ['Glm4MoeLiteForCausalLM'],
  model_type: 'glm4_moe_lite',
  attention_bias: false,
  first_k_dense_replace: 1,
  hidden_size: 2048,
  intermediate_size: 10_240,
  kv_lora_rank: 512,
  max_position_embeddings: 202_752,
  moe_intermediate_size: 1536,
  n_routed_experts: 64,
  n_shared_experts: 1,
  num_attention_heads: 20,
  num_experts_per_tok: 4,
  num_hidden_layers: 47,
  num_key_value_heads: 20,
  num_nextn_predict_layers: 1,
  q_lora_rank: 768,
  qk_nope_head_dim: 192,
  qk_rope_head_dim: 64,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  v_head_dim: 256,
  vocab_size: 154_880,
}

const inAir = [inTransformers('Glm4MoeConfig'), inLlmfit('zai-org/GLM-4.5-Air'), countedOnHub('zai-org/GLM-4.5-Air')]

export const glmReleases: readonly Release[] = [
  {
    key: 'glm-4.5-air',
    label: 'GLM 4.5 Air BF16',
    servedAs: ['zai-org/GLM-4.5-Air'],
    config: air,
    licence: 'mit',
    published: { params: 110_468_824_832, bytes: null, draftLayer: 'own-embeddings' },
    sources: inAir,
  },
  {
    key: 'glm-4.5-air-fp8',
    label: 'GLM 4.5 Air FP8',
    servedAs: ['zai-org/GLM-4.5-Air-FP8'],
    config: { ...air, quantization_config: fp8Channels('re:.*mlp.gate$') },
    licence: 'mit',
    published: { params: 110_468_824_832, bytes: null, draftLayer: 'own-embeddings' },
    sources: inAir,
  },
  {
    key: 'glm-4.6-fp8',
    label: 'GLM 4.6 FP8',
    servedAs: ['zai-org/GLM-4.6-FP8'],
    config: { ...glm47, quantization_config: fp8Channels('re:.*mlp.gate$') },
    licence: 'mit',
    published: { params: 356_785_898_816, bytes: null, draftLayer: 'shared-embeddings' },
    sources: [onHub('zai-org/GLM-4.7-FP8'), inLlmfit('zai-org/GLM-4.6'), countedOnHub('zai-org/GLM-4.6')],
  },
  {
    key: 'glm-4.7-fp8',
    label: 'GLM 4.7 FP8',
    servedAs: ['zai-org/GLM-4.7-FP8'],
    config: { ...glm47, quantization_config: fp8Channels('re:.*mlp.gate$') },
    licence: 'mit',
    published: { params: 358_337_791_296, bytes: null, draftLayer: 'own-embeddings' },
    sources: [onHub('zai-org/GLM-4.7-FP8'), countedOnHub('zai-org/GLM-4.7')],
  },
  {
    key: 'glm-4.7-flash',
    label: 'GLM 4.7 Flash BF16',
    servedAs: ['zai-org/GLM-4.7-Flash'],
    config: flash,
    licence: 'mit',
    published: { params: 31_221_488_576, bytes: null, draftLayer: 'own-embeddings' },
    sources: [
      inTransformers('Glm4MoeLiteConfig'),
      inLlmfit('zai-org/GLM-4.7-Flash'),
      countedOnHub('zai-org/GLM-4.7-Flash'),
    ],
  },
]
