import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { PlannedRun, PlannedServer } from '../../harness/box/plan/box-plan.ts'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import { launchPlan } from '../../harness/endpoint/serve/launch-plan.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { fakeDocker } from '../../harness/testing/fake-docker.ts'
import { openLive } from '../live/live.ts'
import { watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { measureTools } from './measure-tools.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

test('a training of a box runs in its container, on the card of the plan, and leaves its record', async () => {
  const file = scenarioFileSchema.parse({
    name: 'qlora-of-a-box',
    title: 'QLoRA',
    kind: 'training',
    model: 'llama-3.1-8b-instruct',
    training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: true },
    trial: { seconds: 1.5, quietSeconds: 0.8, minWindowSeconds: 0.1 },
    certainty: { minTrials: 2, maxTrials: 2 },
  })
  if (file.kind !== 'training') throw new Error('not a training')
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'training' })
  const flags = ['--simulator', simulator.url, '--card', 'rtx-4090', '--model', 'llama-3.1-8b-instruct']
  const settings = ['--batch', '1', '--sequence-tokens', '64', '--rank', '8', '--steps', '100000']
  const command = [process.execPath, path('../../harness/simulator/training/command.ts'), ...flags, ...settings]
  const docker = fakeDocker({ log: '', exitCode: null, command })
  const io: CommandIo = {
    stdout: () => undefined,
    stderr: { isTTY: false, color: false, write: () => undefined },
    env: { ...docker.env, JOULEMARK_NVIDIA_SMI: simulator.nvidiaSmi },
    columns: null,
    color: false,
  }
  const interrupts = watchInterrupts(io)
  try {
    const entry = cardByKey('rtx-4090')!
    const scenario = resolveScenario(file, [])
    const launch = launchPlan(scenario, entry, { port: 8124, gpus: ['GPU-a'], tag: 'v1', cacheDir: '/cache' })
    const server: PlannedServer = { id: 'a', cards: [{ index: 0, uuid: '0', entry }], launch, startMinutes: 0 }
    const run: PlannedRun = { name: file.name, file, scenario, sha256: 'x', minutes: 1 }
    const out = mkdtempSync(join(tmpdir(), 'box-training-'))
    const live = openLive(io.stderr)
    const tools = measureTools({ flags: { out, timeoutMinutes: 1 }, io, live, interrupts, cards: server.cards })
    const { finished, error } = await tools.run(run, {
      server,
      url: null,
      part: 'together',
      underLoad: ['0'],
      lanes: 1,
      serverStart: { number: 1, of: 1, command: [...launch.serverCommand] },
      certificate: null,
      drain: interrupts.drain,
    })
    expect(error).toBeNull()
    expect(finished.map(({ record }) => record)).toMatchObject([
      {
        status: 'complete',
        source: 'simulated',
        serverStart: { command: expect.arrayContaining(['vllm/vllm-openai:v1', 'train-requirements.txt']) },
      },
    ])
    // one container per trial, and none is left
    expect(docker.calls().filter(([word]) => word === 'run')).toHaveLength(2)
    expect(docker.isUp()).toBe(false)
  } finally {
    interrupts.unwatch()
    await simulator.stop()
  }
})
