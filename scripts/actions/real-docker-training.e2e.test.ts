import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchPlan } from '../../harness/endpoint/serve/launch-plan.ts'
import type { CommandPlan } from '../../harness/endpoint/serve/plan.ts'
import { runOnce } from '../../harness/run/run.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import { type DockerEngine, IMAGE_TAG, startDockerEngine, whyNoEngine } from '../../harness/testing/docker-engine.ts'
import { oneTrialOptions } from '../../harness/testing/run-options.ts'

/**
 * A training in a container of a real Docker engine. The shell of this machine is mounted into it, and a Python that installs
 * nothing and prints steps: the words of the plan, the script in the container and the removal are real.
 */
const why = whyNoEngine()
const bin = mkdtempSync(join(tmpdir(), 'python-'))
writeFileSync(
  join(bin, 'python3'),
  `#!/bin/sh
case "$1" in
  -c) echo cp312-x86_64; exit ;;
  -m) while [ "$1" != --target ]; do shift; done; touch "$2/peft.py"; exit ;;
esac
ls "$PYTHONPATH/peft.py" >&2 || exit 1
trap 'exit 0' TERM
step=0
while :; do step=$((step + 1)); echo "{\\"step\\": $step, \\"tokens\\": 64, \\"loss\\": 1.5}"; sleep 0.05; done
`,
)
chmodSync(join(bin, 'python3'), 0o755)

const file = scenarioFileSchema.parse({
  name: 'training-in-docker',
  title: 'Training',
  kind: 'training',
  model: 'tiny-random-llama',
  training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: false, tiny: true },
  trial: { seconds: 2, quietSeconds: 0.8, minWindowSeconds: 0.1 },
}) as PlainScenarioFile

const PORT = 8391
const shell = ['/usr', '/bin', '/lib', '/lib64'].map((folder) => `--volume=${folder}:${folder}:ro`)
const plan = launchPlan(resolveScenario(file, []), 'rtx-4090', {
  port: PORT,
  gpus: ['GPU-a'],
  tag: IMAGE_TAG,
  cacheDir: mkdtempSync(join(tmpdir(), 'cache-')),
  dockerArgs: [...shell, `--volume=${bin}:/python:ro`, '--env=PATH=/python:/usr/bin:/bin'],
}) as CommandPlan

describe.skipIf(why !== null)(`on a Docker engine${why === null ? '' : `, which is not there: ${why}`}`, () => {
  let engine: DockerEngine
  beforeAll(async () => {
    engine = await startDockerEngine()
  }, 120_000)
  afterAll(async () => engine?.stop(), 60_000)
  const container = () => ({ plan, env: { ...process.env, ...engine.env } })

  test('a training is measured, stopped, and its container removed', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'runs-'))
    const { record } = await runOnce(file, { ...oneTrialOptions({ endpoint: '', outDir }), container: container() })
    expect(record).toMatchObject({ status: 'complete', result: { finalLoss: { mean: 1.5 } } })
    expect(engine.containers()).toEqual([])
  }, 120_000)

  test('the container of a joulemark that was killed does not outlive it', async () => {
    const command = fileURLToPath(new URL('../../harness/workloads/command.ts', import.meta.url))
    const program = `
      import { startCommand } from ${JSON.stringify(command)}
      const container = ${JSON.stringify(container())}
      await startCommand(['python3', 'train.py'], { container, onLine: (line) => console.log(line) })`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(owner.stdout, 'data')
    // its first line may be here before the engine says that it runs
    await expect.poll(() => engine.containers(), { timeout: 60_000 }).toEqual([`joulemark-${PORT} running`])
    owner.kill('SIGKILL')
    await expect.poll(() => engine.containers(), { timeout: 60_000 }).toEqual([])
  }, 120_000)
})
