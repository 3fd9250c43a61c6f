import { awq, fp8Channels, fp8Tensors } from '../formats.ts'
import { gib, type PublishedConfig, type Release } from '../release.ts'
import {
  countedOnHub,
  inAiconfigurator,
  inIndex,
  inKaito,
  inLlmfit,
  inTransformers,
  inTtMetal,
  sameShapeAs,
} from '../sources.ts'

/** Mistral, Mixtral and Devstral of Mistral AI. */

const mistral7b: PublishedConfig = {
  architectures: ['MistralForCausalLM'],
  model_type: 'mistral',
  hidden_size: 4096,
  intermediate_size: 14_336,
  max_position_embeddings: 32_768,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  sliding_window: null,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 32_768,
}

const mixtral8x7b: PublishedConfig = {
  architectures: ['MixtralForCausalLM'],
  model_type: 'mixtral',
  hidden_size: 4096,
  intermediate_size: 14_336,
  max_position_embeddings: 32_768,
  num_attention_heads: 32,
  num_experts_per_tok: 2,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  num_local_experts: 8,
  sliding_window: null,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 32_000,
}

/** The instruct model: the base model has a vocabulary of 32,000. */
export const mixtral8x22b: PublishedConfig = {
  ...mixtral8x7b,
  hidden_size: 6144,
  intermediate_size: 16_384,
  max_position_embeddings: 65_536,
  num_attention_heads: 48,
  num_hidden_layers: 56,
  vocab_size: 32_768,
}

const small: PublishedConfig = {
  attention_bias: false,
  head_dim: 128,
  hidden_size: 5120,
  intermediate_size: 32_768,
  num_attention_heads: 32,
  num_hidden_layers: 40,
  num_key_value_heads: 8,
  sliding_window: null,
  vocab_size: 131_072,
}

/** The encoder of images of the Mistral Small models from 3.1 on. */
const pixtral: PublishedConfig = {
  model_type: 'pixtral',
  head_dim: 64,
  hidden_size: 1024,
  image_size: 1540,
  intermediate_size: 4096,
  num_attention_heads: 16,
  num_channels: 3,
  num_hidden_layers: 24,
  patch_size: 14,
}

const withImages = (text: PublishedConfig): PublishedConfig => ({
  architectures: ['Mistral3ForConditionalGeneration'],
  model_type: 'mistral3',
  dtype: 'bfloat16',
  multimodal_projector_bias: false,
  spatial_merge_size: 2,
  text_config: { ...small, ...text },
  tie_word_embeddings: false,
  vision_config: pixtral,
})

const small31 = withImages({ model_type: 'mistral', max_position_embeddings: 131_072 })
const devstral2 = withImages({ model_type: 'ministral3', max_position_embeddings: 393_216 })

const apache = { licence: 'apache-2.0' }
const in8x7b = [inAiconfigurator('mistralai/Mixtral-8x7B-v0.1'), countedOnHub('mistralai/Mixtral-8x7B-Instruct-v0.1')]
const in31 = [
  inTransformers('Mistral3Config'),
  inLlmfit('mistralai/Mistral-Small-3.1-24B-Instruct-2503'),
  countedOnHub('mistralai/Mistral-Small-3.1-24B-Instruct-2503'),
]

export const mistralReleases: readonly Release[] = [
  {
    key: 'mistral-7b-instruct-v0.3',
    label: 'Mistral 7B BF16',
    servedAs: ['mistralai/Mistral-7B-Instruct-v0.3'],
    ...apache,
    config: mistral7b,
    published: { params: 7_248_023_552, bytes: gib(13.5) },
    sources: [
      inTtMetal('mistralai/Mistral-7B-Instruct-v0.3'),
      countedOnHub('mistralai/Mistral-7B-Instruct-v0.3'),
      inKaito('mistralai/Mistral-7B-Instruct-v0.3'),
    ],
  },
  {
    key: 'mixtral-8x7b-instruct',
    label: 'Mixtral 8x7B BF16',
    servedAs: ['mistralai/Mixtral-8x7B-Instruct-v0.1'],
    ...apache,
    config: mixtral8x7b,
    published: { params: 46_702_792_704, bytes: 93_405_585_408 },
    sources: [...in8x7b, inIndex('mistralai/Mixtral-8x7B-Instruct-v0.1')],
  },
  {
    key: 'mixtral-8x7b-instruct-awq',
    label: 'Mixtral 8x7B AWQ',
    servedAs: ['casperhansen/mixtral-instruct-awq', 'hugging-quants/Mixtral-8x7B-Instruct-v0.1-AWQ-INT4'],
    ...apache,
    config: { ...mixtral8x7b, quantization_config: { ...awq, modules_to_not_convert: ['gate'] } },
    published: { params: 46_702_792_704, bytes: null },
    sources: in8x7b,
  },
  {
    key: 'mistral-small-3.2-24b-instruct',
    label: 'Mistral Small 3.2 BF16',
    servedAs: ['mistralai/Mistral-Small-3.2-24B-Instruct-2506'],
    ...apache,
    config: small31,
    published: { params: 24_011_361_280, bytes: null },
    sources: [sameShapeAs('Mistral Small 3.1'), ...in31],
  },
  {
    key: 'mistral-small-3.1-24b-instruct-fp8',
    label: 'Mistral Small 3.1 FP8',
    servedAs: ['RedHatAI/Mistral-Small-3.1-24B-Instruct-2503-FP8-dynamic'],
    ...apache,
    config: { ...small31, quantization_config: fp8Channels('re:.*vision_tower.*', 're:.*multi_modal_projector.*') },
    published: { params: 24_011_361_280, bytes: null },
    sources: in31,
  },
  {
    key: 'devstral-small-2-24b-instruct',
    label: 'Devstral Small 2 24B FP8',
    servedAs: ['mistralai/Devstral-Small-2-24B-Instruct-2512'],
    ...apache,
    config: {
      ...devstral2,
      quantization_config: {
        ...fp8Tensors,
        modules_to_not_convert: ['model.vision_tower', 'model.multi_modal_projector', 'lm_head'],
        weight_block_size: null,
      },
    },
    published: { params: 24_011_361_280, bytes: null },
    sources: [
      inTtMetal('mistralai/Devstral-Small-2-24B-Instruct-2512'),
      countedOnHub('mistralai/Mistral-Small-3.1-24B-Instruct-2503'),
    ],
  },
]
