import type { Config } from '../config-fields.ts'
import { headedAttention } from '../parts/attention-parts.ts'
import { windowOf } from '../parts/common-parts.ts'
import { feedForward } from '../parts/feed-forward-parts.ts'
import { dense, type Layer, type Part } from '../parts/layer.ts'
import { need } from '../stated.ts'

const nothing: Part = { attention: null, matrices: [], others: 0 }

/** The width of a searched block is a multiple of this. */
const WIDTH_STEP = 256

/**
 * A layer of a network that an architecture search made from a Llama (nvidia/Llama-3_3-Nemotron-Super-49B,
 * modeling_decilm.py): its attention or its feed-forward block may be missing or be one matrix, and its width and number
 * of KV heads are its own. A missing part has no norm.
 */
export function searchedLayer(config: Config, index: number): Layer {
  const hidden = need(config, 'hidden_size')
  const block = need(config, 'block_configs')[index]
  if (block === undefined) return { ...nothing }
  const heads = need(config, 'num_attention_heads')
  const one = (name: string): Part => ({ ...nothing, matrices: [dense(name, hidden, hidden)] })
  const { attention, ffn } = block
  const attends = (): Part =>
    headedAttention({
      hidden,
      heads,
      kvHeads: attention.num_key_value_heads ?? heads / (attention.n_heads_in_group ?? 1),
      headDim: config.head_dim ?? Math.floor(hidden / heads),
      reach: windowOf(attention.window_length),
    })
  const width = ffn.intermediate_size ?? roundedUp(Math.floor((2 * (ffn.ffn_mult ?? 1) * hidden) / 3))
  const parts = [
    attention.no_op === true ? null : attention.replace_with_linear === true ? one('self_attn.linear_attn') : attends(),
    ffn.no_op === true
      ? null
      : ffn.replace_with_linear === true
        ? one('mlp.linear_mlp')
        : feedForward({ hidden, width }),
  ].filter((part) => part !== null)
  return {
    attention: parts.find((part) => part.attention !== null)?.attention ?? null,
    matrices: parts.flatMap(({ matrices }) => matrices),
    others: parts.reduce((sum, { others }) => sum + others + hidden, 0),
  }
}

const roundedUp = (width: number): number => Math.ceil(width / WIDTH_STEP) * WIDTH_STEP
