import type { Config } from '../config-fields.ts'
import { headedAttention } from '../parts/attention-parts.ts'
import { heads, layerOf, stateElementBytes, windowOf } from '../parts/common-parts.ts'
import { feedForward, mixture } from '../parts/feed-forward-parts.ts'
import type { Layer, Part } from '../parts/layer.ts'
import { mamba } from '../parts/linear-parts.ts'
import { expertsOf, is, need } from '../stated.ts'

/** Nemotron-H: each layer is one thing only, by a letter or a name: Mamba, attention, feed-forward or experts. */
export function nemotronHLayer(config: Config, index: number): Layer {
  const hidden = need(config, 'hidden_size')
  const kind = nemotronHKinds(config)[index]
  const part = (): Part => {
    if (kind === 'mamba')
      return mamba({
        hidden,
        heads: need(config, 'mamba_num_heads'),
        headDim: need(config, 'mamba_head_dim'),
        groups: config.mamba_n_groups ?? need(config, 'n_groups'),
        stateSize: need(config, 'ssm_state_size'),
        kernel: config.mamba_d_conv ?? need(config, 'conv_kernel'),
        convBias: config.mamba_conv_bias ?? config.use_conv_bias ?? true,
        recurrentBytes: stateElementBytes(config),
      })
    if (kind === 'attention') return headedAttention({ ...heads(config), reach: windowOf(config.sliding_window) })
    if (kind === 'mlp')
      return feedForward({ hidden, width: need(config, 'intermediate_size'), gated: false, bias: is(config.mlp_bias) })
    return mixture({
      hidden,
      ...expertsOf(config),
      width: need(config, 'moe_intermediate_size'),
      sharedWidth: config.moe_shared_expert_intermediate_size ?? 0,
      gated: false,
      routerBias: true,
      ...(config.moe_latent_size ? { latent: config.moe_latent_size } : {}),
      name: 'mixer',
    })
  }
  return layerOf(config, 1, part())
}

const letters: Readonly<Record<string, 'mamba' | 'attention' | 'mlp' | 'moe'>> = {
  M: 'mamba',
  '*': 'attention',
  '-': 'mlp',
  E: 'moe',
  mamba: 'mamba',
  linear_attention: 'mamba',
  attention: 'attention',
  full_attention: 'attention',
  mlp: 'mlp',
  moe: 'moe',
}

/** What each layer of a Nemotron-H is. */
export function nemotronHKinds(config: Config): readonly ('mamba' | 'attention' | 'mlp' | 'moe')[] {
  const named = config.layers_block_type ??
    config.layer_types ?? [...need(config, 'hybrid_override_pattern').replaceAll('|', '')]
  return named.map((name) => letters[name] ?? 'moe')
}
