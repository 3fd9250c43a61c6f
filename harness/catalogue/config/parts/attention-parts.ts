import type { AttentionGroup } from '../../types.ts'
import { dense, type Part } from './layer.ts'

/** How much of the context a layer sees. */
export type Reach =
  | { readonly kind: 'full' }
  | { readonly kind: 'sliding'; readonly window: number }
  | { readonly kind: 'chunked'; readonly chunk: number }

/** Attention with heads of keys and values. */
export interface Headed {
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly reach: Reach
  readonly qkvBias?: boolean
  readonly outputBias?: boolean
  /** Norms of queries and keys: of each head, or of all heads together. */
  readonly qkNorm?: 'head' | 'all' | 'none'
  /** Queries come with a gate of the same size. */
  readonly gated?: boolean
  /** Keys are also the values, so that one matrix makes both. */
  readonly keysAreValues?: boolean
  /** Keys and values of an earlier layer are used. */
  readonly sharesKv?: boolean
  /** Other parameters, such as one sink per head. */
  readonly extra?: number
}

/** The matrices, other parameters and KV cache of an attention with heads of keys and values. */
export function headedAttention(shape: Headed): Part {
  const { hidden, heads, kvHeads, headDim, reach, qkNorm = 'none', sharesKv = false } = shape
  const width = heads * headDim
  const kvWidth = kvHeads * headDim
  const queries = shape.gated ? 2 * width : width
  const keys = sharesKv ? [] : [dense('self_attn.k_proj', kvWidth, hidden)]
  const values = sharesKv || shape.keysAreValues ? [] : [dense('self_attn.v_proj', kvWidth, hidden)]
  const matrices = [
    dense('self_attn.q_proj', queries, hidden),
    ...keys,
    ...values,
    dense('self_attn.o_proj', hidden, width),
  ]
  const norms = { head: sharesKv ? headDim : 2 * headDim, all: width + kvWidth, none: 0 }[qkNorm]
  const biases =
    (shape.qkvBias ? queries + kvWidth * (keys.length + values.length) : 0) + (shape.outputBias ? hidden : 0)
  const group: AttentionGroup = { ...reach, layers: 1, heads, kvHeads, headDim, ...(sharesKv ? { kvLayers: 0 } : {}) }
  return { attention: group, matrices, others: norms + biases + (shape.extra ?? 0) }
}

/** Multi-head latent attention (DeepSeek V2): keys and values of a token are one latent and a rotary part. */
export interface Latent {
  readonly hidden: number
  readonly heads: number
  /** Rank of the queries; null where they are not compressed. */
  readonly queryRank: number | null
  readonly kvRank: number
  readonly nopeDim: number
  readonly ropeDim: number
  readonly valueDim: number
}

/** The matrices, norms and latent of a multi-head latent attention. */
export function latentAttention({ hidden, heads, queryRank, kvRank, nopeDim, ropeDim, valueDim }: Latent): Part {
  const queryWidth = heads * (nopeDim + ropeDim)
  const queries =
    queryRank === null
      ? [dense('self_attn.q_proj', queryWidth, hidden)]
      : [dense('self_attn.q_a_proj', queryRank, hidden), dense('self_attn.q_b_proj', queryWidth, queryRank)]
  const matrices = [
    ...queries,
    dense('self_attn.kv_a_proj_with_mqa', kvRank + ropeDim, hidden),
    dense('self_attn.kv_b_proj', heads * (nopeDim + valueDim), kvRank),
    dense('self_attn.o_proj', hidden, heads * valueDim),
  ]
  const attention: AttentionGroup = { kind: 'mla', layers: 1, heads, headDim: valueDim, latentDim: kvRank + ropeDim }
  return { attention, matrices, others: (queryRank ?? 0) + kvRank }
}
