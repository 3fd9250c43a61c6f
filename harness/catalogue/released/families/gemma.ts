import { nvfp4 } from '../formats.ts'
import { gib, type PublishedConfig, type Release, repeat } from '../release.ts'
import { countedOnHub, inAiconfigurator, inIndex, inKaito, inLitgpt, statedIn } from '../sources.ts'

/** Gemma of Google: sliding windows in most layers, and an encoder of images from Gemma 3 on. */

const gemma2: PublishedConfig = {
  architectures: ['Gemma2ForCausalLM'],
  model_type: 'gemma2',
  attention_bias: false,
  max_position_embeddings: 8192,
  sliding_window: 4096,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 256_000,
}

const fiveOfSix = [...repeat(['sliding_attention'], 5), 'full_attention']

const gemma3 = (text: PublishedConfig): PublishedConfig => ({
  architectures: ['Gemma3ForConditionalGeneration'],
  model_type: 'gemma3',
  text_config: {
    model_type: 'gemma3_text',
    attention_bias: false,
    max_position_embeddings: 131_072,
    sliding_window: 1024,
    sliding_window_pattern: 6,
    tie_word_embeddings: true,
    vocab_size: 262_208,
    ...text,
  },
  torch_dtype: 'bfloat16',
  vision_config: {
    model_type: 'siglip_vision_model',
    hidden_size: 1152,
    image_size: 896,
    intermediate_size: 4304,
    num_attention_heads: 16,
    num_hidden_layers: 27,
    patch_size: 14,
    vision_use_head: false,
  },
})

const gemma4 = (text: PublishedConfig): PublishedConfig => ({
  architectures: ['Gemma4ForConditionalGeneration'],
  model_type: 'gemma4',
  dtype: 'bfloat16',
  text_config: {
    model_type: 'gemma4_text',
    attention_bias: false,
    attention_k_eq_v: true,
    dtype: 'bfloat16',
    global_head_dim: 512,
    head_dim: 256,
    hidden_size_per_layer_input: 0,
    max_position_embeddings: 262_144,
    num_kv_shared_layers: 0,
    sliding_window: 1024,
    tie_word_embeddings: true,
    use_double_wide_mlp: false,
    vocab_size: 262_144,
    vocab_size_per_layer_input: 262_144,
    ...text,
  },
  tie_word_embeddings: true,
  vision_config: {
    model_type: 'gemma4_vision',
    attention_bias: false,
    global_head_dim: 72,
    head_dim: 72,
    hidden_size: 1152,
    intermediate_size: 4304,
    num_attention_heads: 16,
    num_hidden_layers: 27,
    num_key_value_heads: 16,
    patch_size: 16,
    pooling_kernel_size: 3,
    position_embedding_size: 10_240,
    standardize: true,
    use_clipped_linears: false,
  },
})

const gemma31b = gemma4({
  enable_moe_block: false,
  hidden_size: 5376,
  intermediate_size: 21_504,
  layer_types: repeat(fiveOfSix, 10),
  num_attention_heads: 32,
  num_experts: null,
  num_global_key_value_heads: 4,
  num_hidden_layers: 60,
  num_key_value_heads: 16,
  top_k_experts: null,
})

const encoder = statedIn(
  'encoder of images of Gemma 3: SigLIP So400m, whose parameters with the rest are the published ones',
)

export const gemmaReleases: readonly Release[] = [
  {
    key: 'gemma-2-9b-it',
    label: 'Gemma 2 9B BF16',
    servedAs: ['google/gemma-2-9b-it'],
    config: {
      ...gemma2,
      head_dim: 256,
      hidden_size: 3584,
      intermediate_size: 14_336,
      num_attention_heads: 16,
      num_hidden_layers: 42,
      num_key_value_heads: 8,
    },
    licence: 'gemma',
    published: { params: 9_241_705_984, bytes: 18_483_411_968 },
    sources: [inLitgpt('Gemma-2-9b'), countedOnHub('google/gemma-2-9b-it'), inIndex('google/gemma-2-9b-it')],
  },
  {
    key: 'gemma-2-27b-it',
    label: 'Gemma 2 27B BF16',
    servedAs: ['google/gemma-2-27b-it'],
    config: {
      ...gemma2,
      head_dim: 128,
      hidden_size: 4608,
      intermediate_size: 36_864,
      num_attention_heads: 32,
      num_hidden_layers: 46,
      num_key_value_heads: 16,
    },
    licence: 'gemma',
    published: { params: 27_227_128_320, bytes: null },
    sources: [inLitgpt('Gemma-2-27b'), countedOnHub('google/gemma-2-27b-it')],
  },
  {
    key: 'gemma-3-12b-it',
    label: 'Gemma 3 12B BF16',
    servedAs: ['google/gemma-3-12b-it'],
    config: gemma3({
      head_dim: 256,
      hidden_size: 3840,
      intermediate_size: 15_360,
      num_attention_heads: 16,
      num_hidden_layers: 48,
      num_key_value_heads: 8,
    }),
    licence: 'gemma',
    published: { params: 12_187_325_040, bytes: null },
    sources: [inLitgpt('Gemma-3-12b-it'), encoder, countedOnHub('google/gemma-3-12b-it')],
  },
  {
    key: 'gemma-3-27b-it',
    label: 'Gemma 3 27B BF16',
    servedAs: ['google/gemma-3-27b-it'],
    config: gemma3({
      head_dim: 128,
      hidden_size: 5376,
      intermediate_size: 21_504,
      num_attention_heads: 32,
      num_hidden_layers: 62,
      num_key_value_heads: 16,
    }),
    licence: 'gemma',
    published: { params: 27_432_406_640, bytes: gib(51.1) },
    sources: [
      inLitgpt('Gemma-3-27b-it'),
      encoder,
      countedOnHub('google/gemma-3-27b-it'),
      inKaito('google/gemma-3-27b-it'),
    ],
  },
  {
    key: 'gemma-4-26b-a4b-it',
    label: 'Gemma 4 26B-A4B BF16',
    servedAs: ['google/gemma-4-26B-A4B-it'],
    config: gemma4({
      enable_moe_block: true,
      hidden_size: 2816,
      intermediate_size: 2112,
      layer_types: repeat(fiveOfSix, 5),
      moe_intermediate_size: 704,
      num_attention_heads: 16,
      num_experts: 128,
      num_global_key_value_heads: 2,
      num_hidden_layers: 30,
      num_key_value_heads: 8,
      top_k_experts: 8,
    }),
    licence: 'apache-2.0',
    published: { params: 25_805_936_206, bytes: gib(48.07) },
    sources: [
      inAiconfigurator('google/gemma-4-26B-A4B'),
      countedOnHub('google/gemma-4-26B-A4B-it'),
      inKaito('google/gemma-4-26B-A4B-it'),
    ],
  },
  {
    key: 'gemma-4-31b-it',
    label: 'Gemma 4 31B BF16',
    servedAs: ['google/gemma-4-31B-it'],
    config: gemma31b,
    licence: 'apache-2.0',
    published: { params: 31_273_088_876, bytes: gib(58.25) },
    sources: [
      inAiconfigurator('nvidia/Gemma-4-31B-IT-NVFP4'),
      countedOnHub('google/gemma-4-31B-it'),
      inKaito('google/gemma-4-31B-it'),
    ],
  },
  {
    key: 'gemma-4-31b-it-nvfp4',
    label: 'Gemma 4 31B NVFP4',
    servedAs: ['nvidia/Gemma-4-31B-IT-NVFP4'],
    config: {
      ...gemma31b,
      quantization_config: nvfp4(
        'model.language_model.layers.*.self_attn*',
        'model.embed_vision*',
        'model.vision_tower*',
      ),
    },
    licence: 'apache-2.0',
    published: { params: 31_273_088_876, bytes: null },
    sources: [inAiconfigurator('nvidia/Gemma-4-31B-IT-NVFP4'), countedOnHub('google/gemma-4-31B-it')],
  },
]
