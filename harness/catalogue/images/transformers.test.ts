import { describe, expect, test } from 'vitest'
import { imageModelByKey } from '../image-models.ts'
import { IMAGE_TOKENS, tflopOfPass } from './denoiser.ts'
import { flux2, qwenImage, sd35Large, zImage } from './transformers.ts'

/** A linear layer with a bias. */
const biased = (outputs: number, inputs: number) => outputs * inputs + outputs
const sum = (...parts: readonly number[]) => parts.reduce((total, part) => total + part, 0)

/** All parameters of FLUX.2: no bias; the blocks of a kind share their modulation. */
function flux2Params(): number {
  const { width: w, doubleBlocks, singleBlocks } = flux2
  const heads = 128
  const double = 2 * (4 * w * w + 9 * w * w) + 4 * heads
  const single = 13 * w * w + 2 * heads
  const modulation = 2 * 6 * w * w + 3 * w * w
  const embeddings = 128 * w + 15_360 * w + 2 * (256 * w + w * w)
  return sum(doubleBlocks * double, singleBlocks * single, modulation, embeddings, 2 * w * w + 128 * w)
}

/** Query, key, value, output, modulation by 6 and a feed-forward block four times as wide, of one stream. */
const stream = (w: number) => sum(biased(3 * w, w), biased(w, w), biased(6 * w, w), biased(4 * w, w), biased(w, 4 * w))

function qwenImageParams(): number {
  const { width: w, blocks } = qwenImage
  const embeddings = sum(biased(w, 256), biased(w, w), 3584, biased(w, 64), biased(w, 3584))
  return sum(blocks * (2 * stream(w) + 4 * 128), embeddings, biased(2 * w, w), biased(64, w))
}

function sd35LargeParams(): number {
  const { width: w, blocks } = sd35Large
  const both = 2 * stream(w) + 4 * 64
  // the text stream of the last block has no output, no feed-forward block, and a smaller modulation
  const last = both - biased(w, w) - biased(4 * w, w) - biased(w, 4 * w) - biased(4 * w, w)
  const time = sum(biased(w, 256), biased(w, w), biased(w, 2048), biased(w, w))
  const embeddings = sum(biased(w, 4096), biased(w, 64), 192 * 192 * w)
  return sum((blocks - 1) * both, last, time, embeddings, biased(2 * w, w), biased(64, w))
}

function zImageParams(): number {
  const { width: w, blocks, ffn } = zImage
  const plain = 4 * w * w + 3 * w * ffn + 2 * 128 + 4 * w
  const modulated = plain + biased(4 * w, 256)
  const embeddings = sum(biased(w, 64), biased(w, 2560), 2560, 2 * w, biased(1024, 256), biased(256, 1024))
  // two more blocks see the text alone
  return sum(blocks * modulated, 2 * plain, embeddings, biased(64, w), biased(w, 256))
}

describe('the shape of a transformer gives its published bytes, in 16 bits', () => {
  test.each([
    ['flux.2-dev', flux2Params()],
    ['qwen-image', qwenImageParams()],
    ['sd3.5-large', sd35LargeParams()],
    ['z-image-turbo', zImageParams()],
  ])('%s', (key, params) => {
    expect(2 * params).toBe(imageModelByKey(key)!.denoiserBytes)
  })
})

test.each([
  // linear layers and attention: 253.3 + 29.2, 55.7 + 12.4, 23.9 + 7.2, 46.4 + 8.2
  ['flux.2-dev', 282.5],
  ['qwen-image', 68.0],
  ['sd3.5-large', 31.1],
  ['z-image-turbo', 54.6],
])('a pass of %s is %d TFLOP', (key, tflop) => {
  expect(imageModelByKey(key)!.tflopPerPass).toBeCloseTo(tflop, 1)
})

test('the formula gives the work of FLUX.1: 19 double and 38 single blocks of 12 width², 512 tokens of text', () => {
  const flux1 = {
    width: 3072,
    tokens: IMAGE_TOKENS + 512,
    blocks: [{ count: 57, weightsPerToken: 12 * 3072 ** 2 }],
  }
  expect(tflopOfPass(flux1)).toBeCloseTo(imageModelByKey('flux.1-dev')!.tflopPerPass, 1)
})
