import type { AttentionGroup } from '../../types.ts'
import { dense, type Part } from './layer.ts'

/** The state of a convolution (in the model's type) and of the recurrence (often FP32), per sequence and layer. */
interface StateShape {
  readonly convChannels: number
  readonly kernel: number
  readonly recurrent: number
  readonly convBytes: number
  readonly recurrentBytes: number
}

/**
 * The state of one layer. A convolution keeps kernel - 1 inputs. Work on the state per token: decay and update it, and
 * multiply it with keys and queries, at least 4 FLOPs per element.
 */
function linearGroup({ convChannels, kernel, recurrent, convBytes, recurrentBytes }: StateShape): AttentionGroup {
  const stateBytes = convChannels * (kernel - 1) * convBytes + recurrent * recurrentBytes
  return { kind: 'linear', layers: 1, stateBytes, flopsPerToken: 4 * recurrent }
}

/** Gated DeltaNet (Qwen3-Next, Qwen3.5): one state matrix per value head. */
export interface DeltaNet {
  readonly hidden: number
  readonly keyHeads: number
  readonly keyDim: number
  readonly valueHeads: number
  readonly valueDim: number
  readonly kernel: number
  readonly recurrentBytes: number
  /** Whether the checkpoint has the input projections in two matrices or in four. */
  readonly fused: boolean
}

/** The matrices, other parameters and state of a gated DeltaNet layer. */
export function deltaNet({
  hidden,
  keyHeads,
  keyDim,
  valueHeads,
  valueDim,
  kernel,
  recurrentBytes,
  fused,
}: DeltaNet): Part {
  const keys = keyHeads * keyDim
  const values = valueHeads * valueDim
  const convChannels = 2 * keys + values
  const inputs = fused
    ? [
        dense('linear_attn.in_proj_qkvz', 2 * keys + 2 * values, hidden),
        dense('linear_attn.in_proj_ba', 2 * valueHeads, hidden),
      ]
    : [
        dense('linear_attn.in_proj_qkv', 2 * keys + values, hidden),
        dense('linear_attn.in_proj_z', values, hidden),
        dense('linear_attn.in_proj_b', valueHeads, hidden),
        dense('linear_attn.in_proj_a', valueHeads, hidden),
      ]
  const matrices = [...inputs, dense('linear_attn.out_proj', hidden, values)]
  const recurrent = valueHeads * keyDim * valueDim
  return {
    attention: linearGroup({ convChannels, kernel, recurrent, convBytes: 2, recurrentBytes }),
    matrices,
    // convolution, decay and time step per head, and a norm of a head
    others: convChannels * kernel + 2 * valueHeads + valueDim,
  }
}

/** Mamba 2 (Nemotron-H). */
export interface Mamba {
  readonly hidden: number
  readonly heads: number
  readonly headDim: number
  readonly groups: number
  readonly stateSize: number
  readonly kernel: number
  readonly convBias: boolean
  readonly recurrentBytes: number
}

/** The matrices, other parameters and state of a Mamba 2 layer. */
export function mamba({ hidden, heads, headDim, groups, stateSize, kernel, convBias, recurrentBytes }: Mamba): Part {
  const inner = heads * headDim
  const convChannels = inner + 2 * groups * stateSize
  const recurrent = heads * headDim * stateSize
  return {
    attention: linearGroup({ convChannels, kernel, recurrent, convBytes: 2, recurrentBytes }),
    matrices: [dense('mixer.in_proj', inner + convChannels + heads, hidden), dense('mixer.out_proj', hidden, inner)],
    // convolution, the norm of the result, and time step, decay and skip of each head
    others: convChannels * (kernel + (convBias ? 1 : 0)) + inner + 3 * heads,
  }
}
