import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { launchPlan } from '../endpoint/serve/launch-plan.ts'
import { startServer } from '../endpoint/serve/server.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import { scenarioFileSchema } from '../scenario/schema.ts'
import { launchSimulator } from '../simulator/launch.ts'
import { fakeDocker } from '../testing/fake-docker.ts'
import { freePort } from '../testing/free-ports.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { runOnce } from './run.ts'

/** Every kind that a server serves, from its plan to its record: a fake engine passes requests on to the simulator. */
const folder = mkdtempSync(join(tmpdir(), 'kinds-served-'))

test.each([
  {
    kind: 'image',
    model: 'sdxl',
    runtime: 'image',
    figure: 'secondsPerImage',
    load: { image: { steps: 2, guidance: 5 }, load: { shape: 'closed', concurrency: 1 } },
    words: ['--omni', 'stabilityai/stable-diffusion-xl-base-1.0'],
  },
  {
    kind: 'embeddings',
    model: 'qwen3-embedding-0.6b',
    runtime: 'pooling',
    figure: 'textsPerS',
    load: { texts: { tokens: 64, perRequest: 4 }, load: { shape: 'closed', concurrency: 2 } },
    words: ['--runner', 'pooling', 'Qwen/Qwen3-Embedding-0.6B'],
  },
  {
    kind: 'embeddings',
    model: 'bge-reranker-v2-m3',
    runtime: 'pooling',
    figure: 'textsPerS',
    load: { api: 'rerank', texts: { tokens: 64, perRequest: 4 }, load: { shape: 'closed', concurrency: 2 } },
    words: ['--runner', 'pooling', 'BAAI/bge-reranker-v2-m3'],
  },
])('$kind with $model is started, measured and stopped', async ({ kind, model, runtime, figure, load, words }) => {
  const file = scenarioFileSchema.parse({
    name: `served-${model}`,
    title: 'Served',
    kind,
    model,
    ...load,
    trial: { seconds: 5, warmupSeconds: 0.2, quietSeconds: 0.8, minWindowSeconds: 0.3 },
  }) as PlainScenarioFile
  const simulator = await launchSimulator({ card: 'h100-sxm', model })
  const docker = fakeDocker({ log: 'ready\n', exitCode: null, serves: Number(new URL(simulator.url).port) })
  const options = { port: await freePort(), gpus: ['GPU-a'], tag: 'v1', cacheDir: '/cache' }
  const plan = launchPlan(resolveScenario(file, []), 'h100-sxm', options)
  if (plan.kind !== 'server') throw new Error('not a server')
  expect(plan).toMatchObject({ runtime, refusal: null })
  try {
    const server = await startServer(plan, {
      clock: systemClock,
      env: docker.env,
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      onLine: () => undefined,
    })
    const { record } = await runOnce(file, oneTrialOptions({ endpoint: server.url, outDir: folder }))
    await server.stop()
    expect(record).toMatchObject({ status: 'complete', source: 'simulated' })
    expect(record.result[figure]).toMatchObject({ mean: expect.any(Number) })
    expect(docker.isUp()).toBe(false)
    expect(docker.calls().find(([word]) => word === 'run')).toEqual(expect.arrayContaining(words))
  } finally {
    await simulator.stop()
  }
})
