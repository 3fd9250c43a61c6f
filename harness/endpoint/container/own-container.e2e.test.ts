import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeModel } from '../../catalogue/checkpoint/describe-model.ts'
import { type DockerEngine, startDockerEngine, whyNoEngine } from '../../testing/docker-engine.ts'
import { fakeDocker } from '../../testing/fake-docker.ts'
import { makeModelFolder, safetensorsStart } from '../../testing/model-folder.ts'
import { publishedConfigs } from '../../testing/published-configs.ts'
import { parseAddress } from '../address.ts'
import { filesOfContainer } from './own-container.ts'

/** A model that only the container of its server has: by a `docker` that is imitated, and on a real engine where one starts. */
const root = mkdtempSync(join(tmpdir(), 'own-container-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const qwen = publishedConfigs.find(({ name }) => name.startsWith('Qwen/Qwen3-30B-A3B'))!
makeModelFolder(join(root, 'models', 'my bot'), qwen.config)
makeModelFolder(
  join(root, 'models', 'nova'),
  { model_type: 'nova9', vocab_size: 100 },
  { 'model.safetensors': safetensorsStart({ 'model.block.weight': ['BF16', [64, 64]] }) },
)
const options = { env: {}, network: false, today: '2026-11-26' }
const local = (port: number) => parseAddress(`http://127.0.0.1:${port}`)

async function expectModels(port: number, env: NodeJS.ProcessEnv, id: RegExp): Promise<void> {
  const files = await filesOfContainer(local(port), env)
  if (files === null) throw new Error('no container was found')
  expect(files.where).toMatch(id)
  const bot = await describeModel('/models/my bot', { ...options, files })
  expect(bot).toMatchObject({ kind: 'text', totalParams: qwen.params })
  expect(bot.sources[0]?.source).toMatch(id)
  expect(await describeModel('/models/nova', { ...options, files })).toMatchObject({ checkpointBytes: 2 * 64 * 64 })
  await expect(describeModel('/models/other', { ...options, files })).rejects.toThrow('no such folder')
}

describe('a docker that is imitated', () => {
  const docker = fakeDocker({ log: '', exitCode: null, files: root })
  docker.leave('somebody-elses', '{}', process.pid, 8123)

  test('the container that publishes the port is read', async () => {
    await expectModels(8123, docker.env, /in the container c0ffee$/)
  })

  test('another port, another machine and no docker have none', async () => {
    expect(await filesOfContainer(local(8124), docker.env)).toBeNull()
    expect(await filesOfContainer(parseAddress('http://gpu7:8123'), docker.env)).toBeNull()
    expect(await filesOfContainer(local(8123), { PATH: root })).toBeNull()
  })
})

const why = whyNoEngine()
describe.skipIf(why !== null)(`a real engine${why === null ? '' : `, which is not there: ${why}`}`, () => {
  let engine: DockerEngine
  beforeAll(async () => {
    engine = await startDockerEngine()
  }, 120_000)
  afterAll(async () => engine?.stop(), 60_000)

  test('the container that publishes the port is read with the programs of its image', async () => {
    const image = join(root, 'image')
    for (const program of ['ls', 'stat', 'head', 'printenv', 'sleep']) copyProgram(program, image)
    const run = (input: Buffer | null, ...args: readonly string[]): string =>
      execFileSync('docker', [...args], { env: engine.env, input: input ?? '', encoding: 'utf8', maxBuffer: 2 ** 30 })
    execFileSync('cp', ['-r', join(root, 'models'), image])
    const tar = execFileSync('tar', ['-C', image, '-c', '.'], { maxBuffer: 2 ** 30 })
    run(tar, 'import', '--change', 'CMD ["/usr/bin/sleep", "600"]', '--change', 'ENV PATH=/usr/bin', '-', 'own:1')
    const id = run(null, 'run', '--detach', '-p', '127.0.0.1::8000', 'own:1').trim()
    const port = Number(/:(\d+)/.exec(run(null, 'port', id, '8000'))?.[1])
    await expectModels(port, engine.env, new RegExp(`in the container ${id.slice(0, 12)}$`))
    run(null, 'rm', '--force', id)
  })
})

/** A program of this machine with its libraries, below `/usr/bin` of an image. */
function copyProgram(name: string, image: string): void {
  const path = execFileSync('which', [name], { encoding: 'utf8' }).trim()
  const libraries = [...execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, file = '']) => file,
  )
  for (const [from, to] of [[path, `/usr/bin/${name}`], ...libraries.map((file) => [file, file])] as const) {
    mkdirSync(join(image, dirname(to)), { recursive: true })
    copyFileSync(from, join(image, to))
  }
}
