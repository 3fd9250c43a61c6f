import { gib, type PublishedConfig, type Release } from '../release.ts'
import { countedOnHub, inAiconfigurator, inKaito, inLlmfit, statedIn } from '../sources.ts'

/** Nemotron of NVIDIA: Mamba layers, and Llama 3.3 with layers pruned. */

const mamba: PublishedConfig = {
  architectures: ['NemotronHForCausalLM'],
  model_type: 'nemotron_h',
  attention_bias: false,
  conv_kernel: 4,
  head_dim: 128,
  mamba_proj_bias: false,
  mamba_ssm_cache_dtype: 'float32',
  max_position_embeddings: 262_144,
  mlp_bias: false,
  n_groups: 8,
  ssm_state_size: 128,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  use_bias: false,
  use_conv_bias: true,
  vocab_size: 131_072,
}

const nano9b: PublishedConfig = {
  ...mamba,
  hidden_size: 4480,
  hybrid_override_pattern: 'M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-',
  intermediate_size: 15_680,
  mamba_head_dim: 80,
  mamba_num_heads: 128,
  max_position_embeddings: 131_072,
  num_attention_heads: 40,
  num_hidden_layers: 56,
  num_key_value_heads: 8,
}

const nano30b: PublishedConfig = {
  ...mamba,
  hidden_size: 2688,
  hybrid_override_pattern: 'MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME',
  intermediate_size: 1856,
  mamba_head_dim: 64,
  mamba_num_heads: 64,
  moe_intermediate_size: 1856,
  moe_shared_expert_intermediate_size: 3712,
  n_routed_experts: 128,
  n_shared_experts: 1,
  num_attention_heads: 32,
  num_experts_per_tok: 6,
  num_hidden_layers: 52,
  num_key_value_heads: 2,
}

const super120b: PublishedConfig = {
  ...mamba,
  hidden_size: 4096,
  hybrid_override_pattern: 'MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME',
  intermediate_size: 2688,
  mamba_head_dim: 64,
  mamba_num_heads: 128,
  moe_intermediate_size: 2688,
  moe_latent_size: 1024,
  moe_shared_expert_intermediate_size: 5376,
  mtp_hybrid_override_pattern: '*E',
  n_routed_experts: 512,
  n_shared_experts: 1,
  num_attention_heads: 32,
  num_experts_per_tok: 22,
  num_hidden_layers: 88,
  num_key_value_heads: 2,
  num_nextn_predict_layers: 1,
}

/** Where attention is missing (`null`), and how wide the feed-forward block of each layer is, in thirds of two widths. */
const [whole, half] = [5.25, 2.625]
type Block = readonly [groups: 8 | null, width: number]
const blocks = (groups: 8 | null, ...widths: readonly number[]): readonly Block[] =>
  widths.map((width) => [groups, width])
const wholes = (count: number): readonly Block[] => Array.from({ length: count }, () => [8, whole] as const)

const super49bBlocks: readonly Block[] = [
  ...blocks(8, half),
  ...wholes(5),
  ...blocks(null, half, half),
  ...wholes(3),
  ...blocks(null, 3.28125),
  ...wholes(30),
  ...blocks(null, 1.3125, half, half, 1.3125, whole, 1.3125, half, 1.3125, 1.3125, 1.3125),
  ...wholes(1),
  ...blocks(null, 1.3125, 1, 1, 1.3125, 1, 1, 1, 1.3125, 1.3125, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 0.5, 0.5),
  ...wholes(9),
]

const super49b: PublishedConfig = {
  architectures: ['DeciLMForCausalLM'],
  model_type: 'nemotron-nas',
  attention_bias: false,
  block_configs: super49bBlocks.map(([groups, width]) => ({
    attention: { n_heads_in_group: groups, no_op: groups === null, replace_with_linear: false },
    ffn: { ffn_mult: width, no_op: false, replace_with_linear: false },
  })),
  hidden_size: 8192,
  max_position_embeddings: 131_072,
  num_attention_heads: 64,
  num_hidden_layers: 80,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 128_256,
}

const license = { licence: 'nvidia-open-model-license' }

export const nemotronReleases: readonly Release[] = [
  {
    key: 'llama-3.3-nemotron-super-49b-v1.5',
    label: 'Nemotron Super 49B BF16',
    servedAs: ['nvidia/Llama-3_3-Nemotron-Super-49B-v1_5'],
    ...license,
    config: super49b,
    published: { params: 49_867_145_216, bytes: null },
    sources: [
      inAiconfigurator('nvidia/Llama-3_3-Nemotron-Super-49B-v1'),
      countedOnHub('nvidia/Llama-3_3-Nemotron-Super-49B-v1_5'),
    ],
  },
  {
    key: 'nemotron-nano-9b-v2',
    label: 'Nemotron Nano 9B v2 BF16',
    servedAs: ['nvidia/NVIDIA-Nemotron-Nano-9B-v2'],
    ...license,
    config: nano9b,
    published: { params: 8_888_227_328, bytes: gib(16.56) },
    sources: [
      inLlmfit('nvidia/NVIDIA-Nemotron-Nano-9B-v2'),
      statedIn('pattern of layers and Mamba heads: NemotronNano9Bv2Provider of github.com/NVIDIA-NeMo/Megatron-Bridge'),
      countedOnHub('nvidia/NVIDIA-Nemotron-Nano-9B-v2'),
      inKaito('nvidia/NVIDIA-Nemotron-Nano-9B-v2'),
    ],
  },
  {
    key: 'nemotron-3-nano-30b-a3b',
    label: 'Nemotron 3 Nano 30B BF16',
    servedAs: ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'],
    licence: 'nvidia-nemotron-open-model-license',
    config: nano30b,
    published: { params: 31_577_937_344, bytes: gib(58.82) },
    sources: [
      inAiconfigurator('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'),
      countedOnHub('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'),
      inKaito('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'),
    ],
  },
  {
    key: 'nemotron-3-super-120b-a12b',
    label: 'Nemotron 3 Super BF16',
    servedAs: ['nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16'],
    licence: 'nvidia-nemotron-open-model-license',
    config: super120b,
    published: { params: 123_611_012_096, bytes: gib(230.25), draftLayer: 'shared-embeddings' },
    sources: [
      inAiconfigurator('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8'),
      countedOnHub('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16'),
      inKaito('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16'),
    ],
  },
]
