import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeModelFolder } from '../../harness/testing/model-folder.ts'
import { publishedConfigs } from '../../harness/testing/published-configs.ts'
import type { CommandIo } from '../support/io.ts'
import { showFit } from './fit.ts'
import { add, describe, list } from './model.ts'
import { predict } from './predict.ts'
import { serve } from './serve.ts'

const root = mkdtempSync(join(tmpdir(), 'model-command-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const env = { XDG_CONFIG_HOME: join(root, 'config'), HF_HOME: join(root, 'hf'), HF_HUB_OFFLINE: '1' }

async function captured(action: (io: CommandIo) => Promise<number>) {
  let out = ''
  const stderr = { isTTY: false, color: false, write: () => true } as unknown as CommandIo['stderr']
  const code = await action({ stdout: (text) => (out += text), stderr, env, columns: null, color: false })
  return { code, out }
}

const config = (name: string) => publishedConfigs.find((each) => each.name === name)?.config
const gptOss = makeModelFolder(join(root, 'gpt-oss-20b'), config('openai/gpt-oss-20b'))
const unknown = makeModelFolder(join(root, 'nova'), { model_type: 'nova9' })

function scenarioOf(model: string): string {
  const file = join(root, 'scenario.yaml')
  const lines = [
    'name: mine',
    'title: Mine',
    'kind: text',
    `model: ${model}`,
    'server: { maxModelLen: 4096 }',
    'load: { shape: closed, concurrency: 8 }',
    'prompt: { tokens: 512, prefixCache: cold }',
    'output: { tokens: 128 }',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

test('describe: what a folder holds, as a table and as JSON', async () => {
  const flags = { context: 8192, card: ['h100-sxm'] }
  const { out } = await captured((io) => describe(gptOss, flags, io))
  expect(out).toMatch(/20\.91 billion/)
  expect(out).toMatch(/12 window 128: 64 heads, 8 KV heads of 64; 12 full/)
  const { out: json } = await captured((io) => describe(gptOss, { ...flags, json: true }, io))
  const facts = JSON.parse(json)
  expect(facts).toMatchObject({ totalParams: 20_914_757_184, kvBytesPerToken: { bf16: 49_152, fp8: 24_576 } })
  expect(facts.weightsBytes / 1e9).toBeCloseTo(13.76, 2)
  expect(facts.limits[0]).toMatchObject({ card: 'h100-sxm', oneSequence: { tokensPerS: expect.any(Number) } })
})

test('joulemark.yaml: a model is known by its key there, and read when it is named', async () => {
  const config = { files: [], models: { 'house-model': gptOss, gone: join(root, 'gone') } }
  const withConfig = (action: (io: CommandIo) => Promise<number>) => captured((io) => action({ ...io, config }))
  const flags = { context: 8192, card: ['h100-sxm'] }
  const { out } = await withConfig((io) => describe('house-model', { ...flags, json: true }, io))
  expect(JSON.parse(out)).toMatchObject({ totalParams: 20_914_757_184 })
  const predicted = await withConfig((io) => predict([scenarioOf('house-model')], { card: 'h100-sxm' }, io))
  expect(predicted.code).toBe(0)
  await expect(withConfig((io) => predict([scenarioOf('gone')], { card: 'h100-sxm' }, io))).rejects.toThrow(
    /models\.gone in joulemark\.yaml: .*gone: no such folder/,
  )
  await expect(withConfig((io) => predict([scenarioOf('house-modle')], { card: 'h100-sxm' }, io))).rejects.toThrow(
    /did you mean "house-model"/,
  )
})

test('describe: what is not known is said with its reason', async () => {
  const { out, code } = await captured((io) => describe(unknown, { context: 8192 }, io))
  expect(code).toBe(0)
  expect(out).toMatch(/Not known: layers, KV cache and arithmetic: the architecture nova9 is not known/)
})

test('add keeps a model, and scenarios find it by its key', async () => {
  const { out } = await captured((io) => add(gptOss, { key: 'my-oss' }, io))
  const file = join(root, 'config', 'joulemark', 'models', 'my-oss.json')
  expect(out).toContain(file)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ key: 'my-oss', kind: 'text' })
  const listed = await captured((io) => list({ json: true }, io))
  expect(JSON.parse(listed.out).at(-1)).toMatchObject({ key: 'my-oss' })
  const { out: predicted } = await captured((io) =>
    predict([scenarioOf('my-oss')], { card: 'h100-sxm', json: true }, io),
  )
  expect(JSON.parse(predicted).predictions[0].prediction.expected.outputTokensPerS).toBeGreaterThan(100)
})

test('fit shows the models of the user beside the bundled ones, or only those that are named', async () => {
  const phi = makeModelFolder(join(root, 'phi-4'), config('microsoft/phi-4'))
  const keysWith = async (model?: readonly string[]): Promise<string[]> => {
    const flags = { context: 8192, sessions: 1, card: ['h100-sxm'], json: true, ...(model ? { model } : {}) }
    const { out } = await captured((io) => showFit([], flags, io))
    return JSON.parse(out).models.map((fit: { model: string }) => fit.model)
  }
  expect(await keysWith()).toEqual(expect.arrayContaining(['my-oss', 'qwen3-8b']))
  expect(await keysWith([phi, 'my-oss'])).toEqual([phi, 'my-oss'])
})

test('list shows every key in its order, with the weights, and marks those of the user', async () => {
  const { out } = await captured((io) => list({}, io))
  expect(out).toMatch(/gpt-oss-120b +│ gpt-oss 120B MXFP4 +│ +65\.2/)
  expect(out).toMatch(/my-oss +│ .*, yours/)
  const keys = [...out.matchAll(/^(\S+) +│ .* │ +[\d.,]+$/gm)].map(([, key]) => key!)
  expect(keys.length).toBeGreaterThan(80)
  expect(keys).toEqual(keys.toSorted())
})

test('a scenario may name the folder of a model: it is predicted and served', async () => {
  const file = scenarioOf(gptOss)
  const { out } = await captured((io) => predict([file], { card: 'h100-sxm', json: true }, io))
  expect(JSON.parse(out).predictions[0].limit.value).toBeGreaterThan(0)
  const flags = { card: 'h100-sxm', print: true, port: 8000, tag: 'latest', timeoutMinutes: 1 }
  const served = await captured((io) => serve(file, flags, io, new AbortController().signal))
  const name = basename(gptOss)
  expect(served.out).toContain(`-v ${gptOss}:/models/${name}:ro`)
  expect(served.out).toContain(`--model /models/${name}`)
})

test.each([
  ['a key that is no name', () => add(gptOss, { key: '../up' }, io), /--key \.\.\/up: expected letters, digits/],
  ['a key of the catalogue', () => add(gptOss, { key: 'qwen3-8b' }, io), /is a key of the bundled catalogue/],
  ['a folder without a model', () => describe(join(root, 'config'), { context: 1 }, io), /no config\.json/],
  [
    'a model that is nowhere',
    () => predict([scenarioOf('org/none')], { card: 'h100-sxm' }, io),
    /scenario\.yaml:4: model: no model "org\/none".*the environment forbids the hub/,
  ],
  ['a mistyped key', () => predict([scenarioOf('qwen3-8c')], { card: 'h100-sxm' }, io), /did you mean "qwen3-8b"\?/],
  [
    'layers that are not known',
    () => predict([scenarioOf(unknown)], { card: 'h100-sxm' }, io),
    /the architecture nova9 is not known/,
  ],
])('%s is one line', async (_, action, text) => {
  await expect(action()).rejects.toThrow(text)
})
const io = {
  stdout: () => undefined,
  stderr: { write: () => true },
  env,
  columns: null,
  color: false,
} as unknown as CommandIo
