import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../harness/catalogue/checkpoint/hub-cache.ts'
import { cacheBytes } from '../harness/endpoint/serve/start/cache-bytes.ts'
import { type HubFiles, hubFiles, REVISION } from '../harness/testing/hub-files.ts'

/** The program that downloads weights, with the real huggingface_hub and a hub on this machine. */
const python = process.env['HUB_PYTHON'] ?? 'python3'
const hasHub = spawnSync(python, ['-c', 'import huggingface_hub']).status === 0
if (!hasHub) console.warn('no huggingface_hub here (HUB_PYTHON=path): the download of weights is not run for real')
const script = fileURLToPath(new URL('./fetch-weights.py', import.meta.url))
const REPOSITORY = 'acme/model'

let hub: HubFiles | null = null
afterEach(() => {
  hub?.close()
  hub = null
})

interface Said {
  readonly bytes?: number
  readonly totalBytes?: number
  readonly files?: number
  readonly done?: boolean
  readonly error?: string
  readonly note?: string
}

function run(cache: string, url: string): Promise<{ readonly code: number; readonly said: Said[] }> {
  const env = { PATH: process.env['PATH'], HOME: cache, HF_HOME: cache, HF_ENDPOINT: url, HF_HUB_DISABLE_XET: '1' }
  return new Promise((resolve) => {
    execFile(python, [script, REPOSITORY], { env }, (error, stdout) => {
      const said = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Said)
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said })
    })
  })
}

const files = {
  'config.json': Buffer.from('{}'),
  'tokenizer.json': Buffer.alloc(1000, 't'),
  'model-00001-of-00002.safetensors': Buffer.alloc(3_000_000, 1),
  'model-00002-of-00002.safetensors': Buffer.alloc(2_000_000, 2),
  'model.safetensors.index.json': Buffer.from('{"weight_map":{}}'),
  'pytorch_model.bin': Buffer.alloc(5_000_000, 3),
  'original/consolidated.00.pth': Buffer.alloc(5_000_000, 4),
}
const needed = [
  'config.json',
  'tokenizer.json',
  'model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors',
  'model.safetensors.index.json',
]
const totalBytes = needed.reduce((sum, name) => sum + files[name as keyof typeof files].length, 0)

describe.skipIf(!hasHub)('weights are downloaded', () => {
  test('in one format, into the cache that a server reads, and once', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'hf-'))
    hub = await hubFiles(REPOSITORY, files)
    const first = await run(cache, hub.url)
    expect(first.code).toBe(0)
    expect(first.said[0]).toMatchObject({ files: 5, totalBytes, bytes: 0 })
    expect(first.said.at(-1)).toMatchObject({ done: true, bytes: totalBytes })
    expect(hub.downloads.toSorted()).toEqual(needed.map((name) => `${name} from 0`).toSorted())
    const folder = repositoryFolder(join(cache, 'hub'), REPOSITORY)
    expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe(REVISION)
    expect(readdirSync(join(folder, 'snapshots', REVISION)).toSorted()).toEqual(needed.toSorted())
    // what joulemark counts on this machine is what the program counted
    expect(await cacheBytes(cache, REPOSITORY)).toBe(totalBytes)
    const again = await run(cache, hub.url)
    expect(again.said[0]).toMatchObject({ bytes: totalBytes })
    expect(again.said.at(-1)).toMatchObject({ done: true })
    expect(hub.downloads).toHaveLength(5)
  })

  test('and go on where they were cut', { timeout: 60_000 }, async () => {
    const cache = mkdtempSync(join(tmpdir(), 'hf-'))
    hub = await hubFiles(REPOSITORY, {
      'config.json': files['config.json'],
      'model.safetensors': Buffer.alloc(40_000_000, 7),
    })
    hub.cutAfter(25_000_000)
    const { code, said } = await run(cache, hub.url)
    expect([code, said.at(-1)?.done]).toEqual([0, true])
    const resumed = hub.downloads
      .filter((line) => line.startsWith('model.safetensors'))
      .map((line) => Number(line.split(' ').at(-1)))
    expect(resumed[0]).toBe(0)
    expect(resumed.at(-1)).toBeGreaterThan(1_000_000)
    expect(
      existsSync(join(repositoryFolder(join(cache, 'hub'), REPOSITORY), 'snapshots', REVISION, 'model.safetensors')),
    ).toBe(true)
  })

  test('of a pipeline of images: its parts, not the file of all of them, and no half precision beside the full one', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'hf-'))
    const names = [
      'model_index.json',
      'flux1-dev.safetensors',
      'transformer/config.json',
      'transformer/diffusion_pytorch_model.safetensors',
      'transformer/diffusion_pytorch_model.fp16.safetensors',
      'vae/diffusion_pytorch_model.fp16.safetensors',
    ]
    hub = await hubFiles(REPOSITORY, Object.fromEntries(names.map((name) => [name, Buffer.from(name)])))
    await run(cache, hub.url)
    expect(hub.downloads.map((line) => line.split(' ')[0]).toSorted()).toEqual([
      'model_index.json',
      'transformer/config.json',
      'transformer/diffusion_pytorch_model.safetensors',
      'vae/diffusion_pytorch_model.fp16.safetensors',
    ])
  })

  test('or it is said why not, in the words that a failed start has', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'hf-'))
    hub = await hubFiles(REPOSITORY, files, { gated: true })
    const { code, said } = await run(cache, hub.url)
    expect(code).toBe(1)
    expect(said.at(-1)?.error).toMatch(/GatedRepoError/)
    const { said: unreached } = await run(cache, 'http://127.0.0.1:9')
    expect(unreached.at(-1)?.error).toMatch(/Connect|connect|Max retries/)
  })
})
