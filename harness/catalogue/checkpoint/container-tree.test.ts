import { describe, expect, test } from 'vitest'
import { safetensorsStart } from '../../testing/model-folder.ts'
import { publishedConfigs } from '../../testing/published-configs.ts'
import { containerTree } from './container-tree.ts'
import { describeModel } from './describe-model.ts'

const options = { env: {}, network: false, today: '2026-11-26' }
const config = publishedConfigs.find(({ name }) => name.startsWith('Qwen/Qwen3-30B-A3B'))!

/** A container with these files and variables: `ls`, `stat`, `head` and `printenv` as coreutils answer. */
function inside(files: Readonly<Record<string, string | Buffer>>, env = 'HOME=/root\nPATH=/usr/bin\n') {
  const calls: (readonly string[])[] = []
  const tree = containerTree('c0ffee', async (argv) => {
    calls.push(argv)
    const [program, ...words] = argv
    const path = words.at(-1) ?? ''
    const text = (what: string) => new TextEncoder().encode(what)
    if (program === 'printenv') return text(env)
    if (program === 'ls') {
      const names = Object.keys(files).filter((file) => file.startsWith(path))
      const parts = new Set(names.map((file) => file.slice(path.length).split('/')[0]))
      return parts.size === 0 ? null : text(`${[...parts].join('\n')}\n`)
    }
    const content = files[path]
    if (content === undefined) return null
    if (program === 'stat') return text(`${Buffer.from(content).length}\n`)
    return Buffer.from(content).subarray(0, Number(words[1]))
  })
  return { tree, calls }
}

describe('a model inside a container', () => {
  test('a folder is read with words, one program each, and the source names the container', async () => {
    const { tree, calls } = inside({ '/models/my bot/config.json': JSON.stringify(config.config) })
    const model = await describeModel('/models/my bot', { ...options, files: tree })
    expect(model).toMatchObject({ kind: 'text', totalParams: config.params })
    expect(model.sources[0]?.source).toBe('config.json of the folder my bot in the container c0ffee')
    expect(new Set(calls.map(([program]) => program))).toEqual(new Set(['ls', 'stat', 'head']))
    expect(calls.every((argv) => argv.at(-1)?.startsWith('/models/my bot'))).toBe(true)
  })

  test('a repository is found in the cache that its variables name', async () => {
    const snapshot = '/data/hf/hub/models--acme--bot/snapshots/abc'
    const files = {
      '/data/hf/hub/models--acme--bot/refs/main': 'abc\n',
      [`${snapshot}/config.json`]: JSON.stringify({ model_type: 'nova9', vocab_size: 100 }),
      [`${snapshot}/model.safetensors`]: safetensorsStart({ 'model.block.weight': ['BF16', [64, 64]] }),
    }
    const { tree } = inside(files, 'HF_HOME=/data/hf\n')
    expect(await describeModel('acme/bot', { ...options, files: tree })).toMatchObject({
      kind: 'partly-known',
      checkpointBytes: 2 * 64 * 64,
      sources: [{ source: 'huggingface.co acme/bot: config.json, from the cache in the container c0ffee' }],
    })
  })

  test.each([
    ['nothing of that name', {}, 'acme/bot', 'not in the cache of Hugging Face in the container c0ffee'],
    ['a file that grows without end', { '/m/config.json': 'x'.repeat(5 * 2 ** 20) }, '/m', 'bytes; expected at most'],
    ['a container without stat', { '/m/other': '' }, '/m', 'no config.json'],
  ])('%s is refused in one line', async (_, files, name, said) => {
    const { tree } = inside(files)
    await expect(describeModel(name, { ...options, files: tree })).rejects.toThrow(said)
  })
})
