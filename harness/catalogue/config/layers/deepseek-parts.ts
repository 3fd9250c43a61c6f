import type { Config } from '../config-fields.ts'
import { latentAttention } from '../parts/attention-parts.ts'
import { plainMlp } from '../parts/common-parts.ts'
import { mixture } from '../parts/feed-forward-parts.ts'
import type { Part } from '../parts/layer.ts'
import { expertsOf, need, routedExperts } from '../stated.ts'

/** Whether layer `index` has experts in DeepSeek, GLM and those like them: the first ones are dense. */
function deepHasExperts(config: Config, index: number): boolean {
  if (routedExperts(config) === null) return false
  const named = config.mlp_layer_types?.[index]
  if (named !== undefined) return named === 'sparse'
  const step = typeof config.moe_layer_freq === 'number' ? config.moe_layer_freq : 1
  return index >= (config.first_k_dense_replace ?? 0) && index % step === 0
}

/** Experts and shared ones, or a dense block in the first layers. */
export function deepFeedForward(config: Config, index: number, routerBias: boolean): Part {
  if (!deepHasExperts(config, index)) return plainMlp(config)
  const width = need(config, 'moe_intermediate_size')
  return mixture({
    hidden: need(config, 'hidden_size'),
    ...expertsOf(config),
    width,
    sharedWidth: width * (config.n_shared_experts ?? 0),
    routerBias,
  })
}

/** Multi-head latent attention as stated. */
export const deepAttention = (config: Config): Part =>
  latentAttention({
    hidden: need(config, 'hidden_size'),
    heads: need(config, 'num_attention_heads'),
    queryRank: config.q_lora_rank ?? null,
    kvRank: need(config, 'kv_lora_rank'),
    nopeDim: need(config, 'qk_nope_head_dim'),
    ropeDim: need(config, 'qk_rope_head_dim'),
    valueDim: need(config, 'v_head_dim'),
  })
