import type { Config } from './config-fields.ts'
import { bertExtra, bertLayer } from './layers/bert-layers.ts'
import { deepAttention, deepFeedForward } from './layers/deepseek-parts.ts'
import { gemma4Extra, gemma4Layer } from './layers/gemma-layers.ts'
import { nemotronHKinds, nemotronHLayer } from './layers/nemotron-layers.ts'
import { gatedDeltaAttention, qwen2Attention, qwen3Attention, qwenFeedForward } from './layers/qwen-parts.ts'
import { searchedLayer } from './layers/searched-layers.ts'
import { headedAttention, type Reach } from './parts/attention-parts.ts'
import { full, heads, layerOf, llamaAttention, plainMlp, reachByType, windowOf } from './parts/common-parts.ts'
import { feedForward, mixture } from './parts/feed-forward-parts.ts'
import type { Layer } from './parts/layer.ts'
import { expertsOf, is, need } from './stated.ts'

/** How a family builds its layers from its configuration. */
interface Family {
  /** Number of layers, where the configuration does not state it as `num_hidden_layers`. */
  readonly count?: (config: Config) => number
  readonly layer: (config: Config, index: number) => Layer
  /** Parameters besides layers, embedding, output head and one norm. */
  readonly extra?: (config: Config) => { readonly read: number; readonly unread: number }
  /** Parameters of a norm per element of the hidden state: 2 where it has a bias. */
  readonly normWidth?: 1 | 2
  /** Positions of the table that no token has. */
  readonly unusedPositions?: number
}

/** Llama 4: three of four layers see a chunk; each n-th layer has experts and one that is shared. */
function llama4Layer(config: Config, index: number): Layer {
  const hidden = need(config, 'hidden_size')
  const named = config.layer_types?.[index]
  const rotary = config.no_rope_layers?.[index] ?? ((index + 1) % 4 === 0 ? 0 : 1)
  const chunked = named === undefined ? rotary === 1 : named === 'chunked_attention'
  const reach: Reach =
    chunked && config.attention_chunk_size ? { kind: 'chunked', chunk: config.attention_chunk_size } : full
  const step = config.interleave_moe_layer_step ?? 1
  const mixed = config.moe_layers ? config.moe_layers.includes(index) : (index + 1) % step === 0
  const width = need(config, 'intermediate_size')
  const part = mixed
    ? mixture({ hidden, ...expertsOf(config), width, sharedWidth: width })
    : feedForward({ hidden, width: need(config, 'intermediate_size_mlp') })
  return layerOf(config, 2, llamaAttention(config, reach), part)
}

/** The families whose layers are known, by `model_type`. */
export const families: Readonly<Record<string, Family>> = {
  llama: { layer: (config) => layerOf(config, 2, llamaAttention(config, full), plainMlp(config, is(config.mlp_bias))) },
  mistral: {
    layer: (config) => layerOf(config, 2, llamaAttention(config, windowOf(config.sliding_window)), plainMlp(config)),
  },
  ministral3: {
    layer: (config) => layerOf(config, 2, llamaAttention(config, windowOf(config.sliding_window)), plainMlp(config)),
  },
  mixtral: {
    layer: (config) =>
      layerOf(
        config,
        2,
        llamaAttention(config, windowOf(config.sliding_window)),
        mixture({
          hidden: need(config, 'hidden_size'),
          ...expertsOf(config),
          width: need(config, 'intermediate_size'),
          name: 'block_sparse_moe',
        }),
      ),
  },
  qwen2: {
    layer: (config, index) => layerOf(config, 2, qwen2Attention(config, index), plainMlp(config)),
  },
  qwen2_moe: {
    layer: (config, index) => layerOf(config, 2, qwen2Attention(config, index), qwenFeedForward(config, index, true)),
  },
  qwen3: {
    layer: (config, index) => layerOf(config, 2, qwen3Attention(config, index), plainMlp(config)),
  },
  qwen3_moe: {
    layer: (config, index) => layerOf(config, 2, qwen3Attention(config, index), qwenFeedForward(config, index, false)),
  },
  qwen3_next: {
    layer: (config, index) =>
      layerOf(config, 2, gatedDeltaAttention(config, index, true), qwenFeedForward(config, index, true)),
  },
  qwen3_5_text: {
    layer: (config, index) => layerOf(config, 2, gatedDeltaAttention(config, index, false), plainMlp(config)),
  },
  qwen3_5_moe_text: {
    layer: (config, index) =>
      layerOf(config, 2, gatedDeltaAttention(config, index, false), qwenFeedForward(config, index, true)),
  },
  gpt_oss: {
    layer: (config, index) => {
      const own = heads(config)
      const biased = is(config.attention_bias)
      // layers take turns, a window first
      const attention = headedAttention({
        ...own,
        reach: reachByType(config, index, 2),
        qkvBias: biased,
        outputBias: biased,
        extra: own.heads,
      })
      const width = need(config, 'intermediate_size')
      const experts = mixture({
        hidden: own.hidden,
        ...expertsOf(config),
        width,
        routerBias: true,
        expertBias: true,
      })
      return layerOf(config, 2, attention, experts)
    },
  },
  gemma2: {
    layer: (config, index) =>
      layerOf(config, 4, llamaAttention(config, reachByType(config, index, 2)), plainMlp(config)),
  },
  gemma3_text: {
    layer: (config, index) => {
      const reach = reachByType(config, index, config.sliding_window_pattern ?? null)
      return layerOf(config, 4, headedAttention({ ...heads(config), reach, qkNorm: 'head' }), plainMlp(config))
    },
  },
  gemma4_text: {
    layer: gemma4Layer,
    extra: gemma4Extra,
  },
  phi3: {
    layer: (config) =>
      layerOf(
        config,
        2,
        headedAttention({ ...heads(config), reach: windowOf(config.sliding_window) }),
        plainMlp(config),
      ),
  },
  deepseek_v2: {
    layer: (config, index) => layerOf(config, 2, deepAttention(config), deepFeedForward(config, index, false)),
  },
  deepseek_v3: {
    layer: (config, index) => layerOf(config, 2, deepAttention(config), deepFeedForward(config, index, true)),
  },
  glm4_moe_lite: {
    layer: (config, index) => layerOf(config, 2, deepAttention(config), deepFeedForward(config, index, true)),
  },
  glm4: {
    layer: (config) =>
      layerOf(
        config,
        4,
        headedAttention({ ...heads(config), reach: full, qkvBias: is(config.attention_bias) }),
        plainMlp(config),
      ),
  },
  glm4_moe: {
    layer: (config, index) => {
      const qkNorm = is(config.use_qk_norm) ? 'head' : 'none'
      const attention = headedAttention({
        ...heads(config),
        reach: full,
        qkvBias: is(config.attention_bias),
        qkNorm,
      })
      return layerOf(config, 2, attention, deepFeedForward(config, index, true))
    },
  },
  nemotron: {
    normWidth: 2,
    layer: (config) => {
      const hidden = need(config, 'hidden_size')
      const bias = is(config.mlp_bias)
      const width = need(config, 'intermediate_size')
      return layerOf(config, 4, llamaAttention(config, full), feedForward({ hidden, width, gated: false, bias }))
    },
  },
  nemotron_h: { count: (config) => nemotronHKinds(config).length, layer: nemotronHLayer },
  'nemotron-nas': {
    layer: (config, index) => searchedLayer(config, index),
  },
  llama4_text: { layer: llama4Layer },
  bert: { normWidth: 2, layer: bertLayer, extra: bertExtra },
  // the first token has the position after that of padding, which is 1
  roberta: { normWidth: 2, layer: bertLayer, extra: bertExtra, unusedPositions: 2 },
}
