import { tinyMixtures } from './tiny-mixtures.ts'

/** Small models of several families, each with another kind of attention, experts or state, as transformers makes them. */

type TinyConfig = Readonly<Record<string, unknown>>

const common = {
  vocab_size: 32_000,
  max_position_embeddings: 8192,
  bos_token_id: 0,
  eos_token_id: 2,
  pad_token_id: 5,
  tie_word_embeddings: false,
} as const

/** Four layers of grouped-query attention. */
const grouped = {
  hidden_size: 512,
  intermediate_size: 1536,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 64,
} as const

const dense: Readonly<Record<string, TinyConfig>> = {
  'llama-gqa': { model_type: 'llama', ...grouped },
  'mistral-window': { model_type: 'mistral', ...grouped, sliding_window: 256 },
  'ministral3-dense': { model_type: 'ministral3', ...grouped },
  'qwen2-bias': { model_type: 'qwen2', ...grouped },
  'qwen3-qk-norm': { model_type: 'qwen3', ...grouped, tie_word_embeddings: true },
  'gemma2-softcap': { model_type: 'gemma2', ...grouped, sliding_window: 256, tie_word_embeddings: true },
  'gemma3-sliding': {
    model_type: 'gemma3_text',
    hidden_size: 512,
    intermediate_size: 1024,
    num_hidden_layers: 12,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 128,
    sliding_window: 256,
    tie_word_embeddings: true,
  },
  'gemma4-per-layer': {
    model_type: 'gemma4_text',
    hidden_size: 512,
    intermediate_size: 1024,
    num_hidden_layers: 6,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 64,
    global_head_dim: 128,
    sliding_window: 256,
    vocab_size_per_layer_input: 32_000,
    hidden_size_per_layer_input: 64,
    num_kv_shared_layers: 0,
    tie_word_embeddings: true,
  },
  'phi3-fused': { model_type: 'phi3', ...grouped, head_dim: undefined, sliding_window: null },
  'glm4-four-norms': { model_type: 'glm4', ...grouped },
  'nemotron-relu2': { model_type: 'nemotron', ...grouped },
}

const hybrids: Readonly<Record<string, TinyConfig>> = {
  'qwen3.5-hybrid': {
    model_type: 'qwen3_5_text',
    hidden_size: 512,
    intermediate_size: 1024,
    num_hidden_layers: 8,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 128,
    linear_num_key_heads: 4,
    linear_num_value_heads: 8,
    linear_key_head_dim: 64,
    linear_value_head_dim: 64,
    linear_conv_kernel_dim: 4,
  },
  'qwen3-next-hybrid-moe': {
    model_type: 'qwen3_next',
    hidden_size: 256,
    intermediate_size: 512,
    moe_intermediate_size: 128,
    shared_expert_intermediate_size: 128,
    num_hidden_layers: 8,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 128,
    linear_num_key_heads: 4,
    linear_num_value_heads: 8,
    linear_key_head_dim: 64,
    linear_value_head_dim: 64,
    linear_conv_kernel_dim: 4,
    num_experts: 16,
    num_experts_per_tok: 4,
  },
  'nemotron-mamba': {
    model_type: 'nemotron_h',
    hidden_size: 512,
    intermediate_size: 1024,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 128,
    mamba_num_heads: 16,
    mamba_head_dim: 64,
    ssm_state_size: 64,
    n_groups: 2,
    conv_kernel: 4,
    hybrid_override_pattern: 'M-M*-M-M',
  },
}

/** Configurations by name. The last part of the name says what is special. */
export const tinyModels: Readonly<Record<string, TinyConfig>> = Object.fromEntries(
  Object.entries({ ...dense, ...tinyMixtures, ...hybrids }).map(([name, config]) => [name, { ...common, ...config }]),
)

/** Blocks of state that a sequence of a hybrid model holds with prefix caching: Mamba 2 keeps a checkpoint besides. */
export const stateBlocksOf = (name: string): 2 | 3 => (name.endsWith('mamba') ? 3 : 2)
