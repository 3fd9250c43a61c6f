import { dense, type Matrix, type Part } from './layer.ts'

/** A feed-forward block: gate, up and down, or up and down alone. */
export interface FeedForward {
  readonly hidden: number
  readonly width: number
  readonly gated?: boolean
  readonly bias?: boolean
  /** Where it stands in a layer of the checkpoint. */
  readonly name?: string
}

/** The matrices and biases of a feed-forward block. */
export function feedForward({ hidden, width, gated = true, bias = false, name = 'mlp' }: FeedForward): Part {
  const up = gated ? [dense(`${name}.gate_proj`, width, hidden)] : []
  const matrices = [...up, dense(`${name}.up_proj`, width, hidden), dense(`${name}.down_proj`, hidden, width)]
  return { attention: null, matrices, others: bias ? width * (up.length + 1) + hidden : 0 }
}

/** A mixture of experts. */
export interface Mixture {
  readonly hidden: number
  readonly experts: number
  /** Experts that a token uses. */
  readonly perToken: number
  /** Width of one expert. */
  readonly width: number
  /** Width of all shared experts together; 0 for none. */
  readonly sharedWidth?: number
  readonly gated?: boolean
  /** The shared expert has a gate of its own. */
  readonly sharedGate?: boolean
  /** A correction per expert in the router. */
  readonly routerBias?: boolean
  /** Biases of each expert. */
  readonly expertBias?: boolean
  /** Input of the experts, where it is projected to a smaller one. */
  readonly latent?: number
  readonly name?: string
  /** Where the shared experts stand below it. */
  readonly sharedName?: string
}

/** The router, the experts and what every token uses beside them. */
export function mixture(shape: Mixture): Part {
  const {
    hidden,
    experts,
    perToken,
    width,
    sharedWidth = 0,
    gated = true,
    latent = hidden,
    name = 'mlp',
    sharedName = 'shared_experts',
  } = shape
  const expert = (matrix: string, outputs: number, inputs: number): Matrix => ({
    name: `${name}.experts.0.${matrix}`,
    outputs,
    inputs,
    copies: experts,
    role: 'expert',
  })
  const gate = gated ? [expert('gate_proj', width, latent)] : []
  const shared =
    sharedWidth === 0 ? [] : feedForward({ hidden, width: sharedWidth, gated, name: `${name}.${sharedName}` }).matrices
  const projections =
    latent === hidden
      ? []
      : [dense(`${name}.fc1_latent_proj`, latent, hidden), dense(`${name}.fc2_latent_proj`, hidden, latent)]
  const router: Matrix = { name: `${name}.gate`, outputs: experts, inputs: hidden, copies: 1, role: 'router' }
  const biases = shape.expertBias ? experts * (width * (gate.length + 1) + latent) : 0
  return {
    attention: null,
    matrices: [
      router,
      ...gate,
      expert('up_proj', width, latent),
      expert('down_proj', latent, width),
      ...shared,
      ...projections,
    ],
    others: biases + (shape.routerBias ? experts : 0) + (shape.sharedGate ? hidden : 0),
    unread: Math.ceil(biases * (1 - perToken / experts)),
  }
}
