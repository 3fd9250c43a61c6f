import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCacheFolder, serveOptions, withHandedEnv } from './serve-options.ts'

const env = { PATH: '/usr/bin', HOME: '/home/me', HF_HOME: '/data/hf' }
const flags = (...dockerArg: string[]) => ({ port: 8000, dockerArg })

test('a value that was handed through is in the environment of the engine, and changes nothing of this machine', () => {
  const given = flags('--env=NCCL_DEBUG=INFO')
  const io = withHandedEnv(given, { env })
  expect(io.env).toEqual({ ...env, NCCL_DEBUG: 'INFO' })
  expect(serveOptions(given, io).cacheDir).toBe('/data/hf')
  for (const name of ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONFIG', 'HF_HOME', 'CONTAINER_HOST', 'OPENAI_API_KEY']) {
    expect(() => withHandedEnv(flags(`--env=${name}=x`), { env })).toThrow(`--docker-arg --env: ${name}`)
  }
})

test('the folder of the weights is made, and one that cannot be is left to the engine to name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-folder-'))
  const cacheDir = join(folder, '.cache', 'huggingface')
  await makeCacheFolder({ cacheDir })
  await makeCacheFolder({ cacheDir })
  expect(existsSync(cacheDir)).toBe(true)
  writeFileSync(join(folder, 'file'), '')
  await expect(makeCacheFolder({ cacheDir: join(folder, 'file', 'hf') })).resolves.toBeUndefined()
})
