import { expect, test } from 'vitest'
import { modelByKey } from '../../catalogue/own-models.ts'
import type { AttentionGroup, Model } from '../../catalogue/types.ts'
import { kvBytesPerToken } from './kv.ts'
import { type PagedCache, pagedCapacity } from './vllm-pages.ts'

const llama = modelByKey('llama-3.1-8b-instruct')!
const cache: PagedCache = {
  cacheBytes: 2 ** 30,
  elementBytes: 2,
  blockTokens: 128,
  maxModelLen: 4096,
  inFlightTokens: 4096,
  stateBlocks: 1,
}
const withLayers = (...attention: AttentionGroup[]): Model => ({ ...llama, attention })
const head = { heads: 8, kvHeads: 2, headDim: 64 } as const

test('one kind of layer: as many tokens as its bytes hold, as vLLM 0.32 logged for this shape and 1 GiB', () => {
  const model = withLayers({ kind: 'full', layers: 4, ...head })
  expect(pagedCapacity(model, cache)).toMatchObject({ tokens: 524_288, maxConcurrency: 128 })
  expect(2 ** 30 / kvBytesPerToken(model, 2)).toBe(524_288)
})

test('10 windows and 2 full layers: 6 groups of 2 layers, of which 5 keep the window and the tokens in flight', () => {
  const model = withLayers({ kind: 'sliding', layers: 10, window: 256, ...head }, { kind: 'full', layers: 2, ...head })
  const capacity = pagedCapacity(model, { ...cache, inFlightTokens: 1024 })
  // blocks of 2 layers; a sequence holds 32 in the full group and ceil(1279 / 128) + 1 in each of the 5 others
  const blocks = 2 ** 30 / (2 * 128 * 512)
  expect(capacity.bytesPerBlock).toBe(2 * 128 * 512)
  expect(capacity.maxConcurrency).toBeCloseTo(blocks / (32 + 5 * 11), 9)
  expect(capacity.tokens).toBe(Math.floor((blocks / 87) * 4096))
})

test('a state sets the least size of a block, and its layers hold one block each', () => {
  const state = { kind: 'linear', layers: 6, stateBytes: 137_216, flopsPerToken: 0 } as const
  const capacity = pagedCapacity(withLayers(state, { kind: 'full', layers: 2, ...head }), cache)
  // 137,216 bytes need 268 tokens of 512 bytes: three blocks of 128
  expect(capacity.blockTokens).toBe(384)
  expect(capacity.maxConcurrency).toBeCloseTo(Math.floor(2 ** 30 / (2 * 384 * 512)) / (Math.ceil(4096 / 384) + 3), 9)
})

const hybridHead = { heads: 4, kvHeads: 2, headDim: 128 } as const
test.each([
  // kinds of layers, blocks of tokens and of state; what vLLM 0.32 logged on a CPU with 1 GiB and 4,096 tokens per request
  // (npm run bench:models)
  [
    'Gemma 3',
    [
      { kind: 'sliding', layers: 10, window: 256, ...hybridHead },
      { kind: 'full', layers: 2, ...hybridHead },
    ],
    128,
    2,
    132_104,
    32.25,
  ],
  [
    'gpt-oss',
    [
      { kind: 'sliding', layers: 2, window: 128, ...head },
      { kind: 'full', layers: 2, ...head },
    ],
    128,
    2,
    671_088,
    163.84,
  ],
  [
    'Qwen3.5',
    [
      { kind: 'linear', layers: 6, stateBytes: 137_216, flopsPerToken: 0 },
      { kind: 'full', layers: 2, ...hybridHead },
    ],
    128,
    2,
    381_300,
    93.09,
  ],
  [
    'Nemotron-H',
    [
      { kind: 'linear', layers: 4, stateBytes: 269_824, flopsPerToken: 0 },
      { kind: 'full', layers: 1, ...hybridHead },
    ],
    128,
    3,
    486_177,
    118.7,
  ],
  ['DeepSeek V2', [{ kind: 'mla', layers: 4, heads: 8, headDim: 128, latentDim: 576 }], 16, 2, 233_008, 56.89],
] as const)('as vLLM logged for a small %s', (_, attention, blockTokens, stateBlocks, tokens, concurrency) => {
  const capacity = pagedCapacity(withLayers(...attention), { ...cache, blockTokens, inFlightTokens: 2048, stateBlocks })
  expect(capacity.tokens).toBe(tokens)
  expect(capacity.maxConcurrency).toBeCloseTo(concurrency, 1)
})

test('12 and 13 layers are padded to 13 rather than split', () => {
  const model = withLayers({ kind: 'sliding', layers: 12, window: 128, ...head }, { kind: 'full', layers: 13, ...head })
  expect(pagedCapacity(model, cache).bytesPerBlock).toBe(13 * 128 * 512)
})
