import type { Config } from '../config-fields.ts'
import { headedAttention, type Reach } from '../parts/attention-parts.ts'
import { full, heads, plainMlp, reachByType, stateElementBytes, windowOf } from '../parts/common-parts.ts'
import { mixture } from '../parts/feed-forward-parts.ts'
import type { Part } from '../parts/layer.ts'
import { deltaNet } from '../parts/linear-parts.ts'
import { expertsOf, is, need, routedExperts } from '../stated.ts'

/** Qwen 2 and 3: a window only where `use_sliding_window` says so, and only in the upper layers. */
function qwenReach(config: Config, index: number): Reach {
  if (config.use_sliding_window !== true) return full
  if (config.layer_types) return reachByType(config, index, null)
  return index >= (config.max_window_layers ?? 0) ? windowOf(config.sliding_window) : full
}

/** Attention of Qwen 2: biases of queries, keys and values. */
export const qwen2Attention = (config: Config, index: number): Part =>
  headedAttention({ ...heads(config), reach: qwenReach(config, index), qkvBias: true })

/** Attention of Qwen 3: a norm of each query and key head. */
export function qwen3Attention(config: Config, index: number): Part {
  const biased = is(config.attention_bias)
  const own = heads(config)
  return headedAttention({
    ...own,
    reach: qwenReach(config, index),
    qkNorm: 'head',
    qkvBias: biased,
    outputBias: biased,
  })
}

/** Whether layer `index` of a Qwen mixture has experts. */
const qwenHasExperts = (config: Config, index: number): boolean =>
  routedExperts(config) !== null &&
  !(config.mlp_only_layers ?? []).includes(index) &&
  (index + 1) % (config.decoder_sparse_step ?? 1) === 0

/** Experts with or without a shared one, or a dense block where the layer has none. */
export function qwenFeedForward(config: Config, index: number, sharedGate: boolean): Part {
  if (!qwenHasExperts(config, index)) return plainMlp(config)
  const sharedWidth = sharedGate ? (config.shared_expert_intermediate_size ?? 0) : 0
  return mixture({
    hidden: need(config, 'hidden_size'),
    ...expertsOf(config),
    width: need(config, 'moe_intermediate_size'),
    sharedWidth,
    sharedGate: sharedGate && sharedWidth > 0,
    sharedName: 'shared_expert',
  })
}

/** Qwen3-Next and Qwen3.5: three layers of gated DeltaNet, then one of gated attention. */
export function gatedDeltaAttention(config: Config, index: number, fused: boolean): Part {
  const named = config.layer_types?.[index]
  const linear =
    named === undefined ? (index + 1) % (config.full_attention_interval ?? 4) !== 0 : named === 'linear_attention'
  if (!linear) {
    const biased = is(config.attention_bias)
    return headedAttention({
      ...heads(config),
      reach: full,
      gated: true,
      qkNorm: 'head',
      qkvBias: biased,
      outputBias: biased,
    })
  }
  return deltaNet({
    hidden: need(config, 'hidden_size'),
    keyHeads: need(config, 'linear_num_key_heads'),
    keyDim: need(config, 'linear_key_head_dim'),
    valueHeads: need(config, 'linear_num_value_heads'),
    valueDim: need(config, 'linear_value_head_dim'),
    kernel: need(config, 'linear_conv_kernel_dim'),
    recurrentBytes: stateElementBytes(config),
    fused,
  })
}
