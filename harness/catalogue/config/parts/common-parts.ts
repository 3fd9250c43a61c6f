import type { Config } from '../config-fields.ts'
import { is, need } from '../stated.ts'
import { type Headed, headedAttention, type Reach } from './attention-parts.ts'
import { feedForward } from './feed-forward-parts.ts'
import type { Layer, Part } from './layer.ts'

/** One layer of parts, with so many norms over the hidden state. */
export const layerOf = (config: Config, norms: number, ...parts: readonly Part[]): Layer => ({
  attention: parts.find(({ attention }) => attention !== null)?.attention ?? null,
  matrices: parts.flatMap(({ matrices }) => matrices),
  others: parts.reduce((sum, { others }) => sum + others, norms * need(config, 'hidden_size')),
  unread: parts.reduce((sum, { unread = 0 }) => sum + unread, 0),
})

/** Attention heads as stated; as many for keys and values unless the file says fewer. */
export function heads(config: Config): Pick<Headed, 'hidden' | 'heads' | 'kvHeads' | 'headDim'> {
  const hidden = need(config, 'hidden_size')
  const count = need(config, 'num_attention_heads')
  const headDim = config.head_dim ?? Math.floor(hidden / count)
  return { hidden, heads: count, kvHeads: config.num_key_value_heads ?? count, headDim }
}

/** All of the context. */
export const full: Reach = { kind: 'full' }

/** A window, or all of the context where the file states none. */
export const windowOf = (window: number | null | undefined): Reach =>
  window === null || window === undefined || window === 0 ? full : { kind: 'sliding', window }

/** What a layer sees, by its type in `layer_types`, else by the pattern of its family: each n-th sees all. */
export function reachByType(config: Config, index: number, eachFull: number | null): Reach {
  const named = config.layer_types?.[index]
  const sliding =
    named === undefined ? eachFull !== null && (index + 1) % eachFull !== 0 : named === 'sliding_attention'
  return sliding ? windowOf(config.sliding_window) : full
}

/** A dense feed-forward block with a gate. */
export const plainMlp = (config: Config, bias = false): Part =>
  feedForward({ hidden: need(config, 'hidden_size'), width: need(config, 'intermediate_size'), bias })

/** Attention of a Llama: biases in all four matrices or in none. */
export const llamaAttention = (config: Config, reach: Reach): Part =>
  headedAttention({
    ...heads(config),
    reach,
    qkvBias: is(config.attention_bias),
    outputBias: is(config.attention_bias),
  })

/** Bytes of an element of the recurrent state: 4 unless the file says 16 bits. */
export const stateElementBytes = (config: Config): number =>
  /16/.test(config.mamba_ssm_cache_dtype ?? config.mamba_ssm_dtype ?? 'float32') ? 2 : 4
