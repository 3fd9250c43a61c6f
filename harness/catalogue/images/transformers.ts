import { IMAGE_TOKENS, tflopOfPass } from './denoiser.ts'

/** Shapes of diffusion transformers: defaults of their classes in diffusers. */

/** Flux2Transformer2DModel: 8 double and 48 single blocks, SwiGLU three times as wide; text padded to 512. */
export const flux2 = { width: 6144, doubleBlocks: 8, singleBlocks: 48, textTokens: 512 } as const
/** QwenImageTransformer2DModel: 60 double blocks; the text is as long as the prompt. */
export const qwenImage = { width: 3072, blocks: 60 } as const
/** SD3Transformer2DModel of SD3.5 Large: 38 double blocks; CLIP's 77 and T5's 256 tokens of text. */
export const sd35Large = { width: 2432, blocks: 38, textTokens: 333 } as const
/** ZImageTransformer2DModel: 30 blocks, and 2 that see the image alone; SwiGLU of 8/3 of the width. */
export const zImage = { width: 3840, blocks: 32, ffn: 10_240 } as const

/** Queries, keys, values and output, and a feed-forward block four times as wide. */
const plain = (width: number): number => 12 * width ** 2
/** The same with a SwiGLU three times as wide. */
const swiGlu3 = (width: number): number => 13 * width ** 2

export const tflopPerPass = {
  flux2: tflopOfPass({
    width: flux2.width,
    tokens: IMAGE_TOKENS + flux2.textTokens,
    blocks: [{ count: flux2.doubleBlocks + flux2.singleBlocks, weightsPerToken: swiGlu3(flux2.width) }],
  }),
  qwenImage: tflopOfPass({
    width: qwenImage.width,
    tokens: IMAGE_TOKENS,
    blocks: [{ count: qwenImage.blocks, weightsPerToken: plain(qwenImage.width) }],
  }),
  // the text leaves the last block early, so that its tokens count in 37 of 38
  sd35Large: tflopOfPass({
    width: sd35Large.width,
    tokens: IMAGE_TOKENS + (sd35Large.textTokens * (sd35Large.blocks - 1)) / sd35Large.blocks,
    blocks: [{ count: sd35Large.blocks, weightsPerToken: plain(sd35Large.width) }],
  }),
  zImage: tflopOfPass({
    width: zImage.width,
    tokens: IMAGE_TOKENS,
    blocks: [{ count: zImage.blocks, weightsPerToken: 4 * zImage.width ** 2 + 3 * zImage.width * zImage.ffn }],
  }),
} as const
