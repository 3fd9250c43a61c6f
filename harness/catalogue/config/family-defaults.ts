import type { Config } from './config-fields.ts'

/**
 * What a `config.json` leaves out where it equals the default of its class: the defaults of transformers 5.24
 * (configuration files of each model, Apache-2.0). Only fields that published files of the family leave out.
 */
const gemma = { tie_word_embeddings: true, head_dim: 256, num_attention_heads: 8, num_key_value_heads: 4 } as const
const gatedDelta = {
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  full_attention_interval: 4,
  head_dim: 256,
} as const
const latent = { kv_lora_rank: 512, qk_nope_head_dim: 128, qk_rope_head_dim: 64, v_head_dim: 128 } as const

const defaults: Readonly<Record<string, Partial<Config>>> = {
  mistral: { max_position_embeddings: 131_072, num_key_value_heads: 8 },
  ministral3: { head_dim: 128, num_key_value_heads: 8, max_position_embeddings: 262_144 },
  mixtral: { num_local_experts: 8, num_experts_per_tok: 2, num_key_value_heads: 8 },
  qwen2: { max_window_layers: 28 },
  qwen2_moe: { decoder_sparse_step: 1, max_window_layers: 28 },
  qwen3: { head_dim: 128, max_window_layers: 28 },
  qwen3_moe: { decoder_sparse_step: 1 },
  qwen3_next: { ...gatedDelta, decoder_sparse_step: 1 },
  qwen3_5_text: { ...gatedDelta, vocab_size: 248_320 },
  qwen3_5_moe_text: { ...gatedDelta, vocab_size: 248_320 },
  gpt_oss: {
    head_dim: 64,
    num_key_value_heads: 8,
    sliding_window: 128,
    attention_bias: true,
    num_local_experts: 128,
    num_experts_per_tok: 4,
    max_position_embeddings: 131_072,
  },
  gemma2: { ...gemma, sliding_window: 4096, sliding_window_pattern: 2, max_position_embeddings: 8192 },
  gemma3_text: {
    ...gemma,
    vocab_size: 262_208,
    sliding_window: 4096,
    sliding_window_pattern: 6,
    max_position_embeddings: 131_072,
  },
  gemma4_text: {
    ...gemma,
    vocab_size: 262_144,
    sliding_window: 512,
    sliding_window_pattern: 6,
    global_head_dim: 512,
    hidden_size_per_layer_input: 256,
    vocab_size_per_layer_input: 262_144,
    max_position_embeddings: 131_072,
  },
  deepseek_v2: { ...latent, n_shared_experts: 2, max_position_embeddings: 2048 },
  deepseek_v3: { ...latent, first_k_dense_replace: 3, n_shared_experts: 1, max_position_embeddings: 4096 },
  glm4_moe: { head_dim: 128, first_k_dense_replace: 1, n_shared_experts: 1 },
  glm4_moe_lite: { ...latent, qk_nope_head_dim: 192, v_head_dim: 256, first_k_dense_replace: 1, n_shared_experts: 1 },
  glm4: { head_dim: 128, num_key_value_heads: 2, attention_bias: true },
  nemotron_h: { n_shared_experts: 1, use_conv_bias: true, n_groups: 8, conv_kernel: 4, head_dim: 128 },
  bert: { tie_word_embeddings: true, type_vocab_size: 2, max_position_embeddings: 512 },
  roberta: { tie_word_embeddings: true, type_vocab_size: 2, max_position_embeddings: 512 },
  llama4_text: {
    head_dim: 128,
    num_key_value_heads: 8,
    attention_chunk_size: 8192,
    interleave_moe_layer_step: 1,
    num_experts_per_tok: 1,
  },
}

/** The names under which a family also appears, with the one that its defaults and layers are under. */
const aliases: Readonly<Record<string, string>> = {
  gemma3: 'gemma3_text',
  gemma4: 'gemma4_text',
  gemma4_unified_text: 'gemma4_text',
  qwen3_5: 'qwen3_5_text',
  qwen3_5_moe: 'qwen3_5_moe_text',
  qwen2_5_vl_text: 'qwen2',
  qwen3_vl_text: 'qwen3',
  qwen3_vl_moe_text: 'qwen3_moe',
  llama4: 'llama4_text',
  'xlm-roberta': 'roberta',
  kimi_k2: 'deepseek_v3',
  deepseek_r1: 'deepseek_v3',
}

/** The family of a `model_type`. */
export const familyName = (modelType: string): string => aliases[modelType] ?? modelType

/** The configuration with what its family's class sets where the file is silent. */
export function withDefaults(config: Config, family: string): Config {
  const stated = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null && value !== undefined))
  return { ...defaults[family], ...stated }
}
