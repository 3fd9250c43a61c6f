import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BoxPlan } from '../../../harness/box/plan/box-plan.ts'
import { launchPlan } from '../../../harness/endpoint/serve/launch-plan.ts'
import { scenarioSchema } from '../../../harness/scenario/schema.ts'
import { type FakeStart, fakeDocker } from '../../../harness/testing/fake-docker.ts'
import { prefetched } from './prefetch.ts'

const shared = { name: 'x', title: 'x', load: { shape: 'closed', concurrency: 1 } }
const scenarios = [
  { ...shared, kind: 'image', model: 'sdxl', image: { steps: 30, guidance: 5 } },
  { ...shared, kind: 'text', model: 'qwen3-4b', prompt: { tokens: 64 }, output: { tokens: 32 } },
].map((each) => scenarioSchema.parse(each))

/** Whether each server of a night asks the hub again, after the weights were fetched. */
async function asksHub(start: Partial<FakeStart>): Promise<boolean[]> {
  const docker = fakeDocker({ log: '', exitCode: null, ...start })
  const cacheDir = mkdtempSync(join(tmpdir(), 'hf-'))
  const options = { port: 8123, gpus: [], tag: 'v1', cacheDir }
  const launches = scenarios.map((scenario) => launchPlan(scenario, 'rtx-4090', options))
  const servers = launches.map((launch, index) => ({ id: String(index), cards: [], launch, startMinutes: 1 }))
  const stages = [{ start: { number: 1, of: 1 }, servers, parts: [] }]
  const plan: BoxPlan = { cards: [], stages, leftOut: [], downloads: [] }
  const io = {
    stdout: () => undefined,
    stderr: { isTTY: false, color: false, write: () => undefined },
    env: { ...docker.env, HOME: cacheDir },
    columns: null,
    color: false,
  }
  const flags = { port: 8123, timeoutMinutes: 1 }
  const { plan: ready, ends } = await prefetched(plan, flags, io, new AbortController().signal)
  expect(ends).toBeNull()
  return ready.stages.flatMap((stage) => stage.servers.map(({ launch }) => !launch.argv.includes('HF_HUB_OFFLINE=1')))
}

test('a server of images asks for its whole repository, so it is kept from the hub once its parts are here', async () => {
  expect(await asksHub({})).toEqual([false, true])
})

test('weights that are left to the start of their server are downloaded by it', async () => {
  const fetch = '{"joulemarkFetch":1,"error":"ModuleNotFoundError: No module named \'huggingface_hub\'"}\n'
  expect(await asksHub({ fetch })).toEqual([true, true])
})
