import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Clock } from '../../clock.ts'
import { scenarioSchema } from '../../scenario/schema.ts'
import { type FakeStart, fakeDocker } from '../../testing/fake-docker.ts'
import { servePlan } from './plan.ts'
import { StartError, startServer } from './server.ts'

/** A second of polling takes 10 ms. */
const hurried: Clock = {
  nowMs: () => performance.now() * 100,
  wall: () => new Date(0),
  sleep: async (ms, signal) => {
    await delay(ms / 100, undefined, signal ? { signal } : {})
  },
}

const scenario = scenarioSchema.parse({
  name: 'x',
  title: 'x',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 4 },
  prompt: { tokens: 64 },
  output: { tokens: 32 },
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function begin(
  start: FakeStart,
  over: { signal?: AbortSignal; timeoutMs?: number; env?: NodeJS.ProcessEnv; clock?: Clock } = {},
) {
  const docker = fakeDocker(start)
  const plan = servePlan(scenario, 'rtx-4090', { port: await freePort(), gpus: [], tag: 'latest', cacheDir: '/c' })
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
  expect(docker.calls()).toEqual([
    ['rm', '--force', plan.containerName],
    plan.argv,
    ['rm', '--force', plan.containerName],
    ['rm', '--force', plan.containerName],
  ])
})

test('out of memory is named, and the container removed', async () => {
  const log = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n'
  const { docker, plan, started } = await begin({ log, exitCode: 1 })
  const error = await started.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StartError)
  expect(error).toMatchObject({ code: 'environment', failure: { cause: 'out-of-memory' } })
  expect(docker.calls().at(-1)).toEqual(['rm', '--force', plan.containerName])
})

test('a start that never ends is ended, and the container removed', async () => {
  const { docker, started } = await begin(
    { log: 'Loading weights\n', exitCode: null, hangs: true },
    { timeoutMs: 60_000 },
  )
  await expect(started).rejects.toThrow(/not ready after 1 minutes; its last line: Loading weights/)
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
  const { docker, plan, started } = await begin(start, { signal: stop.signal })
  stop.abort()
  await expect(started).rejects.toThrow(/interrupted/)
  expect(docker.isUp()).toBe(false)
  expect(docker.calls().at(-1)).toEqual(['rm', '--force', plan.containerName])
})

test('no docker at all', async () => {
  const { started } = await begin({ log: '', exitCode: 0 }, { env: { PATH: '/nowhere' } })
  await expect(started).rejects.toMatchObject({ failure: { cause: 'no-docker' } })
})
