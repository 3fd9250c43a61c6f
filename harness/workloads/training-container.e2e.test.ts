import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ownerText } from '../endpoint/serve/container.ts'
import { launchPlan } from '../endpoint/serve/launch-plan.ts'
import type { CommandPlan } from '../endpoint/serve/plan.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { runOnce } from '../run/run.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import { scenarioFileSchema } from '../scenario/schema.ts'
import { launchSimulator } from '../simulator/launch.ts'
import { type FakeDocker, fakeDocker } from '../testing/fake-docker.ts'
import { oneTrialOptions } from '../testing/run-options.ts'

/** A training in a container: the engine is a fake, the command is the simulator's, and runs for real. */
const folder = mkdtempSync(join(tmpdir(), 'training-container-'))
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const file = scenarioFileSchema.parse({
  name: 'qlora-test',
  title: 'QLoRA',
  kind: 'training',
  model: 'llama-3.1-8b-instruct',
  training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: true },
  trial: { seconds: 1.5, quietSeconds: 0.8, minWindowSeconds: 0.1 },
}) as PlainScenarioFile

const planOf = (gpus: readonly string[] = []) =>
  launchPlan(resolveScenario(file, []), 'rtx-4090', {
    port: 8123,
    gpus,
    tag: 'v1',
    cacheDir: '/cache',
  }) as CommandPlan

const options = (docker: FakeDocker, gpus: readonly string[] = []) => ({
  ...oneTrialOptions({ endpoint: '', outDir: folder }),
  container: { plan: planOf(gpus), env: docker.env },
})

test('a training runs in its container with the GPU by its UUID, and the container is gone after it', async () => {
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'training' })
  const flags = ['--simulator', simulator.url, '--card', 'rtx-4090', '--model', 'llama-3.1-8b-instruct']
  const settings = ['--batch', '1', '--sequence-tokens', '64', '--rank', '8', '--steps', '100000']
  const command = [process.execPath, path('../simulator/training/command.ts'), ...flags, ...settings]
  const docker = fakeDocker({ log: '', exitCode: null, command })
  try {
    const { record } = await runOnce(file, options(docker, ['GPU-a']))
    const [trial] = trialsOfKind(record.trials, 'training')
    expect(record).toMatchObject({ status: 'complete', training: { config: { batch: 1, simulated: true } } })
    expect(trial?.training.steps).toBeGreaterThan(5)
    expect(docker.isUp()).toBe(false)
    const run = docker.calls().find(([word]) => word === 'run') ?? []
    expect(run.slice(0, 3)).toEqual(['run', '--label', `joulemark.owner=${ownerText()}`])
    expect(run).toEqual(expect.arrayContaining(['--gpus', '"device=GPU-a"', '-v', '/cache:/root/.cache/huggingface']))
    // the command of the record is what ran behind the words of the container
    expect(run.slice(-(record.training?.command.length ?? 0))).toEqual(record.training?.command)
    expect(record.training?.command[0]).toBe('python3')
    expect(readFileSync(join(path('../..'), 'scripts/train-in-container.sh'), 'utf8')).toContain('exec "$@"')
  } finally {
    await simulator.stop()
  }
})

test('a container that does not start ends the run with the words of the engine', async () => {
  const script = 'console.error("docker: Error response from daemon: could not select device driver");process.exit(125)'
  const docker = fakeDocker({ log: '', exitCode: null, command: [process.execPath, '-e', script] })
  await expect(runOnce(file, options(docker))).rejects.toThrow(
    /training command ended with code 125 after 0 steps: docker: .*could not select device driver/,
  )
  expect(docker.isUp()).toBe(false)
})

test('a value that was handed through is in no text of the error, whatever its variable is called', async () => {
  const script = 'console.error("cannot log in with word-9f8e7d6c5b");process.exit(1)'
  const docker = fakeDocker({ log: '', exitCode: null, command: [process.execPath, '-e', script] })
  const plan = planOf()
  const container = {
    plan: { ...plan, argv: ['run', '--env', 'MY_WORD', ...plan.argv.slice(1)] },
    env: { ...docker.env, MY_WORD: 'word-9f8e7d6c5b' },
  }
  const ended = runOnce(file, { ...options(docker), container })
  await expect(ended).rejects.toThrow(/cannot log in with \[secret\]/)
})

test('a container of that name that is in use ends the run before its command', async () => {
  const docker = fakeDocker({ log: '', exitCode: null, command: ['false'] })
  docker.leave(planOf().containerName, ownerText(), process.pid)
  await expect(runOnce(file, options(docker))).rejects.toThrow(/container joulemark-8123 is up, and its process/)
  expect(docker.calls().some(([word]) => word === 'run')).toBe(false)
})

test('the container of a joulemark that is killed is removed, with what runs in it', async () => {
  const says = 'console.log(JSON.stringify({pid:process.pid}));setInterval(()=>{},1000)'
  const docker = fakeDocker({ log: '', exitCode: null, command: [process.execPath, '-e', says] })
  const program = `
    import { startCommand } from ${JSON.stringify(path('./command.ts'))}
    const container = { plan: ${JSON.stringify(planOf())}, env: ${JSON.stringify(docker.env)} }
    await startCommand(['python3'], { container, onLine: (line) => console.log(line) })`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
  const { pid } = JSON.parse(line) as { pid: number }
  expect(docker.isUp()).toBe(true)
  owner.kill('SIGKILL')
  await expect.poll(() => docker.isUp() || isAlive(pid), { timeout: 30_000 }).toBe(false)
})

/** A process that was killed may stay a zombie until whoever adopted it looks; it runs nothing then. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
