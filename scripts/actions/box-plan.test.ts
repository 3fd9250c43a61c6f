import { expect, test } from 'vitest'
import { saidIo } from '../../harness/testing/said-io.ts'
import { type BoxFlags, box } from './box.ts'

/** The plan that `box --print` shows, and the commands that it prints. */
async function printed(
  flags: Partial<BoxFlags> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly plan: string; readonly commands: string }> {
  const { io, said } = saidIo({ env })
  const shared = { print: true, card: 'rtx-4090', out: 'nowhere', port: 8000, timeoutMinutes: 60 }
  expect(await box({ ...shared, ...flags }, io)).toBe(0)
  return { plan: said.stderr, commands: said.stdout }
}

test('without flags a card is provisioned on one start of one server, the probes first', async () => {
  const { plan, commands } = await printed()
  expect(plan).toMatch(
    /^RTX 4090: 5 scenarios, 1 server start, at most \d+ min\n {2}at most (?:[12]\d|30) min of measuring, /,
  )
  const names = [...plan.matchAll(/^ +\d+ min {2}(\S+)/gm)].map(([, name]) => name)
  expect(names.slice(0, 4)).toEqual([
    'memory-probe',
    'load-probe',
    'llama-3.1-8b-fp8-single',
    'llama-3.1-8b-fp8-batch32',
  ])
  expect(commands.match(/^docker run/gm)).toHaveLength(1)
})

test('four cards have a server each, bound by its name, and the probes of each card alone come before all at once', async () => {
  const { plan, commands } = await printed({ gpus: ['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'] })
  expect(plan).toMatch(/^4 x RTX 4090: 5 scenarios, 4 server starts, /)
  expect(plan).toMatch(/each card alone, one after another: memory-probe, load-probe; [\s\S]* side by side: /)
  const bound = [...commands.matchAll(/--gpus '"device=(GPU-\w)"'/g)].map(([, uuid]) => uuid)
  expect(bound).toEqual(['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'])
  const ports = [...commands.matchAll(/127\.0\.0\.1:(\d+):8000/g)].map(([, port]) => port)
  expect(ports).toEqual(['8000', '8001', '8002', '8003'])
})

test('--full has every scenario, with several starts of each server; --restarts decides that', async () => {
  const { plan } = await printed({ full: true })
  expect(plan).toContain('every server is started 3 times')
  expect(plan).toMatch(/\nnot measured:\n {2}llama-3.1-70b-awq-single: 39.8 GB /)
  expect((await printed({ full: true, restarts: 1 })).plan).not.toContain('is started')
})

test('a shell that forbids the hub is said, and its containers know it', async () => {
  const { plan, commands } = await printed({}, { TRANSFORMERS_OFFLINE: '1' })
  expect(plan).toMatch(/^TRANSFORMERS_OFFLINE is set: no weights are downloaded;/)
  expect(commands).toContain('--env TRANSFORMERS_OFFLINE')
})

test('--json prints the plan as one document, and no commands', async () => {
  const { plan, commands } = await printed({ json: true, gpus: ['0', '1'] })
  expect(plan).toBe('')
  expect(JSON.parse(commands)).toMatchObject({
    title: '2 x RTX 4090',
    serverStarts: 2,
    stages: [{ parts: [{}, {}, {}] }],
  })
})

test('--soak is in the plan, with its hours, and its servers among the commands', async () => {
  const { plan, commands } = await printed({ soak: 4, gpus: ['GPU-a', 'GPU-b'] })
  expect(plan).toContain('\nthen a soak: 4 h of load on GPU 0, 1 at once, in 24 rounds of 600 s\n')
  expect(commands.match(/^# soak$/gm)).toHaveLength(2)
  const { commands: document } = await printed({ soak: 4, json: true, gpus: ['GPU-a', 'GPU-b'] })
  expect(JSON.parse(document).soak).toEqual({ hours: 4, rounds: 24, roundSeconds: 600, gpus: [0, 1] })
})

test('cards of several models are planned by one name each', async () => {
  expect((await printed({ card: 'rtx-4090,rtx-5090' })).plan).toMatch(/^RTX 4090, RTX 5090: /)
  expect((await printed({ card: 'rtx-4090,rtx-5090', gpus: ['GPU-a', 'GPU-b'] })).commands).toContain('device=GPU-b')
  await expect(printed({ card: 'rtx-4090,rtx-5090', gpus: ['0'] })).rejects.toThrow(
    'expected one name for all, or one for each',
  )
  await expect(printed({ card: 'rtx-4091' })).rejects.toThrow('did you mean')
})
