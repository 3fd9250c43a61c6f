import type { Config } from '../config-fields.ts'
import { headedAttention } from '../parts/attention-parts.ts'
import { full, heads, layerOf, reachByType } from '../parts/common-parts.ts'
import { feedForward, mixture } from '../parts/feed-forward-parts.ts'
import { dense, type Layer, type Part } from '../parts/layer.ts'
import { expertsOf, is, need, routedExperts } from '../stated.ts'

/** Gemma 4: wider heads where a layer sees all, keys that are also values there, and last layers that use earlier KV. */
export function gemma4Layer(config: Config, index: number): Layer {
  const layers = need(config, 'num_hidden_layers')
  const hidden = need(config, 'hidden_size')
  const reach = index === layers - 1 ? full : reachByType(config, index, config.sliding_window_pattern ?? null)
  const own = heads(config)
  const alike = is(config.attention_k_eq_v)
  const wide = { headDim: config.global_head_dim ?? own.headDim }
  const wideKv = alike ? (config.num_global_key_value_heads ?? own.kvHeads) : own.kvHeads
  const shape = reach.kind === 'full' ? { ...own, ...wide, kvHeads: wideKv } : own
  const sharesKv = index >= layers - (config.num_kv_shared_layers ?? 0)
  const attention = headedAttention({
    ...shape,
    reach,
    sharesKv,
    qkNorm: 'head',
    keysAreValues: alike && reach.kind === 'full',
  })
  const width = need(config, 'intermediate_size') * (sharesKv && is(config.use_double_wide_mlp) ? 2 : 1)
  const mixed = is(config.enable_moe_block) && routedExperts(config) !== null
  const experts = mixed
    ? [
        mixture({
          hidden,
          ...expertsOf(config),
          width: need(config, 'moe_intermediate_size'),
          routerBias: true,
        }),
      ]
    : []
  const perLayer = config.hidden_size_per_layer_input ?? 0
  const input: Part = {
    attention: null,
    matrices:
      perLayer === 0
        ? []
        : [dense('per_layer_input_gate', perLayer, hidden), dense('per_layer_projection', hidden, perLayer)],
    // a scalar of the layer, and the norm of its input
    others: 1 + (perLayer === 0 ? 0 : hidden),
  }
  // a mixture has three norms more, and a scale of the router's input
  return layerOf(config, mixed ? 8 : 4, attention, feedForward({ hidden, width }), ...experts, input)
}

/** Parameters of per-layer inputs: a projection of the embedding and a norm, which are read, and a table of all tokens. */
export function gemma4Extra(config: Config): { readonly read: number; readonly unread: number } {
  const perLayer = config.hidden_size_per_layer_input ?? 0
  const width = perLayer * need(config, 'num_hidden_layers')
  const read = width * need(config, 'hidden_size') + perLayer
  // the table is a row lookup
  return { read, unread: width * (config.vocab_size_per_layer_input ?? 0) }
}
