import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { offlineBy } from '../../endpoint/serve/engine/offline.ts'
import { launchPlan } from '../../endpoint/serve/launch-plan.ts'
import { scenarioSchema } from '../../scenario/schema.ts'
import { type FakeStart, fakeDocker } from '../../testing/fake-docker.ts'
import { hurried } from '../../testing/hurried-clock.ts'
import { engineSocket, mayHaveLogin } from './engine-socket.ts'
import { prefetchItems } from './items.ts'
import { type PrefetchEnd, prefetch } from './prefetch.ts'

const scenario = scenarioSchema.parse({
  name: 'x',
  title: 'x',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 4 },
  prompt: { tokens: 64 },
  output: { tokens: 32 },
})
const REPOSITORY = 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** An engine behind a socket, which answers a pull with these words. */
async function socketOf(answer: (response: ServerResponse, url: string) => void): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'engine-')), 'docker.sock')
  const server = createServer((request, response) => answer(response, request.url ?? '')).listen(path)
  servers.push(server)
  await once(server, 'listening')
  return path
}

interface Given {
  readonly start?: Partial<FakeStart>
  readonly socket?: string
  readonly offline?: boolean
  /** Variables of the shell. */
  readonly shell?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

async function fetched({ start = {}, socket, offline = false, shell = {}, timeoutMs = 600_000, signal }: Given) {
  const docker = fakeDocker({ log: '', exitCode: null, ...start })
  const cacheDir = mkdtempSync(join(tmpdir(), 'hf-'))
  const launch = launchPlan(scenario, 'rtx-4090', { port: 8123, gpus: [], tag: 'v1', cacheDir, offline })
  const server = { id: 'a', cards: [], launch, startMinutes: 1 }
  const downloads = [{ what: launch.model, repository: REPOSITORY, bytes: 9e9 }]
  const stages = [{ start: { number: 1, of: 1 }, servers: [server, { ...server, id: 'b' }], parts: [] }]
  const items = prefetchItems({ cards: [], stages, leftOut: [], downloads })
  expect(items.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'image vllm/vllm-openai:v1',
    `weights ${REPOSITORY}`,
  ])
  const ends: [string, PrefetchEnd, string][] = []
  const bytes: number[] = []
  const blocks = await prefetch(items, {
    env: { ...docker.env, HOME: cacheDir, ...(socket === undefined ? {} : { DOCKER_HOST: `unix://${socket}` }) },
    clock: hurried,
    timeoutMs,
    signal: signal ?? new AbortController().signal,
    offline: offlineBy(offline, shell),
    onProgress: ({ state }) => bytes.push(state.bytes),
    onEnd: ({ item }, end, words) => ends.push([item.kind, end, words]),
  })
  return {
    docker,
    ends,
    bytes,
    reasons: blocks.map(({ reason }) => reason),
    hits: blocks.map(({ hits }) => hits(server)),
  }
}

const events = (...each: object[]) => each.map((event) => `${JSON.stringify(event)}\r\n`).join('')

test('the image is pulled by the socket of the engine, with its bytes; then the weights, with theirs', async () => {
  const urls: string[] = []
  const socket = await socketOf(async (response, url) => {
    urls.push(url)
    response.write(events({ status: 'Pulling fs layer', id: 'aaa' }))
    for (const current of [100e6, 200e6, 300e6]) {
      response.write(events({ status: 'Downloading', progressDetail: { current, total: 300e6 }, id: 'aaa' }))
      await delay(40)
    }
    response.end(events({ status: 'Pull complete', id: 'aaa' }))
  })
  const lines = [
    { joulemarkFetch: 1, files: 9, totalBytes: 9e9, bytes: 1e9 },
    { joulemarkFetch: 1, done: true, bytes: 9e9, revision: 'c0ffee' },
  ]
  const start = { withoutImages: true, fetch: lines.map((line) => `${JSON.stringify(line)}\n`).join('') }
  const { ends, bytes, docker, reasons } = await fetched({ start, socket })
  expect(reasons).toEqual([])
  expect(ends).toEqual([
    ['image', 'fetched', 'pulled'],
    ['weights', 'fetched', 'downloaded'],
  ])
  expect(urls).toEqual(['/images/create?fromImage=vllm%2Fvllm-openai&tag=v1'])
  expect(Math.max(...bytes)).toBe(9e9)
  const run = docker.calls().find(([word]) => word === 'run') ?? []
  expect(run.slice(-3)).toEqual(['vllm/vllm-openai:v1', '-', REPOSITORY])
  expect(run).not.toContain('--gpus')
  expect(docker.program()).toContain('snapshot_download')
})

test('what is here is not downloaded again, and without a network only what is here counts', async () => {
  expect((await fetched({})).ends.map(([, end]) => end)).toEqual(['here', 'fetched'])
  const offline = await fetched({ offline: true })
  expect(offline.ends).toEqual([
    ['image', 'here', 'on this machine'],
    ['weights', 'failed', expect.stringMatching(/not in the cache, and nothing may be downloaded/)],
  ])
  expect(offline.docker.calls().some(([word]) => word === 'run' || word === 'pull')).toBe(false)
  const forbidden = await fetched({ shell: { TRANSFORMERS_OFFLINE: '1' } })
  expect(forbidden.reasons).toEqual([expect.stringMatching(/may be downloaded \(TRANSFORMERS_OFFLINE is set\)/)])
  const without = await fetched({ offline: true, start: { withoutImages: true } })
  // without its image the weights are of no use
  expect([without.ends.length, without.reasons]).toEqual([1, [expect.stringMatching(/No such image: vllm.*--offline/)]])
})

test.each([
  ['GatedRepoError: 401 Client Error. Cannot access gated repo', /no-access.*GatedRepoError/],
  ['OSError: [Errno 28] No space left on device', /disk-full/],
  ['RepositoryNotFoundError: 404 Client Error', /no-such-model/],
  ['LocalEntryNotFoundError: cannot find the files', /no-hub/],
])('weights that fail with %s are a reason to leave out what requires them', async (error, reason) => {
  const { reasons, hits, ends } = await fetched({
    start: { fetch: `${JSON.stringify({ joulemarkFetch: 1, error })}\n` },
  })
  expect(reasons).toEqual([expect.stringMatching(reason)])
  expect([hits, ends.at(-1)?.[1]]).toEqual([[true], 'failed'])
})

test.each([
  "ModuleNotFoundError: No module named 'huggingface_hub'",
  'exec: "python3": executable file not found in $PATH: unknown',
])('an image that cannot download leaves it to its start: %s', async (error) => {
  const { reasons, ends } = await fetched({ start: { fetch: `${JSON.stringify({ joulemarkFetch: 1, error })}\n` } })
  expect([reasons, ends.at(-1)?.[1]]).toEqual([[], 'left'])
})

test('the errors of the engine are named as those of a start', async () => {
  const refused = await fetched({ start: { withoutImages: true } })
  expect(refused.reasons).toEqual([expect.stringMatching(/not downloaded \(no-registry\): .*registry-1\.docker\.io/)])
  const full = await socketOf((response) =>
    response.end(events({ errorDetail: { message: 'write /var/lib/docker/tmp/x: no space left on device' } })),
  )
  expect((await fetched({ start: { withoutImages: true }, socket: full })).reasons).toEqual([
    expect.stringMatching(/\(disk-full\)/),
  ])
  const absent = await socketOf((response) => {
    response.statusCode = 404
    // the engine ends its error with a newline
    response.end(`${JSON.stringify({ message: 'manifest for vllm/vllm-openai:v1 not found: manifest unknown' })}\n`)
  })
  expect((await fetched({ start: { withoutImages: true }, socket: absent })).reasons).toEqual([
    expect.stringMatching(/\(no-image\)/),
  ])
})

test('by the command line of the engine, layers are counted', async () => {
  const pulls = 'v1: Pulling from vllm/vllm-openai\naaaaaaaaaaaa: Pulling fs layer\naaaaaaaaaaaa: Pull complete\n'
  const { ends } = await fetched({ start: { withoutImages: true, pulls } })
  expect(ends[0]).toEqual(['image', 'fetched', 'pulled'])
})

test('a download on which nothing arrives is given up, and its connection or container ended', async () => {
  let isClosed = false
  const socket = await socketOf((response) => {
    response.write(events({ status: 'Pulling fs layer', id: 'aaa' }))
    response.on('close', () => {
      isClosed = true
    })
  })
  const stuck = await fetched({ start: { withoutImages: true }, socket, timeoutMs: 60_000 })
  expect(stuck.reasons).toEqual([expect.stringMatching(/nothing has arrived for 1 minutes/)])
  await expect.poll(() => isClosed).toBe(true)
  const hangs = await fetched({ start: { fetchHangs: true }, timeoutMs: 60_000 })
  expect(hangs.reasons).toEqual([expect.stringMatching(/weights of .* nothing has arrived/)])
  expect(hangs.docker.isUp()).toBe(false)
})

test('an interrupt ends a download, and is no reason against what requires it', async () => {
  const stop = new AbortController()
  const running = fetched({ start: { fetchHangs: true }, signal: stop.signal })
  setTimeout(() => stop.abort(), 300)
  const { reasons, docker, ends } = await running
  expect([reasons, ends.length, docker.isUp()]).toEqual([[], 1, false])
})

test('the socket is that of the engine in use, and a login leaves the pull to docker', async () => {
  const { env } = fakeDocker({ log: '', exitCode: null })
  const at = (more: NodeJS.ProcessEnv) => ({ engine: 'docker' as const, env: { ...env, ...more } })
  expect(await engineSocket(at({ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }))).toBe(
    '/run/user/1000/docker.sock',
  )
  expect(await engineSocket(at({ DOCKER_HOST: 'tcp://1.2.3.4:2375' }))).toBe(null)
  expect(await engineSocket(at({}))).toBe(null)
  expect(await engineSocket({ engine: 'podman', env })).toBe(null)
  expect(await mayHaveLogin('a/b', { DOCKER_CONFIG: '/nowhere' })).toBe(false)
})
