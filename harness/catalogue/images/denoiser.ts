/** Blocks of a diffusion transformer that are alike. */
interface Blocks {
  readonly count: number
  /** Parameters that multiply each token: the linear layers of the stream that it is in. */
  readonly weightsPerToken: number
}

/** A diffusion transformer: what one pass computes for one image of 1024 x 1024. */
interface DenoiserShape {
  readonly width: number
  /** Tokens that every pass computes, at least: those of the image, and of the text where it is padded to a length. */
  readonly tokens: number
  readonly blocks: readonly Blocks[]
}

/** Tokens of an image of 1024 x 1024: a latent of 128 x 128, in patches of 2 x 2. */
export const IMAGE_TOKENS = 64 * 64

/**
 * TFLOP of one pass: 2 FLOP per parameter and token in the linear layers, and 4 · tokens² · width per block for attention
 * of all tokens with all. Modulation, embeddings and norms are left out: below 1 %.
 */
export function tflopOfPass({ width, tokens, blocks }: DenoiserShape): number {
  const flops = blocks.reduce(
    (sum, { count, weightsPerToken }) => sum + count * (2 * weightsPerToken * tokens + 4 * tokens ** 2 * width),
    0,
  )
  return flops / 1e12
}
