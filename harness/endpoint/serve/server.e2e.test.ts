import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import { scenarioSchema } from '../../scenario/schema.ts'
import { CONTAINER_ID, type FakeDocker, type FakeStart, fakeDocker, IMAGE_HEX } from '../../testing/fake-docker.ts'
import { freePort } from '../../testing/free-ports.ts'
import { hurried } from '../../testing/hurried-clock.ts'
import { ownerText, removeOfOwner } from './container.ts'
import { launchPlan } from './launch-plan.ts'
import type { ServePlan } from './plan.ts'
import { StartError, startServer } from './server.ts'

const scenario = scenarioSchema.parse({
  name: 'x',
  title: 'x',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 4 },
  prompt: { tokens: 64 },
  output: { tokens: 32 },
})

async function begin(
  start: FakeStart,
  over: { signal?: AbortSignal; timeoutMs?: number; env?: NodeJS.ProcessEnv; clock?: Clock } = {},
  before: (docker: FakeDocker, name: string) => void = () => undefined,
) {
  const docker = fakeDocker(start)
  const options = { port: await freePort(), gpus: [], tag: 'latest', cacheDir: '/c' }
  const plan = launchPlan(scenario, 'rtx-4090', options) as ServePlan
  before(docker, plan.containerName)
  const lines: string[] = []
  const started = startServer(plan, {
    clock: over.clock ?? hurried,
    env: over.env ?? docker.env,
    timeoutMs: over.timeoutMs ?? 600_000,
    signal: over.signal ?? new AbortController().signal,
    onLine: (line) => lines.push(line),
  })
  return { docker, plan, lines, started }
}

test('is started with its arguments one by one, is ready when it answers, and its container is gone after stop', async () => {
  // once it is ready no time passes: a second removal is sent only where the first one ended nothing
  let isReady = false
  const sleep: Clock['sleep'] = (ms, signal) => (isReady ? new Promise<void>(() => {}) : hurried.sleep(ms, signal))
  const start = { log: 'GPU KV cache size: 1,024 tokens\n', exitCode: null }
  const { docker, plan, lines, started } = await begin(start, { clock: { ...hurried, sleep } })
  const server = await started
  isReady = true
  expect(server).toMatchObject({ url: `http://127.0.0.1:${plan.port}`, facts: { kvTokens: 1024 } })
  expect(lines).toEqual(['GPU KV cache size: 1,024 tokens'])
  expect(docker.isUp()).toBe(true)
  await Promise.all([server.stop(), server.stop()])
  expect(docker.isUp()).toBe(false)
  const label = `joulemark.owner=${ownerText()}`
  const [first, ...all] = docker.calls()
  const run = all.find(([word]) => word === 'run')
  const others = all.filter(([word, second]) => word !== 'run' && second !== 'inspect')
  expect(first?.slice(0, 2)).toEqual(['container', 'inspect'])
  // its engine says why it ended as long as it is there
  expect(run).toEqual(['run', '--label', label, ...plan.argv.slice(2)])
  expect(plan.argv[1]).toBe('--rm')
  const ours = ['ps', '--all', '--quiet', '--filter', `name=^${plan.containerName}$`, '--filter', `label=${label}`]
  expect(others).toEqual([ours, ['rm', '--force', CONTAINER_ID], ours])
})

test('the record of a start names its image, its engine and its phases, and no value that was handed through', async () => {
  const log = [
    'INFO 02-16 14:52:30 [api_server.py:1272] vLLM API server version 0.15.1',
    '(EngineCore_DP0 pid=1) INFO 02-16 14:52:40 [gpu_model_runner.py:4021] Starting to load model a/b...',
    'the key is hunter2-of-the-night',
    '(EngineCore_DP0 pid=1) INFO 02-16 14:53:31 [gpu_model_runner.py:5063] Graph capturing finished in 5 secs, took 0.55 GiB',
    'INFO:     Application startup complete.',
  ].join('\n')
  const digest = `sha256:${'c'.repeat(64)}`
  const phases: string[] = []
  const docker = fakeDocker({ log: `${log}\n`, exitCode: null, digest })
  const options = { port: await freePort(), gpus: [], tag: 'x', cacheDir: '/c', dockerArgs: ['--env', 'MY_WORD'] }
  const plan = launchPlan(scenario, 'rtx-4090', options) as ServePlan
  const lines: string[] = []
  const server = await startServer(plan, {
    clock: hurried,
    env: { ...docker.env, MY_WORD: 'hunter2-of-the-night' },
    timeoutMs: 600_000,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    onPhase: ({ phase }) => phases.push(phase),
  })
  await server.stop()
  expect(server.record).toMatchObject({
    engine: 'docker',
    engineArgs: ['--env', 'MY_WORD'],
    image: { id: `sha256:${IMAGE_HEX}`, digest },
  })
  expect(server.record?.command).toEqual(plan.serverCommand)
  expect(server.record?.phases.map(({ phase }) => phase)).toEqual(['boot', 'load', 'warm-up'])
  expect([...new Set(phases)]).toEqual(expect.arrayContaining(['load', 'warm-up', 'ready']))
  expect(lines.join('\n')).toContain('the key is [secret]')
})

test('out of memory is named, and the container removed', async () => {
  const log = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n'
  const { docker, started } = await begin({ log, exitCode: 1 })
  const error = await started.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StartError)
  expect(error).toMatchObject({ code: 'environment', failure: { cause: 'out-of-memory' } })
  expect(docker.calls().at(-1)).toEqual(['rm', '--force', CONTAINER_ID])
  expect(docker.isUp()).toBe(false)
})

test.each([
  ['137', false, 'exit code 137: it was killed (SIGKILL), perhaps by the kernel for lack of host memory: see dmesg'],
  ['1', true, 'exit code 1: the kernel killed it for lack of host memory (OOMKilled)'],
  ['1', false, 'exit code 1'],
])(
  'a server that ends under load with %s says how (OOMKilled %s), and its container is removed',
  async (code, oomKilled, how) => {
    const { docker, started } = await begin({ log: '', exitCode: null, oomKilled })
    const server = await started
    await fetch(`${server.url}/end/${code}`).catch(() => undefined)
    expect(await server.ended).toBe(how)
    await server.stop()
    expect(docker.isUp()).toBe(false)
  },
)

test('one whose container somebody removed says that', async () => {
  const { docker, plan, started } = await begin({ log: '', exitCode: null })
  const server = await started
  spawn('docker', ['rm', '--force', plan.containerName], { stdio: 'ignore', env: docker.env })
  expect(await server.ended).toBe('docker ended with SIGKILL; its engine does not know it any more')
  await server.stop()
})

test('a start that the kernel ended for lack of memory is named', async () => {
  const { docker, started } = await begin({
    log: 'Loading safetensors checkpoint shards\n',
    exitCode: 1,
    oomKilled: true,
  })
  await expect(started).rejects.toMatchObject({ failure: { cause: 'host-memory', line: /OOMKilled/ } })
  expect(docker.isUp()).toBe(false)
})

test('a start that never ends is ended, and the container removed', async () => {
  const { docker, started } = await begin(
    { log: 'Loading weights\n', exitCode: null, hangs: true },
    { timeoutMs: 60_000 },
  )
  await expect(started).rejects.toThrow(
    /no sign of life for 1 minutes \(.*\) in phase load; its last line: Loading weights/,
  )
  expect(docker.isUp()).toBe(false)
})

test('an interrupt while it starts removes the container', async () => {
  const stop = new AbortController()
  const { docker, started } = await begin({ log: '', exitCode: null, hangs: true }, { signal: stop.signal })
  stop.abort()
  await expect(started).rejects.toThrow(/interrupted/)
  expect(docker.isUp()).toBe(false)
})

test('a container that comes to be after its first removal is removed as well', async () => {
  const stop = new AbortController()
  const start = { log: '', exitCode: null, hangs: true, madeAfterCalls: 3 }
  const { docker, started } = await begin(start, { signal: stop.signal })
  // a client that is ended before it can ignore that makes no container
  await expect.poll(() => docker.calls().some(([word]) => word === 'run')).toBe(true)
  stop.abort()
  await expect(started).rejects.toThrow(/interrupted/)
  expect(docker.isUp()).toBe(false)
  expect(docker.calls()).toContainEqual(['rm', '--force', CONTAINER_ID])
})

test('no docker at all', async () => {
  const { started } = await begin({ log: '', exitCode: 0 }, { env: { PATH: '/nowhere' } })
  await expect(started).rejects.toMatchObject({ failure: { cause: 'no-docker' } })
})

/** The label of a joulemark of this machine with this process id. */
const ownerWith = (pid: number): string => {
  const owner = JSON.parse(ownerText())
  return JSON.stringify({ ...owner, process: { ...owner.process, pid, startTicks: 1 } })
}

test.each([
  ['of a joulemark that still runs', () => ownerText(), /is up, and its process \d+ runs; choose another --port, or/],
  ['that somebody started by hand', () => '', /is up, and not started by this version of joulemark; choose/],
  [
    'of another machine',
    () => ownerText().replaceAll(/"(bootId|hostname)":"[^"]*"/g, '"$1":"other"'),
    /may run on other/,
  ],
])('a container %s is not removed', async (_, owner, words) => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' })
  const { docker, started } = await begin({ log: '', exitCode: null }, {}, (fake, name) =>
    fake.leave(name, owner(), other.pid ?? 0),
  )
  await expect(started).rejects.toThrow(words)
  expect([docker.isUp(), docker.calls().length, other.exitCode, other.signalCode]).toEqual([true, 1, null, null])
  other.kill('SIGKILL')
})

test('a container whose joulemark is gone is removed', async () => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' })
  const ended = once(other, 'exit')
  const { docker, plan, started } = await begin({ log: '', exitCode: null }, {}, (fake, name) =>
    // no process of a machine has the id of its first one and started as late
    fake.leave(name, ownerWith(1), other.pid ?? 0),
  )
  const server = await started
  await ended
  expect(docker.calls()[1]).toEqual(['rm', '--force', plan.containerName])
  await server.stop()
  expect(docker.isUp()).toBe(false)
})

test('what removes the container of a joulemark that was killed leaves the one that was started since', async () => {
  const { docker, started } = await begin({ log: '', exitCode: null })
  const server = await started
  const guard = async (owner: string) => {
    const script = removeOfOwner.replace('0 10', '0')
    const shell = spawn('/bin/sh', ['-c', script, 'guard', '', owner, 'docker'], { stdio: 'ignore', env: docker.env })
    await once(shell, 'exit')
  }
  await guard(ownerWith(1))
  expect(docker.isUp()).toBe(true)
  await guard(ownerText())
  expect(docker.isUp()).toBe(false)
  await server.stop()
})
