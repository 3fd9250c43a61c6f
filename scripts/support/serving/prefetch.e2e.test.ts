import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchPlan } from '../../../harness/endpoint/serve/launch-plan.ts'
import { type Scenario, scenarioSchema } from '../../../harness/scenario/schema.ts'
import { type FakeStart, fakeDocker } from '../../../harness/testing/fake-docker.ts'
import type { Block, View } from '../view.ts'
import { prefetched } from './prefetch.ts'

const shared = { name: 'x', title: 'x', load: { shape: 'closed', concurrency: 1 } }
const scenarios = [
  { ...shared, kind: 'image', model: 'sdxl', image: { steps: 30, guidance: 5 } },
  { ...shared, kind: 'text', model: 'qwen3-4b', prompt: { tokens: 64 }, output: { tokens: 32 } },
].map((each) => scenarioSchema.parse(each))

/** Where downloads are shown, and what ends them. */
interface Ended {
  readonly stderr: View
  readonly signal: AbortSignal
}

const onNoTerminal = (): Ended => ({
  stderr: { isTTY: false, color: false, write: () => undefined },
  signal: new AbortController().signal,
})

/** A night with these scenarios after what it downloads beforehand. */
async function night(asked: readonly Scenario[], start: Partial<FakeStart>, ended: Ended = onNoTerminal()) {
  const docker = fakeDocker({ log: '', exitCode: null, ...start })
  const cacheDir = mkdtempSync(join(tmpdir(), 'hf-'))
  const options = { port: 8123, gpus: [], tag: 'v1', cacheDir }
  const servers = asked.map((scenario, index) => {
    const launch = launchPlan(scenario, 'rtx-4090', options)
    return { id: String(index), cards: [], launch, startMinutes: 1 }
  })
  const run = (scenario: Scenario) => ({
    name: scenario.name,
    file: scenario as never,
    scenario,
    sha256: 'x',
    minutes: 1,
  })
  const lanes = asked.map((scenario, index) => ({ server: String(index), runs: [run(scenario)] }))
  const stages = [{ start: { number: 1, of: 1 }, servers, parts: [{ kind: 'together' as const, lanes }] }]
  const io = {
    stdout: () => undefined,
    stderr: ended.stderr,
    env: { ...docker.env, HOME: cacheDir },
    columns: null,
    color: false,
  }
  const flags = { port: 8123, timeoutMinutes: 1 }
  const plan = { cards: [], stages, leftOut: [], downloads: [] }
  const { plan: ready, ends } = await prefetched(plan, flags, io, ended.signal)
  return { docker, ends, leftOut: ready.leftOut, servers: ready.stages.flatMap((stage) => stage.servers) }
}

/** Whether each server of a night asks the hub again, after the weights were fetched. */
async function asksHub(start: Partial<FakeStart>): Promise<boolean[]> {
  const { ends, servers } = await night(scenarios, start)
  expect(ends).toBeNull()
  return servers.map(({ launch }) => !launch.argv.includes('HF_HUB_OFFLINE=1'))
}

test('a server of images asks for its whole repository, so it is kept from the hub once its parts are here', async () => {
  expect(await asksHub({})).toEqual([false, true])
})

test('weights that are left to the start of their server are downloaded by it', async () => {
  const fetch = '{"joulemarkFetch":1,"error":"ModuleNotFoundError: No module named \'huggingface_hub\'"}\n'
  expect(await asksHub({ fetch })).toEqual([true, true])
})

test('the packages of trainings are installed before the night, without GPUs, and without them no training starts', async () => {
  const training = scenarioSchema.parse({
    name: 'qlora',
    title: 'QLoRA',
    kind: 'training',
    model: 'llama-3.1-8b-instruct',
    training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: true },
  })
  const well = await night([...scenarios, training], { command: ['true'] })
  expect([well.ends, well.servers.length]).toEqual([null, 3])
  const install = well.docker.calls().find((call) => call[0] === 'run' && call.at(-1) === 'true') ?? []
  expect(install).toEqual(expect.arrayContaining(['--entrypoint', '/bin/sh']))
  expect(install).not.toContain('--gpus')
  const failing = [
    '/bin/sh',
    '-c',
    'echo "pip: trouble" >&2; echo "the Python packages were not installed" >&2; exit 1',
  ]
  const failed = await night([...scenarios, training], { command: failing })
  expect(failed.servers.map(({ launch }) => launch.kind)).toEqual(['server', 'server'])
  expect(failed.leftOut).toEqual([
    expect.objectContaining({
      reason: expect.stringMatching(/packages of trainings were not installed: .*not installed/),
    }),
  ])
})

test('a terminal is given back after a download that was interrupted', async () => {
  const interrupt = new AbortController()
  const blocks: (Block | null)[] = []
  const place = (block: Block | null) => {
    blocks.push(block)
    interrupt.abort()
  }
  const terminal = { isTTY: true as const, columns: 80, rows: 24, write: () => undefined, place }
  const stderr = { isTTY: true, color: false, write: () => undefined, terminal }
  await night(scenarios.slice(1), { fetchHangs: true }, { stderr, signal: interrupt.signal })
  expect(blocks).toEqual([expect.anything(), null])
})
