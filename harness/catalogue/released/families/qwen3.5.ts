import { fp8Blocks, nvfp4 } from '../formats.ts'
import { gib, type PublishedConfig, type Release, repeat } from '../release.ts'
import { byType, countedOnHub, inAiconfigurator, inKaito, inLlmfit, inTtMetal, sameShapeAs } from '../sources.ts'
import { linear, threeOfFour } from './qwen3-next.ts'

/** Qwen3.5, 3.6 and 3.8: linear attention in three of four layers, and an encoder of images. */

const text35: PublishedConfig = {
  ...linear,
  mamba_ssm_dtype: 'float32',
  mtp_num_hidden_layers: 1,
  mtp_use_dedicated_embeddings: false,
  vocab_size: 248_320,
}

const vision = (width: number): PublishedConfig => ({
  deepstack_visual_indexes: [],
  depth: 27,
  hidden_size: 1152,
  in_channels: 3,
  intermediate_size: 4304,
  num_heads: 16,
  num_position_embeddings: 2304,
  out_hidden_size: width,
  patch_size: 16,
  spatial_merge_size: 2,
  temporal_patch_size: 2,
})

const dense = (text: PublishedConfig, width: number): PublishedConfig => ({
  architectures: ['Qwen3_5ForConditionalGeneration'],
  model_type: 'qwen3_5',
  text_config: { ...text35, model_type: 'qwen3_5_text', hidden_size: width, ...text },
  tie_word_embeddings: false,
  vision_config: { model_type: 'qwen3_5', ...vision(width) },
})

const mixture = (text: PublishedConfig, width: number): PublishedConfig => ({
  architectures: ['Qwen3_5MoeForConditionalGeneration'],
  model_type: 'qwen3_5_moe',
  text_config: { ...text35, model_type: 'qwen3_5_moe_text', hidden_size: width, num_experts_per_tok: 8, ...text },
  tie_word_embeddings: false,
  vision_config: { model_type: 'qwen3_5_moe', ...vision(width) },
})

const qwen9b = dense(
  {
    intermediate_size: 12_288,
    layer_types: repeat(threeOfFour, 8),
    linear_num_value_heads: 32,
    num_attention_heads: 16,
    num_hidden_layers: 32,
    num_key_value_heads: 4,
  },
  4096,
)

const qwen27b = dense(
  {
    intermediate_size: 17_408,
    layer_types: repeat(threeOfFour, 16),
    linear_num_value_heads: 48,
    num_attention_heads: 24,
    num_hidden_layers: 64,
    num_key_value_heads: 4,
  },
  5120,
)

const qwen35b = mixture(
  {
    layer_types: repeat(threeOfFour, 10),
    linear_num_value_heads: 32,
    moe_intermediate_size: 512,
    num_attention_heads: 16,
    num_experts: 256,
    num_hidden_layers: 40,
    num_key_value_heads: 2,
    shared_expert_intermediate_size: 512,
  },
  2048,
)

const qwen122b = mixture(
  {
    layer_types: repeat(threeOfFour, 12),
    linear_num_value_heads: 64,
    moe_intermediate_size: 1024,
    num_attention_heads: 32,
    num_experts: 256,
    num_hidden_layers: 48,
    num_key_value_heads: 2,
    shared_expert_intermediate_size: 1024,
  },
  3072,
)

const qwen397b = mixture(
  {
    layer_types: repeat(threeOfFour, 15),
    linear_num_value_heads: 64,
    moe_intermediate_size: 1024,
    num_attention_heads: 32,
    num_experts: 512,
    num_experts_per_tok: 10,
    num_hidden_layers: 60,
    num_key_value_heads: 2,
    shared_expert_intermediate_size: 1024,
  },
  4096,
)

/** The small projections of the linear layers, routers and the encoder of images stay in 16 bits. */
const fp8 = fp8Blocks(
  'lm_head',
  'model.visual',
  'model.language_model.layers.*.linear_attn.in_proj_a',
  'model.language_model.layers.*.linear_attn.in_proj_b',
  'model.language_model.layers.*.mlp.gate',
  'model.language_model.layers.*.mlp.shared_expert_gate',
)
/** The routed experts alone. */
const nvfp4Experts = nvfp4(
  'model.language_model.layers.*.linear_attn*',
  'model.language_model.layers.*.self_attn*',
  'model.language_model.layers.*.mlp.shared_expert*',
  'model.visual*',
  'mtp*',
)

const apache = { licence: 'apache-2.0' }
const in36 = (name: string, shape: string) => [inAiconfigurator(shape), countedOnHub(name)]
const params27b = 27_781_427_952
const params35b = 35_951_822_704

export const qwen35Releases: readonly Release[] = [
  {
    key: 'qwen3.5-9b',
    label: 'Qwen3.5 9B BF16',
    servedAs: ['Qwen/Qwen3.5-9B'],
    ...apache,
    config: qwen9b,
    published: { params: 9_653_104_368, bytes: gib(17.98), draftLayer: 'shared-embeddings' },
    sources: [inTtMetal('Qwen/Qwen3.5-9B'), countedOnHub('Qwen/Qwen3.5-9B'), inKaito('Qwen/Qwen3.5-9B')],
  },
  {
    key: 'qwen3.5-122b-a10b',
    label: 'Qwen3.5 122B-A10B BF16',
    servedAs: ['Qwen/Qwen3.5-122B-A10B'],
    ...apache,
    config: qwen122b,
    published: { params: 125_086_497_008, bytes: 250_173_007_840, draftLayer: 'shared-embeddings' },
    sources: [...in36('Qwen/Qwen3.5-122B-A10B', 'Qwen/Qwen3.5-122B-A10B'), byType('Qwen/Qwen3.5-122B-A10B')],
  },
  {
    key: 'qwen3.5-122b-a10b-fp8',
    label: 'Qwen3.5 122B-A10B FP8',
    servedAs: ['Qwen/Qwen3.5-122B-A10B-FP8'],
    ...apache,
    config: { ...qwen122b, quantization_config: fp8 },
    published: { params: 125_086_497_008, bytes: null, draftLayer: 'shared-embeddings' },
    sources: in36('Qwen/Qwen3.5-122B-A10B', 'Qwen/Qwen3.5-122B-A10B'),
  },
  {
    key: 'qwen3.5-122b-a10b-nvfp4',
    label: 'Qwen3.5 122B-A10B NVFP4',
    servedAs: ['nvidia/Qwen3.5-122B-A10B-NVFP4'],
    licence: 'apache-2.0',
    config: { ...qwen122b, quantization_config: nvfp4Experts },
    published: {
      params: 125_086_497_008,
      bytes: 83_474_870_752,
      draftLayer: 'shared-embeddings',
      draftInSixteenBits: true,
    },
    sources: [
      ...in36('Qwen/Qwen3.5-122B-A10B', 'nvidia/Qwen3.5-122B-A10B-NVFP4'),
      byType('nvidia/Qwen3.5-122B-A10B-NVFP4'),
    ],
  },
  {
    key: 'qwen3.5-397b-a17b-fp8',
    label: 'Qwen3.5 397B-A17B FP8',
    servedAs: ['Qwen/Qwen3.5-397B-A17B-FP8'],
    ...apache,
    config: { ...qwen397b, quantization_config: fp8 },
    published: { params: 403_397_928_944, bytes: null, draftLayer: 'shared-embeddings' },
    sources: in36('Qwen/Qwen3.5-397B-A17B', 'Qwen/Qwen3.5-397B-A17B'),
  },
  {
    key: 'qwen3.6-27b',
    label: 'Qwen3.6 27B BF16',
    servedAs: ['Qwen/Qwen3.6-27B'],
    ...apache,
    config: qwen27b,
    published: { params: params27b, bytes: gib(51.75), draftLayer: 'shared-embeddings' },
    sources: [...in36('Qwen/Qwen3.6-27B', 'nvidia/Qwen3.6-27B-NVFP4'), inKaito('Qwen/Qwen3.6-27B')],
  },
  {
    key: 'qwen3.6-27b-fp8',
    label: 'Qwen3.6 27B FP8',
    servedAs: ['Qwen/Qwen3.6-27B-FP8'],
    ...apache,
    config: { ...qwen27b, quantization_config: fp8 },
    published: { params: params27b, bytes: null, draftLayer: 'shared-embeddings' },
    sources: in36('Qwen/Qwen3.6-27B', 'nvidia/Qwen3.6-27B-NVFP4'),
  },
  {
    key: 'qwen3.6-35b-a3b',
    label: 'Qwen3.6 35B-A3B BF16',
    servedAs: ['Qwen/Qwen3.6-35B-A3B'],
    ...apache,
    config: qwen35b,
    published: { params: params35b, bytes: gib(66.97), draftLayer: 'shared-embeddings' },
    sources: [...in36('Qwen/Qwen3.6-35B-A3B', 'nvidia/Qwen3.6-35B-A3B-NVFP4'), inKaito('Qwen/Qwen3.6-35B-A3B')],
  },
  {
    key: 'qwen3.6-35b-a3b-fp8',
    label: 'Qwen3.6 35B-A3B FP8',
    servedAs: ['Qwen/Qwen3.6-35B-A3B-FP8'],
    ...apache,
    config: { ...qwen35b, quantization_config: fp8 },
    published: { params: params35b, bytes: gib(34.9), draftLayer: 'shared-embeddings' },
    sources: [...in36('Qwen/Qwen3.6-35B-A3B', 'nvidia/Qwen3.6-35B-A3B-NVFP4'), inKaito('Qwen/Qwen3.6-35B-A3B-FP8')],
  },
  {
    key: 'qwen3.8-27b',
    label: 'Qwen3.8 27B BF16',
    servedAs: ['Qwen/Qwen3.8-27B'],
    ...apache,
    config: qwen27b,
    published: { params: params27b, bytes: 55_562_855_904, draftLayer: 'shared-embeddings' },
    sources: [
      sameShapeAs('Qwen3.6 27B'),
      inLlmfit('Qwen/Qwen3.8-27B'),
      countedOnHub('Qwen/Qwen3.8-27B'),
      byType('Qwen/Qwen3.8-27B'),
    ],
  },
  {
    key: 'qwen3.8-27b-fp8',
    label: 'Qwen3.8 27B FP8',
    servedAs: ['Qwen/Qwen3.8-27B-FP8'],
    ...apache,
    config: { ...qwen27b, quantization_config: fp8 },
    published: { params: params27b, bytes: 30_866_866_928, draftLayer: 'shared-embeddings' },
    sources: [sameShapeAs('Qwen3.6 27B'), countedOnHub('Qwen/Qwen3.8-27B'), byType('Qwen/Qwen3.8-27B-FP8')],
  },
]
