import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { catalogueNames, scenarioKeysFor } from '../../catalogue/find.ts'
import { owned, ownerText } from '../../endpoint/serve/container.ts'
import { launchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { ServePlan } from '../../endpoint/serve/plan.ts'
import { expandSweep } from '../../scenario/expand.ts'
import { loadScenarios } from '../../scenario/load-file.ts'
import { resolveScenario } from '../../scenario/resolve.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import { type FakeStart, fakeDocker } from '../../testing/fake-docker.ts'
import { readProbe } from './read-probe.ts'
import { runProbe } from './run-probe.ts'

const path = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))
const [file] = await loadScenarios([path('scenarios/memory-probe.yaml')], catalogueNames)
const [plain] = expandSweep(file as ScenarioFile)
const scenario = resolveScenario(plain!, scenarioKeysFor('h100-sxm'))
const options = { port: 8123, gpus: ['GPU-a'], tag: 'v1', cacheDir: '/c' }
const plan = launchPlan(scenario, 'h100-sxm', options) as ServePlan
const never = new AbortController().signal
const start = { log: '', exitCode: null } satisfies FakeStart

test('the program goes to the Python of the serving image, on the GPUs of the server', async () => {
  const probe = '{"joulemarkProbe": 1, "torch": "2.9.0", "cards": [], "pairs": []}\n'
  const docker = fakeDocker({ ...start, probe })
  const found = await runProbe(plan, { env: docker.env, timeoutMs: 60_000, signal: never })
  expect(found).toEqual({ reason: expect.stringContaining('not understood') })
  const words = [
    ...['run', '--rm', '-i', '--name', 'joulemark-8123', '--gpus', '"device=GPU-a"', '--ipc=host'],
    ...['--entrypoint', 'python3', 'vllm/vllm-openai:v1', '-'],
  ]
  expect(docker.calls().find(([verb]) => verb === 'run')).toEqual(owned(words, ownerText()))
  expect(docker.program()).toContain('joulemarkProbe')
})

test('an image without torch, and no docker at all, are reasons', async () => {
  const docker = fakeDocker(start)
  expect(await runProbe(plan, { env: docker.env, timeoutMs: 60_000, signal: never })).toEqual({
    reason: "ModuleNotFoundError: No module named 'torch'",
  })
  expect(await runProbe(plan, { env: { PATH: '/nowhere' }, timeoutMs: 60_000, signal: never })).toHaveProperty('reason')
})

test('a probe that hangs is ended, and its container is removed', async () => {
  const docker = fakeDocker({ ...start, hangs: true })
  const interrupt = new AbortController()
  const running = runProbe(plan, { env: docker.env, timeoutMs: 600_000, signal: interrupt.signal })
  await expect.poll(() => docker.isUp()).toBe(true)
  interrupt.abort()
  expect(await running).toEqual({ reason: 'interrupted' })
  expect(docker.isUp()).toBe(false)
  expect(await runProbe(plan, { env: docker.env, timeoutMs: 1, signal: never })).toEqual({
    reason: 'the probe did not end in time',
  })
})

const python = process.env['PROBE_PYTHON'] ?? 'python3'
const run = promisify(execFile)
const hasTorch = await run(python, ['-c', 'import torch']).then(
  () => true,
  () => false,
)
if (!hasTorch) process.stderr.write('no torch here (PROBE_PYTHON=path): the probe of the cards is not run for real\n')

test.skipIf(!hasTorch)('the program itself measures a CPU: every figure is known and above 0', async () => {
  const { stdout } = await run(python, [path('scripts/card-probe.py'), '--cpu'])
  const probe = readProbe(stdout)
  expect(probe).toMatchObject({ cards: [{ uuid: null, name: 'CPU', matrixFormat: 'bf16' }], pairs: [] })
  const [card] = 'cards' in probe ? probe.cards : []
  for (const value of [card?.copyGBs, card?.matrixTflops, card?.hostToDeviceGBs]) expect(value).toBeGreaterThan(0)
})
