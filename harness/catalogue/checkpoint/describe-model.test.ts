import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { weightBytes, weightBytesRead } from '../../physics/model/weights.ts'
import { makeModelFolder, safetensorsStart } from '../../testing/model-folder.ts'
import { publishedConfigs } from '../../testing/published-configs.ts'
import type { Model } from '../types.ts'
import { describeModel } from './describe-model.ts'

const root = mkdtempSync(join(tmpdir(), 'describe-model-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folder: string
let made = 0
beforeEach(() => {
  made += 1
  folder = join(root, String(made), 'my-model')
})

const options = { env: { HF_HUB_OFFLINE: '1', HF_HOME: join(root, 'hf') }, network: true, today: '2026-11-26' }
const lineOf = async (name: string, more: object = {}): Promise<string> => {
  try {
    await describeModel(name, { ...options, ...more })
    return 'no error'
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    expect(error.message).not.toContain('\n')
    return error.message
  }
}

const tiny = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
  max_position_embeddings: 512,
  tie_word_embeddings: false,
}
const layer = 'model.layers.0'
const tinyTensors = {
  'model.embed_tokens.weight': ['BF16', [100, 64]],
  [`${layer}.self_attn.q_proj.weight`]: ['BF16', [64, 64]],
  [`${layer}.self_attn.k_proj.weight`]: ['BF16', [32, 64]],
  [`${layer}.self_attn.v_proj.weight`]: ['BF16', [32, 64]],
  [`${layer}.self_attn.o_proj.weight`]: ['BF16', [64, 64]],
  [`${layer}.mlp.gate_proj.weight`]: ['BF16', [128, 64]],
  [`${layer}.mlp.up_proj.weight`]: ['BF16', [128, 64]],
  [`${layer}.mlp.down_proj.weight`]: ['BF16', [64, 128]],
  [`${layer}.input_layernorm.weight`]: ['BF16', [64]],
  [`${layer}.post_attention_layernorm.weight`]: ['BF16', [64]],
  'model.norm.weight': ['BF16', [64]],
  'lm_head.weight': ['BF16', [100, 64]],
} as const

describe('a folder', () => {
  test('its bytes by the configuration are those of its tensors', async () => {
    makeModelFolder(folder, tiny, { 'model.safetensors': safetensorsStart(tinyTensors) })
    const model = (await describeModel(folder, options)) as Model
    expect(model).toMatchObject({ kind: 'text', key: 'my-model', servedAs: [folder, 'my-model'] })
    expect(model.checkpointBytes).toBe(weightBytes(model))
  })

  test('the encoder of images is loaded but not read by a step of text', async () => {
    const { hidden_size: _, ...rest } = tiny
    const nested = {
      model_type: 'gemma3',
      text_config: { hidden_size: 64, ...rest },
      vision_config: { hidden_size: 8 },
    }
    makeModelFolder(folder, nested, {
      'model.safetensors': safetensorsStart({ ...tinyTensors, 'vision_tower.encoder.weight': ['BF16', [10, 10]] }),
    })
    const seen = (await describeModel(folder, options)) as Model
    const blind = (await describeModel(makeModelFolder(`${folder}-text`, tiny), options)) as Model
    expect(seen.totalParams - blind.totalParams).toBe(100)
    expect(weightBytesRead(seen, 1, 'limit')).toBe(weightBytesRead(blind, 1, 'limit'))
  })

  test('without its weights, the encoder is not known, and that is said', async () => {
    makeModelFolder(folder, { text_config: tiny, vision_config: {} })
    const model = await describeModel(folder, options)
    expect(model.unknown).toEqual([expect.objectContaining({ what: expect.stringContaining('encoders of images') })])
  })

  test('the settings of ModelOpt stand in a file of their own', async () => {
    makeModelFolder(folder, tiny, {
      'hf_quant_config.json': '{"quantization":{"quant_algo":"NVFP4","kv_cache_quant_algo":"FP8"}}',
    })
    expect(await describeModel(folder, options)).toMatchObject({ weightFormat: 'nvfp4', kvCacheFormat: 'fp8' })
  })

  test.each([
    ['half a config', '{"model_type": "llama", "hidden_', {}, 'config.json: no valid JSON'],
    ['a list', '[]', {}, 'config.json: expected a JSON object'],
    ['no dimensions', '{"model_type":"llama"}', {}, 'config.json: num_hidden_layers is missing'],
    [
      'an index that is none',
      JSON.stringify(tiny),
      { 'model.safetensors.index.json': '{"metadata":{"total_size":"big"}}' },
      'metadata.total_size',
    ],
    [
      'weights that are none',
      JSON.stringify(tiny),
      { 'model.safetensors': 'PK not tensors' },
      'expected a safetensors file',
    ],
    [
      'a broken header',
      JSON.stringify(tiny),
      { 'model.safetensors': Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a"')]) },
      'its header is no JSON',
    ],
  ])('%s is one line', async (_, config, files, text) => {
    makeModelFolder(folder, config, files)
    expect(await lineOf(folder)).toContain(text)
  })

  test.each([
    ['config.json', 10_000_000, '10000000 bytes; expected at most'],
    ['model.safetensors.index.json', 2 ** 40, `${2 ** 40} bytes; expected at most`],
  ])('an endless %s is refused before it is read', async (name, size, text) => {
    makeModelFolder(folder, tiny, { [name]: '{}' })
    truncateSync(join(folder, name), size)
    expect(await lineOf(folder)).toContain(text)
  })

  test('without a configuration: a GGUF file says what to give instead', async () => {
    mkdirSync(folder, { recursive: true })
    expect(await lineOf(folder)).toContain('no config.json; expected the folder of a model')
    writeFileSync(join(folder, 'model.gguf'), 'GGUF')
    expect(await lineOf(folder)).toContain('give the folder of the original model')
  })
})

describe('an architecture that is not known', () => {
  const nova = { model_type: 'nova9', vocab_size: 100, hidden_size: 64 }

  test('its tensors without the table of tokens are what a step reads', async () => {
    makeModelFolder(folder, nova, { 'model.safetensors': safetensorsStart(tinyTensors) })
    const model = await describeModel(folder, options)
    expect(model).toMatchObject({ kind: 'partly-known', vocab: 100, maxContext: null })
    const dense = (await describeModel(makeModelFolder(`${folder}-llama`, tiny), options)) as Model
    expect(model.kind === 'partly-known' && model.leastBytesRead).toBe(weightBytesRead(dense, 1, 'limit'))
    expect(model.unknown).toEqual([expect.objectContaining({ reason: 'the architecture nova9 is not known' })])
  })

  test('of its experts, a step reads the share of one token', async () => {
    const tensors = {
      'a.mlp.experts.0.up.weight': ['BF16', [100, 10]],
      'a.mlp.experts.1.up.weight': ['BF16', [100, 10]],
      'a.q.weight': ['BF16', [10, 10]],
    } as const
    makeModelFolder(
      folder,
      { ...nova, num_experts: 2, num_experts_per_tok: 1 },
      { 'model.safetensors': safetensorsStart(tensors) },
    )
    expect(await describeModel(folder, options)).toMatchObject({ leastBytesRead: 2000 + 200, checkpointBytes: 4200 })
  })

  test.each([
    // the index alone: bound where all of it is read, else unknown with its reason
    [nova, 20_000 - 4 * 100 * 64, null],
    [{ ...nova, num_experts: 8 }, null, 'it has parts that a step does not read'],
    [{ ...nova, vision_config: {} }, null, 'it has parts that a step does not read'],
    [{ model_type: 'nova9' }, null, 'vocab_size and hidden_size'],
  ])('with an index alone: %j', async (config, bytes, reason) => {
    makeModelFolder(folder, config, {
      'model.safetensors.index.json': '{"metadata":{"total_size":20000},"weight_map":{}}',
    })
    const model = await describeModel(folder, options)
    expect(model).toMatchObject({ kind: 'partly-known', leastBytesRead: bytes === null ? null : Math.max(0, bytes) })
    if (reason !== null) expect(model.unknown?.at(-1)?.reason).toContain(reason)
  })
})

describe('the cache of Hugging Face', () => {
  const name = 'org/some-model'
  const snapshot = (home: string, revision: string) =>
    join(home, 'hub', 'models--org--some-model', 'snapshots', revision)

  test.each([
    [{ HF_HOME: join(root, 'home-a') }, join(root, 'home-a')],
    [{ HF_HUB_CACHE: join(root, 'home-b', 'hub') }, join(root, 'home-b')],
    [{ XDG_CACHE_HOME: join(root, 'c') }, join(root, 'c', 'huggingface')],
  ])('%j: the revision that main names', async (env, home) => {
    makeModelFolder(snapshot(home, 'old'), { ...tiny, vocab_size: 50 })
    makeModelFolder(snapshot(home, 'abc'), tiny)
    mkdirSync(join(home, 'hub', 'models--org--some-model', 'refs'), { recursive: true })
    writeFileSync(join(home, 'hub', 'models--org--some-model', 'refs', 'main'), 'abc')
    expect(await describeModel(name, { ...options, env: { ...env, HF_HUB_OFFLINE: '1' } })).toMatchObject({
      key: name,
      vocab: 100,
      servedAs: [name],
    })
  })

  test('a revision outside the cache is not followed', async () => {
    const home = join(root, 'home-d')
    makeModelFolder(snapshot(home, 'abc'), tiny)
    mkdirSync(join(home, 'hub', 'models--org--some-model', 'refs'), { recursive: true })
    writeFileSync(join(home, 'hub', 'models--org--some-model', 'refs', 'main'), '../../../../etc')
    expect(await describeModel(name, { ...options, env: { HF_HOME: home } })).toMatchObject({ vocab: 100 })
  })

  test.each([
    ['org/not-here', 'not in the cache of Hugging Face on this machine, and the environment forbids the hub'],
    ['mistyped', 'not the name of a repository (ORG/NAME)'],
    ['/no/such/folder', 'no such folder; expected the folder of a model, or ORG/NAME'],
    ['../../no-such-folder', 'no such folder'],
  ])('%s', async (given, text) => {
    expect(await lineOf(given)).toContain(text)
  })
})

test('a model of each family is described from a folder', async () => {
  for (const [index, { config, params }] of publishedConfigs.entries()) {
    const described = await describeModel(makeModelFolder(`${folder}-${index}`, config), options)
    expect(described).toMatchObject({ kind: 'text', totalParams: params })
  }
})
