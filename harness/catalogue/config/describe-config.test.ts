import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { kvBytesPerSequence, kvBytesPerToken } from '../../physics/model/kv.ts'
import { weightBytes, weightBytesRead } from '../../physics/model/weights.ts'
import { publishedConfigs } from '../../testing/published-configs.ts'
import { modelByKey } from '../own-models.ts'
import type { Model } from '../types.ts'
import { describeConfig } from './describe-config.ts'

const configOf = (name: string): Record<string, unknown> => {
  const found =
    publishedConfigs.find((each) => each.name === name) ?? publishedConfigs.find((each) => each.name.startsWith(name))
  if (found === undefined) throw new Error(`${name} is not in the published configurations`)
  return found.config
}

/** The model of a configuration whose family is known. */
function modelOf(config: Record<string, unknown>): Model {
  const shape = describeConfig(config)
  if (!('attention' in shape)) throw new Error(shape.reason)
  return { key: 'mine', label: 'mine', servedAs: ['mine'], sources: [], ...shape }
}

test.each(publishedConfigs)('$name has $params parameters', ({ config, params }) => {
  expect(modelOf(config).totalParams).toBe(params)
})

test.each([
  // billions of parameters that a token uses, output head included and input embedding not, as published
  ['openai/gpt-oss-20b', 3.6],
  ['openai/gpt-oss-120b', 5.1],
  ['Qwen/Qwen3-30B-A3B', 3.3 - 0.3],
  ['deepseek-ai/DeepSeek-V3', 37 - 0.4],
  ['meta-llama/Llama-4-Scout', 17 - 0.9],
])('%s computes a token with %d billion of them', (name, billions) => {
  const { activeLinearParams, hiddenSize, vocab } = modelOf(configOf(name))
  expect((activeLinearParams + hiddenSize * vocab) / 1e9).toBeCloseTo(billions, 0)
})

test.each([
  // key of the catalogue, its configuration, what differs
  ['llama-3.1-8b-instruct', 'meta-llama/Llama-3.1-8B', {}],
  ['glm-4.5-air', 'zai-org/GLM-4.5-Air', {}],
  ['deepseek-v2-awq', 'deepseek-ai/DeepSeek-V2', { max_position_embeddings: 131_072 }],
])('%s of the catalogue is what its configuration says', (key, name, differs) => {
  const known = modelByKey(key)!
  const { totalParams, linearParams, activeLinearParams, attention, vocab } = modelOf({ ...configOf(name), ...differs })
  expect({ totalParams, linearParams, activeLinearParams, vocab }).toEqual({
    totalParams: known.totalParams,
    linearParams: known.linearParams,
    activeLinearParams: known.activeLinearParams,
    vocab: known.vocab,
  })
  expect(attention).toEqual(known.attention)
})

test('an encoder of texts keeps no keys and values, and reads as many tokens as it has positions for', () => {
  const model = modelOf(configOf('BAAI/bge-m3'))
  expect(model.maxContext).toBe(8192)
  expect(kvBytesPerToken(model, 2)).toBe(0)
  expect(kvBytesPerSequence(model, 2, 8192)).toBe(0)
  // per layer 4 and 8 matrices of 1024 x 1024: neither tables nor the pooler are computed for each token
  expect(model.activeLinearParams).toBe(24 * 12 * 1024 ** 2)
})

test('a network of an architecture search: each layer has its own parts, or none', () => {
  const attends = { no_op: false, replace_with_linear: false }
  const none = { no_op: true, replace_with_linear: false }
  const linear = { no_op: false, replace_with_linear: true }
  const model = modelOf({
    model_type: 'nemotron-nas',
    hidden_size: 1024,
    num_attention_heads: 16,
    num_hidden_layers: 5,
    vocab_size: 1000,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
    block_configs: [
      { attention: { ...attends, n_heads_in_group: 8 }, ffn: { ...attends, ffn_mult: 1 } },
      { attention: none, ffn: linear },
      { attention: linear, ffn: none },
      { attention: none, ffn: none },
      // newer files state the KV heads and the width themselves
      { attention: { ...attends, num_key_value_heads: 4, window_length: 512 }, ffn: { intermediate_size: 512 } },
    ],
  })
  // queries and outputs 2 x 1024 x 1024, keys and values 2 x 1024 x 128, a width of 2 / 3 x 1024 rounded up to 768, two norms
  const first = 2 * 1024 ** 2 + 2 * 1024 * 128 + 3 * 1024 * 768 + 2 * 1024
  const onlyOneMatrix = 1024 ** 2 + 1024
  const last = 2 * 1024 ** 2 + 2 * 1024 * 256 + 3 * 1024 * 512 + 2 * 1024
  expect(model.totalParams).toBe(first + 2 * onlyOneMatrix + last + 2 * 1000 * 1024 + 1024)
  expect(model.attention).toEqual([
    { kind: 'full', layers: 1, heads: 16, kvHeads: 2, headDim: 64 },
    { kind: 'sliding', window: 512, layers: 1, heads: 16, kvHeads: 4, headDim: 64 },
  ])
})

describe('layers that differ, as transformers 5.19 writes them', () => {
  const {
    global_head_dim: head_dim,
    num_global_key_value_heads: num_key_value_heads,
    ...common
  } = configOf('google/gemma-4-31B')
  const seesAll = Array.from({ length: Number(common['num_hidden_layers']) }, (_, index) => index).filter(
    (index) => (index + 1) % 6 === 0,
  )
  const per_layer_config = Object.fromEntries(seesAll.map((index) => [index, { head_dim, num_key_value_heads }]))

  test('a Gemma 4 is the same model in both forms', () => {
    expect(modelOf({ ...common, per_layer_config })).toEqual(modelOf(configOf('google/gemma-4-31B')))
  })

  test('a window of its own, and none', () => {
    const mistral = { ...configOf('mistralai/Mistral-Small'), sliding_window: 256 }
    const count = modelOf(mistral).layers
    const { attention } = modelOf({
      ...mistral,
      per_layer_config: { 0: { sliding_window: null }, 1: { sliding_window: 64 } },
    })
    expect(attention).toMatchObject([
      { kind: 'full', layers: 1 },
      { kind: 'sliding', window: 64, layers: 1 },
      { kind: 'sliding', window: 256, layers: count - 2 },
    ])
  })

  test('a layer without a part is not guessed', () => {
    expect(describeConfig({ ...common, per_layer_config: { 3: { skip: ['mlp'] } } })).toMatchObject({
      reason: 'gemma4_text with layers that skip a part is not known',
    })
  })

  test.each([
    [{ first: { head_dim: 64 } }, 'per_layer_config.first'],
    [{ 1: { head_dim: 'wide' } }, 'per_layer_config.1.head_dim'],
  ])('%j is refused with its field', (layers, field) => {
    expect(() => describeConfig({ ...common, per_layer_config: layers })).toThrow(field)
  })
})

describe('KV cache and state', () => {
  test.each([
    // KV bytes per token in 16 bits, and of one sequence at 32,768 tokens in MiB
    ['meta-llama/Llama-3.1-8B', 131_072, 4096],
    ['deepseek-ai/DeepSeek-V3', 70_272, 2196],
    // every second layer keeps 128 tokens
    ['openai/gpt-oss-20b', 49_152, 12 * 2 * 8 * 64 * 2 * (32_768 + 128) * 2 ** -20],
    // five of six layers keep 1024 tokens
    ['google/gemma-3-27b-it', 507_904, 2 * 16 * 128 * 2 * (10 * 32_768 + 52 * 1024) * 2 ** -20],
    // three of four layers keep a state: 3 inputs of a convolution in 16 bits and 32 matrices of 128 x 128 in 32 bits
    ['Qwen/Qwen3-Next', 24_576, 768 + 36 * (8192 * 3 * 2 + 32 * 128 * 128 * 4) * 2 ** -20],
  ])('%s keeps %d bytes per token and %d MiB per sequence', (name, perToken, mib) => {
    const model = modelOf(configOf(name))
    expect(kvBytesPerToken(model, 2)).toBe(perToken)
    expect(kvBytesPerSequence(model, 2, 32_768) / 2 ** 20).toBeCloseTo(mib, 6)
  })

  test('layers that use the keys and values of an earlier one keep none', () => {
    const [sliding, full] = modelOf(configOf('google/gemma-4-E2B')).attention
    expect(sliding).toMatchObject({ kind: 'sliding', layers: 28, kvLayers: 12, headDim: 256 })
    expect(full).toMatchObject({ kind: 'full', layers: 7, kvLayers: 3, headDim: 512 })
  })
})

describe('the format of each part', () => {
  const llama = configOf('meta-llama/Llama-3.1-8B')
  const withFormat = (quantization_config: unknown) => modelOf({ ...llama, quantization_config })
  const groups = (weights: object) => ({ group_0: { targets: ['Linear'], weights } })

  test.each([
    // published sizes of the checkpoints in GB
    [
      'FP8 of each channel',
      {
        quant_method: 'compressed-tensors',
        config_groups: groups({ num_bits: 8, type: 'float', strategy: 'channel' }),
        ignore: ['lm_head'],
      },
      'fp8',
      9.08,
    ],
    [
      'FP8 of each tensor',
      { quant_method: 'compressed-tensors', config_groups: groups({ num_bits: 8, type: 'float', strategy: 'tensor' }) },
      'fp8',
      9.08,
    ],
    ['FP8 by ModelOpt', { quant_method: 'modelopt', quant_algo: 'FP8', exclude_modules: ['lm_head'] }, 'fp8', 9.08],
    ['AWQ', { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true }, 'awq-int4', 5.73],
    ['GPTQ', { quant_method: 'gptq', bits: 4, group_size: 128, desc_act: false, sym: true }, 'awq-int4', 5.74],
    [
      '4 bits in compressed-tensors',
      {
        quant_method: 'compressed-tensors',
        config_groups: groups({ num_bits: 4, type: 'int', strategy: 'group', group_size: 128 }),
      },
      'awq-int4',
      5.7,
    ],
    [
      'INT8',
      { quant_method: 'compressed-tensors', config_groups: groups({ num_bits: 8, type: 'int', strategy: 'channel' }) },
      'int8',
      9.09,
    ],
    ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4', group_size: 16 }, 'nvfp4', 6.03],
    ['NF4', { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_use_double_quant: true }, 'nf4', 5.7],
  ])('Llama 3.1 8B in %s', (_, quantization, format, gb) => {
    const model = withFormat(quantization)
    expect(model.weightFormat).toBe(format)
    expect(weightBytes(model) / 1e9).toBeCloseTo(gb, 1)
  })

  test('gpt-oss: experts in MXFP4, the rest in 16 bits, 13.76 GB as published', () => {
    const model = modelOf(configOf('openai/gpt-oss-20b'))
    expect(model).toMatchObject({ weightFormat: 'mxfp4', linearBytesPerParam: 2 })
    expect(model.experts?.bytesPerParam).toBeCloseTo(4.25 / 8, 9)
    expect(weightBytes(model) / 1e9).toBeCloseTo(13.76, 2)
    // one token reads 4 of 32 experts and everything else
    expect(weightBytesRead(model, 1, 'limit') / 1e9).toBeCloseTo(3.71, 2)
  })

  test('DeepSeek V3: FP8 in blocks of 128 x 128, each with a scale of 4 bytes', () => {
    const model = modelOf(configOf('deepseek-ai/DeepSeek-V3'))
    expect(weightBytes(model) / 1e9).toBeCloseTo(671.026 + 129_280 * 7168 * 2e-9, 0)
  })

  test('modules that a list leaves out stay in 16 bits', () => {
    const skipped = withFormat({
      quant_method: 'modelopt',
      quant_algo: 'FP8',
      exclude_modules: ['model.layers.0*', 'lm_head'],
    })
    const all = withFormat({ quant_method: 'modelopt', quant_algo: 'FP8' })
    expect(weightBytes(skipped) - weightBytes(all)).toBeCloseTo(6_979_321_856 / 32, -3)
  })

  test.each([
    [{ kv_cache_scheme: { num_bits: 8, type: 'float' }, quant_method: 'fp8' }],
    [{ kv_cache_quant_algo: 'FP8', quant_method: 'modelopt', quant_algo: 'FP8' }],
  ])('a KV cache in FP8 is read from the checkpoint: %j', (quantization) => {
    expect(withFormat(quantization).kvCacheFormat).toBe('fp8')
  })
})

describe('bad input is one line with the file, the field and what to do', () => {
  const lineOf = (config: unknown): string => {
    try {
      describeConfig(config, 'my/config.json')
      return 'no error'
    } catch (error) {
      if (!(error instanceof JoulemarkError)) throw error
      return error.message
    }
  }
  const llama = configOf('meta-llama/Llama-3.1-8B')
  test.each([
    [[1, 2], 'my/config.json: expected a JSON object'],
    [{ model_type: 'llama', hidden_size: 4096 }, 'num_hidden_layers is missing, which a model of type llama requires'],
    [{ ...llama, num_attention_heads: '32' }, 'my/config.json: num_attention_heads: invalid input: expected number'],
    [{ ...llama, hidden_size: 1e300 }, 'my/config.json: hidden_size:'],
    [{ ...llama, num_hidden_layers: 1e8 }, 'my/config.json: num_hidden_layers: too big'],
    [{ text_config: 'no' }, 'my/config.json: text_config: expected an object'],
    [{ text_config: { ...llama, vocab_size: -1 } }, 'my/config.json: text_config.vocab_size: too small'],
    [{ ...llama, quantization_config: { quant_method: 'awk' } }, '"awk" is not known; did you mean "awq"?'],
    [{ ...llama, quantization_config: { quant_method: 'awq', bits: 'four' } }, 'quantization_config.bits'],
    [{ ...llama, quantization_config: { quant_method: 'compressed-tensors' } }, 'no group states its weights'],
  ])('%j', (config, text) => {
    const line = lineOf(config)
    expect(line).toContain(text)
    expect(line).not.toContain('\n')
  })

  test('whatever a file holds: a model, a reason or one line', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
    )
    const keys = Object.keys({ ...llama, ...configOf('deepseek-ai/DeepSeek-V3'), ...configOf('Qwen/Qwen3-Next') })
    const change = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 })
    fc.assert(
      fc.property(fc.constantFrom(...publishedConfigs), change, ({ config }, changes) => {
        try {
          const shape = describeConfig({ ...config, ...changes })
          if ('attention' in shape) expect(Number.isFinite(weightBytes(modelOf({ ...config, ...changes })))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(JoulemarkError)
          expect((error as JoulemarkError).message).not.toContain('\n')
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('the number of experts is found under the name that newer versions of transformers write', () => {
  const { num_experts, ...rest } = configOf('Qwen/Qwen3-30B-A3B')
  expect(modelOf({ ...rest, num_local_experts: num_experts }).totalParams).toBe(30_532_122_624)
})

test('a family that is not known is said, and what its file states is kept', () => {
  const described = describeConfig({ model_type: 'nova9', vocab_size: 1000 })
  expect(described).toMatchObject({ reason: 'the architecture nova9 is not known', config: { vocab_size: 1000 } })
})
