import { mxfp4Experts } from '../formats.ts'
import { type PublishedConfig, type Release, repeat } from '../release.ts'
import { countedOnHub, inAiconfigurator, inIndex } from '../sources.ts'

/** gpt-oss of OpenAI: experts in MXFP4, every second layer with a window of 128 tokens. */

const gptOss = (layers: number, experts: number): PublishedConfig => ({
  architectures: ['GptOssForCausalLM'],
  model_type: 'gpt_oss',
  attention_bias: true,
  head_dim: 64,
  hidden_size: 2880,
  intermediate_size: 2880,
  layer_types: repeat(['sliding_attention', 'full_attention'], layers / 2),
  max_position_embeddings: 131_072,
  num_attention_heads: 64,
  num_experts_per_tok: 4,
  num_hidden_layers: layers,
  num_key_value_heads: 8,
  num_local_experts: experts,
  quantization_config: mxfp4Experts,
  sliding_window: 128,
  tie_word_embeddings: false,
  vocab_size: 201_088,
})

export const openaiReleases: readonly Release[] = [
  {
    key: 'gpt-oss-20b',
    label: 'gpt-oss 20B MXFP4',
    servedAs: ['openai/gpt-oss-20b'],
    config: gptOss(24, 32),
    licence: 'apache-2.0',
    published: { params: 20_914_757_184, bytes: 13_761_264_768 },
    sources: [
      inAiconfigurator('openai/gpt-oss-20b'),
      countedOnHub('openai/gpt-oss-20b'),
      inIndex('openai/gpt-oss-20b'),
    ],
  },
  {
    key: 'gpt-oss-120b',
    label: 'gpt-oss 120B MXFP4',
    servedAs: ['openai/gpt-oss-120b'],
    config: gptOss(36, 128),
    licence: 'apache-2.0',
    published: { params: 116_829_156_672, bytes: 65_248_815_744 },
    sources: [
      inAiconfigurator('openai/gpt-oss-120b'),
      countedOnHub('openai/gpt-oss-120b'),
      inIndex('openai/gpt-oss-120b'),
    ],
  },
]
