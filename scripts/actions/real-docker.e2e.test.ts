import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pullImage } from '../../harness/box/prefetch/pull.ts'
import type { DownloadState } from '../../harness/box/prefetch/rate.ts'
import { systemClock } from '../../harness/clock.ts'
import { HOST_MEMORY } from '../../harness/endpoint/serve/engine/container-end.ts'
import { type DockerEngine, IMAGE_TAG, startDockerEngine, whyNoEngine } from '../../harness/testing/docker-engine.ts'
import { type FakeHub, startFakeHub } from '../../harness/testing/fake-hub.ts'
import { makeFakeNvidiaSmi } from '../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../harness/testing/fake-nvidia-smi-cards.ts'
import { freePort } from '../../harness/testing/free-ports.ts'
import { imageRegistry } from '../../harness/testing/image-registry.ts'
import { cliWords } from '../../harness/testing/run-cli.ts'
import type { ServingReport } from '../box/serving-report.ts'

/** `serve` and `box` on a real Docker engine, where one can be started: no container outlives its joulemark. */
const why = whyNoEngine()
const scenario = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'small.yaml')
writeFileSync(
  scenario,
  `name: small
title: A small load
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 2 }
prompt: { tokens: 64 }
output: { tokens: 32 }
trial: { seconds: 120, warmupSeconds: 0.4, quietSeconds: 0.8 }
`,
)

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly out: string
  readonly name: string
  text(): string
}

/** Whether the guard of a joulemark that was killed still runs. */
const guardOf = ({ pid }: ChildProcess): boolean =>
  readdirSync('/proc').some((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return words.includes('joulemark-guard') && words.includes(`"pid":${pid},`)
    } catch {
      return false
    }
  })

describe.skipIf(why !== null)(`on a Docker engine${why === null ? '' : `, which is not there: ${why}`}`, () => {
  let engine: DockerEngine
  let nvidiaSmi: string
  let hub: FakeHub
  beforeAll(async () => {
    const cards = await fakeBox('rtx-4090-idle-550')
    engine = await startDockerEngine(cards.gpus.map(({ values }) => String(values['uuid'])))
    nvidiaSmi = makeFakeNvidiaSmi(mkdtempSync(join(tmpdir(), 'smi-')), cards)
    hub = await startFakeHub()
  }, 120_000)
  afterAll(async () => {
    await hub?.stop()
    await engine?.stop()
  }, 60_000)

  function start(words: readonly string[], port: number, out = '', env = engine.env): Started {
    const child = spawn(process.execPath, cliWords(...words, '--port', String(port)), {
      env: { ...process.env, ...env, JOULEMARK_NVIDIA_SMI: nvidiaSmi, HF_ENDPOINT: hub.url, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
    }
    return { child, port, out, name: `joulemark-${port}`, text: () => text }
  }

  const serve = (port: number, tag = IMAGE_TAG) =>
    start(['serve', 'llama-3.1-8b-fp8-batch32', '--card', 'rtx-4090', '--tag', tag, '--cache', tmpdir()], port)

  function box(port: number, words: readonly string[] = []): Started {
    const out = mkdtempSync(join(tmpdir(), 'docker-box-'))
    const flags = ['--force', '--restarts', '1', '--tag', IMAGE_TAG, '--cache', tmpdir(), '--out', out, ...words]
    return start(['box', '--suite', scenario, ...flags], port, out)
  }

  // a busy machine takes minutes to the first request of a night
  const until = (what: () => unknown) => expect.poll(what, { timeout: 300_000 })
  const ready = ({ text, port }: Started) => until(text).toContain(`endpoint  http://127.0.0.1:${port}\n`)
  const gone = () => until(() => engine.containers()).toEqual([])
  const endOf = async ({ child }: Started): Promise<number | null> =>
    child.exitCode ?? ((await once(child, 'exit'))[0] as number | null)
  const kill = async (started: Started) => {
    started.child.kill('SIGKILL')
    await endOf(started)
  }

  test('serve is ready, and ends in good order', async () => {
    const server = serve(await freePort())
    await ready(server)
    expect(engine.containers()).toEqual([`${server.name} running`])
    server.child.kill('SIGHUP')
    expect(await endOf(server)).toBe(0)
    expect(engine.containers()).toEqual([])
  })

  test('kill -9 in the start and when it serves leaves no container, and takes none from the next start', async () => {
    const early = serve(await freePort())
    await until(() => engine.containers().length).toBe(1)
    await kill(early)
    await gone()
    const late = serve(await freePort())
    await ready(late)
    await kill(late)
    const next = serve(late.port)
    await ready(next)
    // the guard of the one that was killed removes once more, ten seconds later
    await until(() => guardOf(late.child)).toBe(false)
    expect(engine.containers()).toEqual([`${next.name} running`])
    const second = serve(late.port)
    expect(await endOf(second)).toBe(3)
    expect(second.text()).toContain(`container ${next.name} is up, and its process ${next.child.pid} runs`)
    next.child.kill('SIGTERM')
    expect(await endOf(next)).toBe(0)
    expect(engine.containers()).toEqual([])
  })

  test('what the engine refuses is named, and leaves nothing', async () => {
    const absent = serve(await freePort(), 'absent')
    expect(await endOf(absent)).toBe(3)
    expect(absent.text()).toMatch(/the server did not start \(no-(?:registry|image)\)/)
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const taken = serve((holder.address() as { port: number }).port)
    expect(await endOf(taken)).toBe(3)
    expect(taken.text()).toContain('the server did not start (port-taken)')
    holder.close()
    expect(engine.containers()).toEqual([])
  })

  /** The checks of `doctor --serving` by their id, and why nothing can be measured. */
  async function serving(env: NodeJS.ProcessEnv, tag = IMAGE_TAG) {
    const flags = ['--serving', '--suite', scenario, '--tag', tag, '--cache', tmpdir(), '--json']
    const doctor = start(['doctor', ...flags], await freePort(), '', env)
    await endOf(doctor)
    await until(doctor.text).toMatch(/\n\}\n$/)
    const json = doctor.text().slice(doctor.text().indexOf('{'))
    const { checks, ends } = (JSON.parse(json) as { serving: ServingReport }).serving
    return { ends, checkOf: (id: string) => checks.find((check) => check.id === id) }
  }

  test('before a night: the engine, its image, a container that sees the cards', async () => {
    const { checkOf, ends } = await serving(engine.env)
    expect(ends).toBeNull()
    expect(checkOf('container-engine')).toMatchObject({
      status: 'pass',
      read: expect.stringMatching(/^Docker \d+\.\d+/),
    })
    expect(checkOf('image')).toMatchObject({ status: 'pass', read: expect.stringContaining('is here') })
    expect(checkOf('gpu-container')).toMatchObject({
      status: 'pass',
      read: expect.stringMatching(/^1 GPU in a container/),
    })
    expect(engine.containers()).toEqual([])
  })

  test('before a night: no runtime of NVIDIA, no image and no registry, no permission', async () => {
    const withoutRuntime = await serving(engine.gpuEnv)
    expect(withoutRuntime.checkOf('gpu-container')).toMatchObject({
      status: 'fail',
      read: expect.stringMatching(/could not select device driver|failed to discover GPU vendor/),
      fix: expect.stringContaining('nvidia-container-toolkit'),
    })
    expect(withoutRuntime.ends).toContain('nvidia-ctk runtime configure --runtime=docker')
    const absent = await serving(engine.env, 'absent')
    expect(absent.checkOf('image')?.read).toMatch(/the registry was not reached|is in its registry|has no image/)
    const stranger = await serving(engine.strangerEnv)
    expect(stranger.checkOf('container-engine')).toMatchObject({
      status: 'fail',
      read: expect.stringContaining('permission denied'),
      fix: expect.stringContaining('usermod -aG docker'),
    })
    expect(engine.containers()).toEqual([])
  })

  test('box goes on without its terminal, and kill -9 in a trial leaves a record to close and no container', {
    timeout: 400_000,
  }, async () => {
    const night = box(await freePort())
    const runs = () => readdirSync(night.out).filter((name) => existsSync(join(night.out, name, 'requests.csv')))
    await until(() => runs().length).toBe(1)
    night.child.kill('SIGHUP')
    await until(night.text).toContain('the terminal is gone; this goes on')
    expect(engine.containers()).toEqual([`${night.name} running`])
    await kill(night)
    await gone()
    const record = JSON.parse(readFileSync(join(night.out, runs()[0]!, 'run.json'), 'utf8'))
    expect(record).toMatchObject({ status: 'running', source: 'simulated' })
  })

  /** A word for the engine that sets a variable of the container. */
  const variable = (text: string) => ['--docker-arg=-e', `--docker-arg=${text}`]
  const serveWith = (port: number, words: readonly string[]) =>
    start(
      ['serve', 'llama-3.1-8b-fp8-batch32', '--card', 'rtx-4090', '--tag', IMAGE_TAG, '--cache', tmpdir(), ...words],
      port,
    )

  test('what is handed through reaches the container, its value shows nowhere, and the start has phases', async () => {
    const secret = 'hunter2-of-the-night'
    const handed = [
      ...variable(`MY_TOKEN=${secret}`),
      '--docker-arg=--shm-size=64m',
      '--vllm-arg=--seed',
      '--vllm-arg=1',
    ]
    const server = serveWith(await freePort(), handed)
    await ready(server)
    const [inspected] = JSON.parse(engine.docker('container', 'inspect', server.name))
    expect(inspected.Config.Env).toContain(`MY_TOKEN=${secret}`)
    expect(inspected.HostConfig.ShmSize).toBe(64 * 2 ** 20)
    expect(inspected.Config.Cmd.slice(-2)).toEqual(['--seed', '1'])
    expect(server.text()).not.toContain(secret)
    for (const phase of ['starting the program', 'loading the weights', 'profiling and warming up', 'ready after']) {
      expect(server.text()).toContain(`llama-3.1-8b-instruct-fp8: ${phase}`)
    }
    server.child.kill('SIGTERM')
    expect(await endOf(server)).toBe(0)
  })

  test.for([
    ['dies', 'DIE_UNDER_LOAD=1', 'exit code 1'],
    ['takes more memory than it may', 'EAT_UNDER_LOAD=1', `exit code 137: ${HOST_MEMORY} (OOMKilled)`],
  ] as const)('a container that %s under load ends serve with what happened', async ([, text, how], { skip }) => {
    const limitsMemory = engine.docker('info', '--format', '{{.MemoryLimit}}').trim() === 'true'
    if (how.includes('memory') && !limitsMemory) skip('this engine limits no memory')
    const most = ['--docker-arg=--memory=400m', '--docker-arg=--memory-swap=400m']
    const server = serveWith(await freePort(), [...variable(text), ...most])
    await ready(server)
    const body = JSON.stringify({ model: 'x', prompt: [1], max_tokens: 1 })
    await fetch(`http://127.0.0.1:${server.port}/v1/completions`, { method: 'POST', body }).catch(() => undefined)
    expect(await endOf(server)).toBe(3)
    expect(server.text()).toContain(`the server ended (${how}); its last lines are above`)
    expect(engine.containers()).toEqual([])
  })

  test('kill -9 while weights are downloaded leaves no container', async () => {
    const night = box(await freePort(), variable('FETCH=hang'))
    await until(night.text).toMatch(/download 2 of 2, weights neuralmagic.*: \d+ MB of 1\.0 GB/)
    expect(engine.containers()).toEqual([`${night.name} running`])
    await kill(night)
    await gone()
  })

  test('a disk that is full while weights are downloaded is named, and nothing was measured', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'small-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', cache])
    try {
      const night = box(await freePort(), [...variable('FETCH=fill'), '--cache', cache])
      expect(await endOf(night)).toBe(3)
      expect(night.text()).toMatch(/weights of neuralmagic.* not downloaded \(disk-full\): .*No space left on device/)
      expect(engine.containers()).toEqual([])
    } finally {
      execFileSync('umount', [cache])
    }
  })

  test('an image is pulled from a registry with its bytes, and has its digest', async () => {
    const registry = await imageRegistry()
    try {
      const at = { engine: 'docker' as const, env: { ...process.env, ...engine.env } }
      const states: DownloadState[] = []
      const patience = {
        clock: systemClock,
        signal: new AbortController().signal,
        timeoutMs: 60_000,
        onState: (state: DownloadState) => states.push(state),
      }
      await pullImage({ image: registry.image, bytes: null }, at, patience)
      expect(states.at(-1)).toMatchObject({ bytes: registry.layerBytes, totalBytes: registry.layerBytes })
      const seen = states.map(({ bytes }) => bytes).filter((bytes) => bytes > 0 && bytes < registry.layerBytes)
      expect(seen.length).toBeGreaterThan(0)
      const digests = engine.docker('image', 'inspect', '--format', '{{json .RepoDigests}}', registry.image)
      expect(digests).toContain(registry.digest)
    } finally {
      registry.close()
    }
  })

  test('an engine that stops half way ends it with what happened', async () => {
    const server = serve(await freePort())
    await ready(server)
    await engine.end()
    expect(await endOf(server)).toBe(3)
    expect(server.text()).toMatch(/the server ended \(docker ended with .*\); its last lines are above/)
    const next = serve(await freePort())
    expect(await endOf(next)).toBe(3)
    expect(next.text()).toMatch(/the server did not start \(no-docker\): .*; sudo systemctl start docker/)
    const stopped = await serving(engine.env)
    expect(stopped.checkOf('container-engine')).toMatchObject({ status: 'fail', fix: 'sudo systemctl start docker' })
    expect(stopped.ends).toMatch(/Cannot connect to the Docker daemon|failed to connect to the docker API/)
  })
})
